#!/usr/bin/python3
"""A TLS proxy for HTTP/1.1 in front of a server, which loses, delays and makes up answers as it is told.

fault_proxy.py --server HOST:PORT --certificate FILE --key FILE [--port PORT]
    listens on 127.0.0.1 with the server's own certificate and prints "listening on 127.0.0.1:PORT"
fault_proxy.py --self-test

Orders, over the same port:
    POST /_proxy/orders     a JSON list of orders; each is used up after `times` matching requests (1 when absent)
        {"method": "POST" or null, "path": "/claims/delta" or null, "times": 1, "action": ..., "status": 503,
         "headers": {}, "seconds": 0.05}
        cut_before    the connection ends, nothing is forwarded
        cut_after     forwarded; the answer is lost and the connection ends
        cut_mid_body  forwarded; the answer's header and half of its body arrive
        status_after  forwarded, but that status is the answer
        status        that status in the shape of the API's errors, with `headers`; nothing is forwarded
        delay         waits `seconds`, then forwards
        together      waits until `times` such requests are here, then forwards them all; 403 when no other comes in 10 s
    GET /_proxy/orders      the orders that are not used up yet
    DELETE /_proxy/orders   forgets all orders
    GET /_proxy/records     what was asked: [{method, path, status or null, request_bytes, response_bytes, action or null}]
"""
import argparse
import asyncio
import json
import ssl
import sys
import uuid

ACTIONS = ("cut_before", "cut_after", "cut_mid_body", "status", "status_after", "delay", "together")
CODES = {401: "unauthenticated", 403: "role_too_low", 404: "key_unknown", 408: "request_timeout", 412: "precondition_failed",
         429: "rate_limited", 500: "internal", 503: "unavailable"}


class Message:
    """One request or answer: its first line, header lines and body."""

    def __init__(self, first, headers, body):
        self.first, self.headers, self.body = first, headers, body

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), None)

    def closes(self):
        return (self.header("connection") or "").lower() == "close"

    def head(self):
        lines = [self.first] + [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def read_message(reader, bodyless=False, answer=False):
    """None at the end of the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        return None
    first, *lines = head[:-4].split("\r\n")
    headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
    message = Message(first, headers, b"")
    status = int(first.split()[1]) if answer else None
    length = message.header("content-length")
    if bodyless or status in (204, 304):
        return message
    if (message.header("transfer-encoding") or "").lower() == "chunked":
        while True:
            line = await reader.readline()
            size = int(line.split(b";")[0], 16)
            chunk = await reader.readexactly(size + 2)
            message.body += chunk[:-2]
            if size == 0:
                break
        message.headers = [(n, v) for n, v in headers if n.lower() != "transfer-encoding"]
        message.headers.append(("Content-Length", str(len(message.body))))
    elif length is not None:
        message.body = await reader.readexactly(int(length))
    elif answer:
        message.body = await reader.read()
    return message


def made_up(status, value, headers=()):
    body = json.dumps(value).encode()
    return Message(f"HTTP/1.1 {status} Made-Up", [("Content-Type", "application/json"), ("Content-Length", str(len(body))),
                                                  *headers], body)


class Proxy:
    def __init__(self, host, port, certificate, key):
        self.target = (host, port)
        self.orders, self.records = [], []
        self.inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.inside.load_cert_chain(certificate, key)
        self.outside = ssl.create_default_context(cafile=certificate)
        self.outside.check_hostname = False

    async def listen(self, port=0):
        self.listener = await asyncio.start_server(self.serve, "127.0.0.1", port, ssl=self.inside, limit=1 << 20)
        return self.listener.sockets[0].getsockname()[1]

    def order_for(self, method, path):
        for order in self.orders:
            if order.get("method") in (None, method) and order.get("path") in (None, path):
                order["times"] = order.get("times", 1) - 1
                if order["times"] <= 0:
                    self.orders.remove(order)
                return order
        return {}

    def told(self, method, path, body):
        """The proxy's own routes."""
        if (method, path) == ("GET", "/_proxy/records"):
            return made_up(200, self.records)
        if (method, path) == ("GET", "/_proxy/orders"):
            return made_up(200, [order["action"] for order in self.orders])
        if (method, path) == ("DELETE", "/_proxy/orders"):
            self.orders.clear()
            return made_up(200, {})
        if (method, path) == ("POST", "/_proxy/orders"):
            orders = json.loads(body)
            if any(order.get("action") not in ACTIONS for order in orders):
                return made_up(400, {"actions": ACTIONS})
            for order in orders:
                order["barrier"] = asyncio.Barrier(order.get("times", 1))
            self.orders += orders
            return made_up(200, {})
        return made_up(404, {})

    async def serve(self, reader, writer):
        upstream = None
        try:
            while True:
                request = await read_message(reader)
                if request is None:
                    break
                method, target, _ = request.first.split(" ", 2)
                path = target.split("?")[0]
                if path.startswith("/_proxy/"):
                    answer = self.told(method, path, request.body)
                    writer.write(answer.head() + answer.body)
                    await writer.drain()
                    continue
                order = self.order_for(method, path)
                action = order.get("action")
                record = {"method": method, "path": path, "status": None, "request_bytes": len(request.body),
                          "response_bytes": 0, "action": action}
                self.records.append(record)
                if action == "cut_before":
                    break
                if action == "together" and not await self.meet(order):
                    order, action = {"status": 403}, "status"
                if action == "status_after":
                    upstream, _ = await self.forward(upstream, request, method)
                if action in ("status", "status_after"):
                    status = order.get("status", 503)
                    request_id = str(uuid.uuid4())
                    answer = made_up(status, {"error": {"code": order.get("code", CODES.get(status, "unavailable")),
                                                        "message": "Made up by the proxy.", "hint": None,
                                                        "request_id": request_id, "details": order.get("details")}},
                                     [("X-Request-Id", request_id), *order.get("headers", {}).items()])
                else:
                    if action == "delay":
                        await asyncio.sleep(order.get("seconds", 0.05))
                    upstream, answer = await self.forward(upstream, request, method)
                if answer is None:
                    break
                record["status"] = int(answer.first.split()[1])
                record["response_bytes"] = len(answer.body)
                if action == "cut_after":
                    break
                if action == "cut_mid_body":
                    writer.write(answer.head() + answer.body[:len(answer.body) // 2])
                    await writer.drain()
                    break
                writer.write(answer.head() + answer.body)
                await writer.drain()
                if request.closes() or answer.closes():
                    break
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass  # an end that went away: the other is closed below
        finally:
            for end in (upstream[1] if upstream else None, writer):
                if end:
                    end.close()

    async def meet(self, order):
        """False when the others do not come."""
        try:
            await asyncio.wait_for(order["barrier"].wait(), 10)
            return True
        except (asyncio.TimeoutError, asyncio.BrokenBarrierError):
            await order["barrier"].abort()
            return False

    async def forward(self, upstream, request, method):
        """On the connection to the server that belongs to this client; anew once when the server had closed it."""
        for fresh in (upstream is None, True):
            if fresh:
                upstream = await asyncio.open_connection(*self.target, ssl=self.outside, limit=1 << 20)
            try:
                upstream[1].write(request.head() + request.body)
                await upstream[1].drain()
                answer = await read_message(upstream[0], bodyless=method == "HEAD", answer=True)
            except ConnectionError:
                answer = None
            if answer is not None:
                if answer.closes():
                    upstream[1].close()
                    upstream = None
                return upstream, answer
            upstream[1].close()
            if fresh:
                break
        return None, None


def self_test():
    import fault_proxy_self_test
    return fault_proxy_self_test.main()


async def run(options):
    host, _, port = options.server.rpartition(":")
    proxy = Proxy(host, int(port), options.certificate, options.key)
    print(f"listening on 127.0.0.1:{await proxy.listen(options.port)}", flush=True)
    await proxy.listener.serve_forever()


def main():
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test())
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, metavar="HOST:PORT")
    parser.add_argument("--certificate", required=True, metavar="FILE")
    parser.add_argument("--key", required=True, metavar="FILE")
    parser.add_argument("--port", type=int, default=0, help="where to listen (default: a free one)")
    try:
        asyncio.run(run(parser.parse_args()))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
