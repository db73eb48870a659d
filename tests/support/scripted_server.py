#!/usr/bin/env python3
"""An HTTPS server (or HTTP, or CONNECT proxy) that answers request after request as a script says.

Usage: scripted_server.py FOLDER [--cert FILE --key FILE]. FOLDER/port gets its port. FOLDER/turns.json is read anew for every
request: a list of answers, each for one request in the order of their arrival, the last one for all that follow:
  {"status": 200, "headers": {...}, "body": "text" | "body_size": n, "claim_size": n (Content-Length that is said),
   "interim": true (100 Continue first), "pause": true (stops after the header until the client goes away),
   "before": "text", "endless": "text" (the one once, the other again and again until the client goes away; with "drip":
   seconds, that long after each),
   "silent": true (never answers), "drop": true (closes without an answer), "raw": "text", "close": true (closes after
   the answer without saying so), "tunnel": port (CONNECT: goes on as a tunnel to 127.0.0.1:port)}
FOLDER/requests.jsonl gets one line per request: connection, method, target, headers, body.
"""

import argparse
import json
import socket
import ssl
import threading
import time
from pathlib import Path

lock = threading.Lock()
count = {"requests": 0, "connections": 0}


def read_request(stream):
    line = stream.readline()
    if not line.strip():
        return None
    method, target, _ = line.decode().split(" ", 2)
    headers = {}
    while (line := stream.readline().decode().strip()) != "":
        name, value = line.split(":", 1)
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return method, target, headers, body


def next_turn(folder, connection, request):
    method, target, headers, body = request
    with lock:
        turns = json.loads((folder / "turns.json").read_text())
        turn = turns[min(count["requests"], len(turns) - 1)]
        count["requests"] += 1
        with open(folder / "requests.jsonl", "a", encoding="utf-8") as log:
            log.write(json.dumps({"connection": connection, "method": method, "target": target, "headers": headers,
                                  "body": body.decode("latin-1")}) + "\n")
    return turn


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for side in (source, target):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def tunnel(sock, port):
    sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    other = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=pump, args=(other, sock), daemon=True).start()
    pump(sock, other)


def send_endlessly(sock, turn):
    """Ends by the OSError of a client that went away."""
    sock.sendall(turn.get("before", "").encode("latin-1"))
    piece = turn["endless"].encode("latin-1")
    piece *= 1 if "drip" in turn else max(1, 65536 // len(piece))
    while True:
        sock.sendall(piece)
        time.sleep(turn.get("drip", 0))


def answer(sock, turn):
    """Returns whether the connection goes on."""
    if turn.get("drop"):
        return False
    if turn.get("silent"):
        sock.recv(1)
        return False
    if "endless" in turn:
        send_endlessly(sock, turn)
    if "raw" in turn:
        sock.sendall(turn["raw"].encode("latin-1"))
        return False
    body = turn.get("body", "").encode("latin-1") or b"x" * turn.get("body_size", 0)
    head = f"HTTP/1.1 {turn.get('status', 200)} Words\r\nContent-Length: {turn.get('claim_size', len(body))}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in turn.get("headers", {}).items())
    interim = b"HTTP/1.1 100 Continue\r\n\r\n" if turn.get("interim") else b""
    sock.sendall(interim + head.encode() + b"\r\n" + body)
    if turn.get("pause"):
        sock.recv(1)
        return False
    return not turn.get("close") and "claim_size" not in turn


def serve(folder, raw, context):
    with lock:
        count["connections"] += 1
        connection = count["connections"]
    try:
        sock = context.wrap_socket(raw, server_side=True) if context else raw
        stream = sock.makefile("rb")
        while request := read_request(stream):
            turn = next_turn(folder, connection, request)
            if "tunnel" in turn:
                tunnel(sock, turn["tunnel"])
                break
            if not answer(sock, turn):
                break
        sock.shutdown(socket.SHUT_RDWR)
        sock.close()
    except (OSError, ValueError):
        pass
    finally:
        raw.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    arguments = parser.parse_args()
    context = None
    if arguments.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.cert, arguments.key)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    (arguments.folder / "port.new").write_text(str(listener.getsockname()[1]))
    (arguments.folder / "port.new").rename(arguments.folder / "port")
    while True:
        raw, _ = listener.accept()
        threading.Thread(target=serve, args=(arguments.folder, raw, context), daemon=True).start()


main()
