#!/usr/bin/python3
"""What the server bears: rates, slow and half-open connections, shutdown under requests, a new certificate, old TLS, a
database that goes away; and that its log holds no secret. Usage: limits_test.py [--binary FILE]"""
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
import unittest

from contract_support import CAPACITY, DELTA_SFC, KeysTest, new_uuid
from harness import HANG, ContractTest, Server, binary, wait_until

MANY = 200


class RatePerKeyTest(KeysTest):
    settings = {"RATE_LIMIT_PER_KEY": "1", "RATE_LIMIT_BURST": "5"}

    def test_one_key_does_not_slow_another(self):
        statuses = [self.owner.get("/keys/list") for _ in range(20)]
        limited = [answer for answer in statuses if answer.status == 429]
        self.assertTrue(limited)
        self.assertGreaterEqual(statuses.index(limited[0]), 5)
        for answer in limited:
            self.expect(answer, 429, "rate_limited")
            self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        self.expect(self.stranger.get("/keys/list"), 200)
        wait_until(lambda: self.owner.get("/keys/list").status == 200, "the rate lets the key in again")


class RatePerAddressTest(KeysTest):
    settings = {"RATE_LIMIT_PER_ADDRESS": "1", "RATE_LIMIT_BURST": "5"}

    def test_an_address_is_limited_whatever_its_keys(self):
        answers = [client.get("/keys/list") for _ in range(10) for client in (self.owner, self.stranger)]
        answers += [self.owner.request("GET", "/keys/list", api_key=f"guess-{number}") for number in range(5)]
        self.assertEqual({answer.status for answer in answers}, {200, 429})
        self.assertEqual({answer.status for answer in answers[-5:]}, {429})


class SlowClientsTest(KeysTest):
    """Few workers, many connections that do nothing or little: others are served all the while."""

    settings = {"WORKERS": "2", "HEADER_TIMEOUT_SECONDS": "3", "BODY_TIMEOUT_SECONDS": "3", "IDLE_TIMEOUT_SECONDS": "3"}

    def open_many(self, first_bytes, tls=True):
        connections = []
        for _ in range(MANY):
            one = self.server.open_socket() if tls else socket.create_connection(("127.0.0.1", self.server.port), HANG)
            self.addCleanup(one.close)
            if first_bytes:
                one.sendall(first_bytes)
            connections.append(one)
        return connections

    def serves(self):
        client = self.server.client()
        for _ in range(10):
            self.expect(client.post("/users/login", {}), 200)
            self.expect(client.get("/keys/list"), 200)
        client.close()

    def ended_by_the_server(self, connections):
        """Every connection comes to its end without our doing; gives what the server said on them."""
        said = []
        for one in connections:
            data = b""
            try:
                while chunk := one.recv(4096):
                    data += chunk
            except (ConnectionError, ssl.SSLError):
                pass
            said.append(data)
        return said

    def test_half_open_connections(self):
        idle = self.open_many(b"", tls=False)
        self.serves()
        self.ended_by_the_server(idle)

    def test_half_a_handshake(self):
        idle = self.open_many(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", tls=False)
        self.serves()
        self.ended_by_the_server(idle)

    def test_half_a_header(self):
        slow = self.open_many(b"POST /users/login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow")
        self.serves()
        for said in self.ended_by_the_server(slow):
            self.assertTrue(said == b"" or said.startswith(b"HTTP/1.1 408"), said[:100])

    def test_half_a_body(self):
        head = (f"POST /users/login HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.server.api_key}\r\n"
                "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{").encode()
        slow = self.open_many(head)
        self.serves()
        for said in self.ended_by_the_server(slow):
            self.assertTrue(said.startswith(b"HTTP/1.1 408"), said[:100])

    def test_a_byte_at_a_time(self):
        """A header that never ends does not live longer for each byte."""
        slow = self.open_many(b"GET /health HTTP/1.1\r\n")
        self.serves()
        alive = set(slow)

        def drip():
            for one in list(alive):
                try:
                    one.settimeout(0.001)
                    one.sendall(b"X")
                    if one.recv(1) == b"":
                        alive.discard(one)
                except (TimeoutError, ssl.SSLWantReadError):
                    pass
                except OSError:
                    alive.discard(one)
            return not alive

        wait_until(drip, "the server ends connections that drip")

    def test_answers_that_nobody_reads(self):
        key_uuid = self.make_key()
        delta_uuid = self.make_delta(key_uuid, content=DELTA_SFC)
        download = self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": delta_uuid}).json
        target = download["download_url"].split("/", 3)[3]
        for one in self.open_many(b""):
            one.sendall(f"GET /{target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 3)
        self.serves()

    def test_idle_connections_end(self):
        client = self.server.client()
        self.expect(client.get("/keys/list"), 200)
        self.assertEqual(client.connection.sock.recv(1), b"")


class SilentBucketTest(KeysTest):
    """A bucket that takes connections and never answers holds a share of the workers, and no more of one user."""

    settings = {"WORKERS": "4", "ALLOW_HTTP_ENDPOINTS": "true"}

    def setUp(self):
        super().setUp()
        listener = socket.create_server(("127.0.0.1", 0), backlog=MANY)
        self.addCleanup(listener.close)
        self.bucket = {"name": "silent", "provider": "r2", "bucket_name": "silent", "region": "auto",
                       "endpoint_url": f"http://127.0.0.1:{listener.getsockname()[1]}",
                       "access_key_id": "EXAMPLEKEYID0000", "secret_access_key": "x" * 40}
        self.arrived = []

        def accept():
            try:
                while True:
                    self.arrived.append(listener.accept()[0])
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        self.answers, self.asking = [], []

    def create(self, api_key=None):
        ask = lambda: self.answers.append(self.server.client(api_key).post("/storages/create", self.bucket))
        self.asking.append(threading.Thread(target=ask))
        self.asking[-1].start()

    def test_others_are_served_meanwhile(self):
        for _ in range(12):
            self.create()
        wait_until(lambda: self.arrived, "a request of the first user reaches the bucket")
        self.create(self.stranger.api_key)
        self.expect(self.stranger.get("/keys/list"), 200)
        self.assertNotIn(422, [answer.status for answer in self.answers])  # none was waited for
        wait_until(lambda: len(self.answers) == 11, "the first user's other requests are refused")
        for answer in self.answers:
            self.expect(answer, 429, "rate_limited")
            self.assertEqual(answer.headers["Retry-After"], "1")
        wait_until(lambda: len(self.arrived) == 2, "the second user reaches the bucket")
        third = self.server.client(self.server.add_user("third@example.com")["api_key"])
        answer = self.expect(third.post("/storages/create", self.bucket), 503, "unavailable")
        self.assertEqual(answer.headers["Retry-After"], "1")
        for one in self.asking:
            one.join(HANG)
        self.assertEqual([answer.status for answer in self.answers[11:]], [422, 422])
        self.expect(self.answers[-1], 422, "storage_unusable")
        self.create()
        wait_until(lambda: len(self.arrived) == 3, "the turn was given back")
        for connection in self.arrived:
            connection.close()
        self.asking[-1].join(HANG)


class ConnectionsTest(ContractTest):
    settings = {"MAX_CONNECTIONS": "20"}

    def test_more_connections_than_allowed_do_not_harm(self):
        held = []
        for _ in range(60):
            try:
                held.append(self.server.open_socket())
            except (OSError, ssl.SSLError):
                continue
        for one in held:
            one.close()
        wait_until(self.answers, "the server answers again")

    def answers(self):
        try:
            return self.server.client().get("/health").status == 200
        except (OSError, ssl.SSLError):
            return False


class ConnectionsPerAddressTest(ContractTest):
    settings = {"MAX_CONNECTIONS_PER_ADDRESS": "5", "HEADER_TIMEOUT_SECONDS": "3600"}

    def open_from(self, address):
        return socket.create_connection(("127.0.0.1", self.server.port), HANG, source_address=(address, 0))

    def test_one_address_leaves_room_for_others(self):
        held = [self.open_from("127.0.0.2") for _ in range(5)]
        for one in held:
            self.addCleanup(one.close)
        with self.open_from("127.0.0.2") as refused:
            self.assertEqual(refused.recv(1), b"")
        self.expect(self.owner.get("/health"), 200)
        held[0].close()
        wait_until(self.lets_in, "a connection that ended makes room")

    def lets_in(self):
        try:
            with self.server.tls_context().wrap_socket(self.open_from("127.0.0.2"), server_hostname="127.0.0.1"):
                return True
        except (OSError, ssl.SSLError):
            return False


class SlowBodyTest(KeysTest):
    settings = {"BODY_TIMEOUT_SECONDS": "1"}

    def test_a_large_body_has_more_time_than_a_small_one(self):
        """160 kB at less than 80 kB/s: longer than the time for any body, within that for one of its size."""
        content = DELTA_SFC + bytes(160_000)
        upload = self.ask_upload(self.upload_body(self.make_key(), content=content))
        target = "/" + upload["upload_url"].split("/", 3)[3]
        head = f"PUT {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in upload["headers"].items())
        with self.server.open_socket() as connection:
            connection.sendall(head.encode() + b"\r\n")
            half = len(content) // 2
            connection.sendall(content[:half])
            time.sleep(2)
            connection.sendall(content[half:])
            answer = self.server.read_answer(connection, "PUT", target.split("?")[0])
        self.assertIsNotNone(answer)
        self.expect(answer, 200)


class ShutdownTest(KeysTest):
    settings = {"SHUTDOWN_SECONDS": "30"}

    def test_requests_in_flight_finish(self):
        """Bodies that began before SIGTERM are read and answered; new connections are refused; /ready says 503."""
        waiting = self.server.client()
        self.expect(waiting.get("/ready"), 200)
        body = b'{"name": "made-while-shutting-down"}'
        head = (f"POST /api_keys/create HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.server.api_key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        in_flight = [self.server.open_socket() for _ in range(10)]
        ready = self.server.open_socket()
        ready.sendall(b"GET /ready HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ")
        for one in in_flight:
            one.sendall(head + body[:5])
        self.expect(waiting.get("/health"), 200)
        self.server.process.send_signal(signal.SIGTERM)
        wait_until(self.refuses_connections, "the server stops to listen")
        for one in in_flight:
            one.sendall(body[5:])
        for one in in_flight:
            answer = self.server.read_answer(one, "POST", "/api_keys/create")
            self.assertIsNotNone(answer, "a request in flight was dropped")
            self.expect(answer, 201)
            self.assertEqual(answer.headers.get("Connection", "").lower(), "close")
            one.close()
        try:
            ready.sendall(b"x\r\n\r\n")
            answer = self.server.read_answer(ready, "GET", "/ready")
        except OSError:
            answer = None  # a header that had not arrived may be dropped
        if answer is not None:
            self.expect(answer, 503, "unavailable")
        ready.close()
        waiting.close()
        self.assertEqual(self.server.process.wait(HANG), 0)
        self.server.start()
        listed = [key["name"] for key in self.server.client().get("/api_keys/list").json["api_keys"]]
        self.assertEqual(listed.count("made-while-shutting-down"), 10)

    def refuses_connections(self):
        try:
            socket.create_connection(("127.0.0.1", self.server.port), 5).close()
            return False
        except OSError:
            return True

    def test_sigint_ends_it_too(self):
        self.server.process.send_signal(signal.SIGINT)
        self.assertEqual(self.server.process.wait(HANG), 0)
        self.server.start()


class CertificateTest(ContractTest):
    def test_a_new_certificate_on_sighup(self):
        tls = self.server.data_dir / "tls"
        kept = [(path, path.read_bytes()) for path in (tls / "certificate.pem", tls / "key.pem")]
        client = self.server.client()
        self.expect(client.get("/health"), 200)
        old = client.connection.sock.getpeercert(binary_form=True)
        other = Server(folder=self.server.folder / "other")
        self.addCleanup(shutil.rmtree, other.folder, True)
        for path, _ in kept:
            shutil.copy(other.data_dir / "tls" / path.name, path)
        self.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.presented() != old, "the new certificate is shown")
        self.expect(client.get("/health"), 200)  # the old connection goes on
        kept[0][0].write_text("nonsense")
        self.server.process.send_signal(signal.SIGHUP)
        for _ in range(5):
            self.assertNotEqual(self.presented(), old)  # a bad file changes nothing
        self.assertIsNone(self.server.process.poll())

    def presented(self):
        return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", self.server.port)))

    def test_old_tls_is_refused(self):
        for option, accepted in (("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
            with self.subTest(option):
                done = subprocess.run(
                    ["openssl", "s_client", option, "-cipher", "ALL:@SECLEVEL=0", "-connect", f"127.0.0.1:{self.server.port}"],
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HANG, check=False)
                shaken = re.search(r"^\s*(New, TLS|Protocol\s*: TLS)", done.stdout, re.M) and "Cipher is (NONE)" not in done.stdout
                self.assertEqual(bool(shaken), accepted, done.stdout[-600:])

    def test_plain_http_is_not_served(self):
        with socket.create_connection(("127.0.0.1", self.server.port), HANG) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            try:
                self.assertNotIn(b"200", plain.recv(4096)[:12])
            except ConnectionError:
                pass


class LogTest(KeysTest):
    def test_the_log_has_a_line_a_request_and_no_secret(self):
        made = self.expect(self.owner.post("/api_keys/create", {"name": "for the log"}), 201).json
        client = self.server.client(made["api_key"])
        key_uuid = self.make_key(client)
        body = self.upload_body(key_uuid)
        upload = self.ask_upload(body)
        self.expect(self.put(upload, DELTA_SFC), 200)
        self.expect(self.confirm(body, upload), 201)
        download = self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": body["delta_uuid"]}).json
        self.owner.follow(download["download_url"], "GET")
        secret = "another/secret/of/the/bucket/00000000000"
        self.owner.post("/storages/create", {"name": "x", "provider": "r2", "bucket_name": "abc", "region": "auto",
                                             "endpoint_url": "https://127.0.0.1:1", "access_key_id": "EXAMPLEKEYID0000",
                                             "secret_access_key": secret})
        self.owner.request("GET", "/keys/view", {"key_uuid": "x\r\ny"})
        answer = self.owner.get("/keys/%0d%0ainjected-line")
        request_ids = [answer.headers["X-Request-Id"], self.owner.get("/keys/list").headers["X-Request-Id"]]
        wait_until(lambda: all(one in self.server.log() for one in request_ids), "the log has the last requests")
        log = self.server.log()
        signatures = [re.search(r"signature=([^&]+)", url)[1] for url in (upload["upload_url"], download["download_url"])]
        for hidden in (self.server.api_key, made["api_key"], secret, "EXAMPLEKEYID0000", *signatures):
            self.assertNotIn(hidden, log)
        server_key = (self.server.data_dir / "server.key").read_bytes()
        self.assertNotIn(server_key.hex(), log)
        for request_id in request_ids:
            lines = [line for line in log.splitlines() if request_id in line]
            self.assertEqual(len(lines), 1, lines)
            entry = json.loads(lines[0][lines[0].index("{"):])
            self.assertTrue({"method", "path", "status"} <= set(entry), entry)
        self.assertFalse([line for line in log.splitlines() if line.startswith("injected-line")])

    def test_secret_files_are_private(self):
        for name in ("server.key", "tls/key.pem", "ecs.sqlite", "omegasafe-ecs.ini"):
            path = self.server.data_dir / name
            self.assertTrue(path.exists(), name)
            self.assertEqual(os.stat(path).st_mode & 0o077, 0, f"{name} is readable for others")


class DatabaseAwayTest(KeysTest):
    def test_a_locked_database_is_503_or_waited_for(self):
        """Another program holds the database: claims wait or are told to come again, and none is lost."""
        key_uuid = self.make_key()
        holder = sqlite3.connect(self.server.data_dir / "ecs.sqlite", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        answers = []
        claim = {"key_uuid": key_uuid, "size": 10}
        idempotency_key = new_uuid()
        ask = lambda: answers.append(self.server.client().claim("alpha", claim, idempotency_key))
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(2)
        self.expect(self.server.anonymous().get("/health"), 200)
        holder.execute("ROLLBACK")
        holder.close()
        asking.join(HANG)
        self.assertIn(answers[0].status, (200, 503), answers)
        answer = self.expect(self.owner.claim("alpha", claim, idempotency_key), 200).json
        self.assertEqual((answer["start_global_position"], answer["end_global_position"]), (0, 9))
        self.assertLess(answer["end_global_position"], CAPACITY)


if __name__ == "__main__":
    binary()
    unittest.main()
