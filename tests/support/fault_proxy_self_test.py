#!/usr/bin/python3
"""Shows each order of fault_proxy.py at work, in front of a tiny TLS server that counts what reaches it."""
import http.client
import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    reached = []

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reached.append((self.command, self.path, body))
        out = json.dumps({"path": self.path, "size": len(body), "filler": "x" * 1000}).encode()
        self.send_response(200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(out), out))
            return
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


class FaultProxyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        certificate, key = f"{folder.name}/certificate.pem", f"{folder.name}/key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out",
                        certificate, "-keyout", key], check=True, capture_output=True)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        proxy = subprocess.Popen([sys.executable, "-B", HERE / "fault_proxy.py", "--server",
                                  f"127.0.0.1:{server.server_port}", "--certificate", certificate, "--key", key],
                                 stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(proxy.stdout.close)
        cls.addClassCleanup(proxy.wait)
        cls.addClassCleanup(proxy.terminate)
        cls.port = int(proxy.stdout.readline().rsplit(":", 1)[1])
        cls.context = ssl.create_default_context(cafile=certificate)

    def setUp(self):
        self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.context)
        self.addCleanup(self.connection.close)
        self.ask("DELETE", "/_proxy/orders")
        Echo.reached.clear()

    def ask(self, method, path, value=None):
        self.connection.request(method, path, None if value is None else json.dumps(value))
        answer = self.connection.getresponse()
        self.headers = answer.headers
        return answer.status, json.loads(answer.read())

    def status_of_another(self, path):
        """On a connection of its own."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.context)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    def order(self, **order):
        self.assertEqual(self.ask("POST", "/_proxy/orders", [order])[0], 200)

    def test_forwards(self):
        for method, path, value in (("GET", "/a", None), ("POST", "/b", {"x": 1}), ("PUT", "/chunked", {"x": 2})):
            status, answer = self.ask(method, path, value)
            self.assertEqual((status, answer["path"]), (200, path))
        self.assertEqual(len(Echo.reached), 3)

    def test_cut_before_reaches_nothing(self):
        self.order(action="cut_before", method="POST", path="/claims/delta")
        self.ask("GET", "/claims/delta")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.ask("POST", "/claims/delta", {})
        self.assertEqual([method for method, _, _ in Echo.reached], ["GET"])
        self.assertEqual(self.ask("POST", "/claims/delta", {})[0], 200)

    def test_cut_after_reaches_the_server(self):
        self.order(action="cut_after")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.ask("POST", "/claims/delta", {})
        self.assertEqual(len(Echo.reached), 1)

    def test_cut_mid_body(self):
        self.order(action="cut_mid_body")
        with self.assertRaises(http.client.IncompleteRead):
            self.ask("POST", "/claims/delta", {})

    def test_status_is_made_up(self):
        self.order(action="status", status=429, headers={"Retry-After": "1"}, times=2)
        for _ in range(2):
            status, answer = self.ask("GET", "/keys/list")
            self.assertEqual((status, answer["error"]["code"], self.headers["Retry-After"]), (429, "rate_limited", "1"))
            self.assertEqual(answer["error"]["request_id"], self.headers["X-Request-Id"])
        self.assertEqual(Echo.reached, [])
        self.assertEqual(self.ask("GET", "/keys/list")[0], 200)

    def test_delay_forwards(self):
        self.order(action="delay", seconds=0.01)
        self.assertEqual(self.ask("GET", "/keys/list")[0], 200)

    def test_together(self):
        self.order(action="together", path="/a", times=2)
        codes = []
        threads = [threading.Thread(target=lambda: codes.append(self.status_of_another("/a"))) for _ in range(2)]
        threads[0].start()
        threads[0].join(0.3)
        self.assertEqual((codes, Echo.reached), ([], []))
        threads[1].start()
        for thread in threads:
            thread.join()
        self.assertEqual(codes, [200, 200])

    def test_orders_that_are_left(self):
        self.order(action="status", status=503, path="/b", times=2)
        self.ask("GET", "/b")
        self.assertEqual(self.ask("GET", "/_proxy/orders")[1], ["status"])
        self.ask("GET", "/b")
        self.assertEqual(self.ask("GET", "/_proxy/orders")[1], [])

    def test_records(self):
        self.order(action="status", status=503, path="/b")
        self.ask("POST", "/a", {"x": 1})
        self.ask("GET", "/b?query=1")
        records = self.ask("GET", "/_proxy/records")[1][-2:]
        self.assertEqual([(r["method"], r["path"], r["status"], r["action"]) for r in records],
                         [("POST", "/a", 200, None), ("GET", "/b", 503, "status")])
        self.assertEqual(records[0]["request_bytes"], len(b'{"x": 1}'))
        self.assertGreater(records[0]["response_bytes"], 1000)

    def test_refuses_unknown_actions(self):
        self.assertEqual(self.ask("POST", "/_proxy/orders", [{"action": "explode"}])[0], 400)


def main():
    return not unittest.main(module=sys.modules[__name__], argv=sys.argv[:1], exit=False).result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(main())
