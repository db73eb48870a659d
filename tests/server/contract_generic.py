"""What every route of docs/openapi.yaml refuses, made from the document itself: credentials, methods, media types, sizes,
malformed bodies and queries, time-outs and rates."""
import json
import re
import unittest
import urllib.parse

from contract_support import (BELONGS_TO_NOBODY, DOCUMENT, WITH_JSON, ContractTest, KeysTest, body_schema, example_request,
                              new_uuid, parameters, send_example)
from harness import Server

WITH_BODY = WITH_JSON + ["objects_put"]


def with_bearer():
    for name, (_, _, operation) in DOCUMENT.operations.items():
        if operation.get("security", DOCUMENT.text["security"]) == [{"api_key": []}]:
            yield name


def head_of(operation_id, api_key, *lines):
    """The bytes of a request's header."""
    method, path, query, headers, _ = example_request(operation_id)
    target = path + ("?" + urllib.parse.urlencode(query) if query else "")
    fields = {"Host": "127.0.0.1", "Authorization": f"Bearer {api_key}", "Content-Type": "application/json", **headers}
    text = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), *lines]
    return ("\r\n".join(text) + "\r\n\r\n").encode(), method, path


class CredentialsTest(ContractTest):
    def test_no_unknown_and_revoked_api_keys_open_nothing(self):
        made = self.expect(self.owner.post("/api_keys/create", {"name": "short-lived"}), 201).json
        client = self.server.client(made["api_key"])
        self.expect(client.get("/keys/list"), 200)
        self.expect(self.owner.post("/api_keys/revoke", {"api_key_uuid": made["api_key_uuid"]}), 200)
        altered = made["api_key"][:-2] + ("xx" if made["api_key"][-2:] != "xx" else "yy")
        for name in with_bearer():
            for kind, authorization in (("none", None), ("empty", "Bearer "), ("text", "Bearer nonsense"),
                                        ("revoked", f"Bearer {made['api_key']}"), ("altered", f"Bearer {altered}"),
                                        ("scheme", f"Basic {self.server.api_key}"), ("bare", self.server.api_key)):
                with self.subTest(operation=name, kind=kind):
                    answer = send_example(self.server.anonymous() if kind == "none" else self.owner, name,
                                          headers={"Authorization": authorization})
                    self.expect(answer, 401, "unauthenticated")

    def test_the_answers_to_unknown_and_revoked_keys_are_alike(self):
        made = self.owner.post("/api_keys/create", {"name": "short-lived"}).json
        self.owner.post("/api_keys/revoke", {"api_key_uuid": made["api_key_uuid"]})
        answers = [self.owner.request("GET", "/keys/list", api_key=key).json for key in (made["api_key"], "nonsense")]
        for answer in answers:
            answer["error"].pop("request_id")
        self.assertEqual(answers[0], answers[1])

    def test_a_disabled_user_is_nobody(self):
        user = self.server.add_user("leaving@example.com")
        client = self.server.client(user["api_key"])
        self.expect(client.post("/users/login", {}), 200)
        self.server.run("user", "disable", "--email", "leaving@example.com")
        self.expect(client.post("/users/login", {}), 401, "unauthenticated")


class RoutesTest(ContractTest):
    def test_unknown_paths(self):
        for path in ("/", "/keys", "/keys/", "/keys/view/", "/keys/nothing", "/KEYS/LIST", "/keys//list", "/objects/x"):
            for method in ("GET", "POST"):
                with self.subTest(path=path, method=method):
                    body = {} if method == "POST" else None
                    self.expect(self.owner.request(method, path, body=body), 404, "route_unknown")

    def test_other_methods(self):
        for path, _, methods in DOCUMENT.paths:
            path = path.replace("{key_uuid}", new_uuid()).replace("{delta_uuid}", new_uuid())
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                if method in methods:
                    continue
                with self.subTest(path=path, method=method):
                    body = {} if method in ("POST", "PUT", "PATCH") else None
                    answer = self.expect(self.owner.request(method, path, body=body), 405, "method_not_allowed")
                    allowed = {name.strip() for name in answer.headers["Allow"].split(",")} - {"HEAD", "OPTIONS"}
                    self.assertEqual(allowed, set(methods))

    def test_bytes_that_are_no_http(self):
        for data in (b"GARBAGE\r\n\r\n", b"GET\r\n\r\n", b"GET /health HTTP/9.9\r\n\r\n", b"\x00\x01\x02\r\n\r\n"):
            answer = self.server.raw(data, "GET", "/nothing")
            if answer is not None:
                self.assertEqual(answer.status, 400, (data, answer))
        self.expect(self.owner.get("/health"), 200)

    def test_open_routes(self):
        anonymous = self.server.anonymous()
        self.assertEqual(self.expect(anonymous.get("/health"), 200).json, {"status": "ok"})
        self.assertEqual(self.expect(anonymous.get("/ready"), 200).json, {"status": "ok"})
        self.expect(anonymous.get("/versions/cli"), 200)
        metrics = self.expect(anonymous.get("/metrics"), 200)
        self.assertEqual(metrics.headers["Content-Type"].replace(" ", "")[:24], "text/plain;version=0.0.4")
        samples = [line for line in metrics.body.decode().splitlines() if line and not line.startswith("#")]
        self.assertTrue(samples)
        for line in samples:
            self.assertRegex(line, r"^[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? [-+0-9.eEInfNa]+( \d+)?$")

    def test_several_requests_on_one_connection(self):
        self.expect(self.owner.get("/keys/list"), 200)
        connection = self.owner.connection.sock
        for _ in range(20):
            self.expect(self.owner.get("/keys/list"), 200)
            self.expect(self.owner.get("/keys/nothing"), 404)
        self.assertIs(self.owner.connection.sock, connection)

    def test_pipelined_requests_are_answered_in_order(self):
        one, method, path = head_of("keys_list", self.server.api_key)
        two, _, _ = head_of("storages_list", self.server.api_key)
        with self.server.open_socket() as connection:
            connection.sendall(one + two)
            first = self.server.read_answer(connection, "GET", "/keys/list")
        self.assertEqual(set(first.json), {"keys"})

    def test_what_login_says(self):
        answer = self.expect(self.owner.post("/users/login", {}), 200).json
        self.assertEqual(answer["user"]["user_uuid"], self.server.user_uuid)
        self.assertEqual(answer["user"]["email"], self.server.email)


class BodiesTest(ContractTest):
    def test_malformed_bodies(self):
        for name in WITH_JSON:
            _, example = body_schema(DOCUMENT.operations[name][2])
            text = json.dumps(example).encode()
            for raw in (b"", b"{", b"[]", b"null", b"1", b'"text"', b"\xff\xfe{}", text + b"}", text[:-1] + b',"\xff":1}',
                        b"[" * 20_000):
                with self.subTest(operation=name, raw=raw[:30]):
                    self.expect(send_example(self.owner, name, raw=raw), 400, "invalid_request")

    def test_fields(self):
        """Each field missing, null, of every other type; and one field more."""
        for name in WITH_JSON:
            schema, example = body_schema(DOCUMENT.operations[name][2])[0], example_request(name)[4]
            cases = [({**example, "nothing_like_this": 1}, "nothing_like_this")]
            for field in schema["properties"]:
                if field in schema["required"]:
                    cases.append(({key: value for key, value in example.items() if key != field}, field))
                inner = DOCUMENT.resolve(schema["properties"][field])
                for wrong in ({}, [], None, True, 1.5, -1, ["x"], {"x": 1}) + ((7,) if is_text(inner) else ("x",)):
                    cases.append(({**example, field: wrong}, field))
                if field.endswith("_uuid"):
                    for wrong in ("", "x", "11111111-2222-4333-8444-55555555555", "11111111222243338444555555555555",
                                  "{11111111-2222-4333-8444-555555555555}", "11111111-2222-4333-8444-55555555555g"):
                        cases.append(({**example, field: wrong}, field))
            for body, field in cases:
                with self.subTest(operation=name, field=field, value=body.get(field, "missing")):
                    answer = send_example(self.owner, name, raw=json.dumps(body).encode())
                    self.expect(answer, 400, "invalid_request")
                    self.assertIn(field, answer.json["error"]["message"])

    def test_names(self):
        """The server takes what the schema of a name takes; that a name is counted in bytes no schema can say."""
        names = ("", "x", "x" * 255, "x" * 256, "two words", "\u00e9\u20ac\U0001f511", "line\nbreak", "end\n", "\t", "\x00", "\x7f",
                 "\x1f", "'\"\\<>;--")
        tried = 0
        for name in WITH_JSON:
            schema = body_schema(DOCUMENT.operations[name][2])[0]
            for field, inner in schema["properties"].items():
                if not re.search("/(KeyName|ApiKeyName|Version)$", inner.get("$ref", "")):
                    continue
                for value in (*names, "\u20ac" * 86):
                    body = {**example_request(name)[4], field: value}
                    answer = send_example(self.owner, name, raw=json.dumps(body).encode())
                    refused = any(DOCUMENT.validate(DOCUMENT.resolve(inner), value)) or len(value.encode()) > 255
                    with self.subTest(operation=name, field=field, value=value):
                        self.assertEqual(answer.status == 400, refused, answer.body)
                        if refused:
                            self.assertNotIn("..", answer.json["error"]["message"])
                    tried += 1
        self.assertGreater(tried, 4 * len(names))

    def test_positions(self):
        for name in ("keys_create", "claims_delta", "claims_alpha", "claims_fast_forward", "deltas_upload_url"):
            schema, example = body_schema(DOCUMENT.operations[name][2])
            for field in schema["properties"]:
                if "position" not in field and field != "size":
                    continue
                for wrong in ("", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "01", "9" * 40, 1e20, 2**200):
                    with self.subTest(operation=name, field=field, value=wrong):
                        answer = send_example(self.owner, name, raw=json.dumps({**example, field: wrong}).encode())
                        self.expect(answer, 400, "invalid_request")

    def test_media_types(self):
        for name in WITH_JSON:
            for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", None):
                with self.subTest(operation=name, kind=kind):
                    raw = json.dumps(body_schema(DOCUMENT.operations[name][2])[1]).encode()
                    answer = send_example(self.owner, name, raw=raw, headers={"Content-Type": kind})
                    self.expect(answer, 415, "unsupported_media_type")
            with self.subTest(operation=name, kind="with charset"):
                answer = send_example(self.owner, name, headers={"Content-Type": "application/json; charset=utf-8"})
                self.assertNotEqual(answer.status, 415)

    def test_sizes(self):
        for name in WITH_BODY:
            with self.subTest(operation=name, case="too large"):
                head, method, path = head_of(name, self.server.api_key, "Content-Length: 67108864")
                self.expect(self.server.raw(head, method, path), 413, "payload_too_large")
            with self.subTest(operation=name, case="no length"):
                head, method, path = head_of(name, self.server.api_key, "Transfer-Encoding: chunked")
                self.expect(self.server.raw(head + b"2\r\n{}\r\n0\r\n\r\n", method, path), 411, "length_required")
            with self.subTest(operation=name, case="no body"):
                head, method, path = head_of(name, self.server.api_key)
                self.assertIn(self.server.raw(head, method, path).status, (400, 404, 411))

    def test_a_large_body_that_is_sent_whole_is_answered(self):
        """The answer must not be lost in the reset of a connection that was closed before all was read."""
        for _ in range(10):
            self.expect(self.owner.request("POST", "/users/login", raw=b" " * 300_000), 413, "payload_too_large")

    def test_two_lengths_are_refused(self):
        for lines in (("Content-Length: 2", "Content-Length: 3"), ("Content-Length: 2", "Transfer-Encoding: chunked"),
                      ("Content-Length: -2",), ("Content-Length: x",)):
            with self.subTest(lines=lines):
                head, method, path = head_of("users_login", self.server.api_key, *lines)
                answer = self.server.raw(head + b"{}", method, path)
                self.assertTrue(answer is None or answer.status in (400, 411), answer)

    def test_large_headers(self):
        for name in DOCUMENT.operations:
            with self.subTest(operation=name):
                head, method, path = head_of(name, self.server.api_key, "X-Filler: " + "x" * 40000)
                self.expect(self.server.raw(head, method, path), 431, "header_too_large")


def is_text(schema):
    return schema.get("type") == "string" or ("allOf" in schema and is_text(DOCUMENT.resolve(schema["allOf"][0])))


class QueriesTest(ContractTest):
    def test_queries(self):
        for name, (method, path, operation) in DOCUMENT.operations.items():
            required = [p["name"] for p in parameters(operation, "query") if p.get("required")]
            if not required or path.startswith("/objects/"):
                continue
            right = {field: BELONGS_TO_NOBODY for field in required}
            cases = [{**right, "nothing_like_this": "1"}]
            for field in required:
                cases.append({key: value for key, value in right.items() if key != field})
                cases += [{**right, field: wrong} for wrong in ("", "x", BELONGS_TO_NOBODY + "0", BELONGS_TO_NOBODY[:-1] + "%")]
            for query in cases:
                with self.subTest(operation=name, query=query):
                    self.expect(self.owner.request(method, path, query), 400, "invalid_request")
            with self.subTest(operation=name, case="twice"):
                twice = [(field, BELONGS_TO_NOBODY) for field in required + required]
                self.expect(self.owner.request(method, path, twice), 400, "invalid_request")

    def test_idempotency_keys(self):
        for name in ("claims_delta", "claims_alpha", "claims_fast_forward"):
            for wrong in (None, "", "x", BELONGS_TO_NOBODY + "0"):
                with self.subTest(operation=name, key=wrong):
                    answer = send_example(self.owner, name, headers={"Idempotency-Key": wrong})
                    self.expect(answer, 400, "invalid_request")

    def test_unsigned_objects(self):
        for name in ("objects_put", "objects_get"):
            method, path, query, _, _ = example_request(name)
            raw = b"x" if method == "PUT" else None
            self.assertIn(self.owner.request(method, path, None, raw=raw).status, (400, 404))
            self.expect(self.owner.request(method, path, {**query, "expires": "99999999999"}, raw=raw), 404, "object_unknown")


class SlowRequestsTest(KeysTest):
    settings = {"BODY_TIMEOUT_SECONDS": "1"}

    def test_bodies_that_do_not_arrive(self):
        waiting = []
        for name in WITH_BODY:
            head, method, path = head_of(name, self.server.api_key, "Content-Length: 100")
            if name == "objects_put":
                head = self.signed_head()
            connection = self.server.open_socket()
            self.addCleanup(connection.close)
            connection.sendall(head + b"{")
            waiting.append((name, connection, method, path))
        for name, connection, method, path in waiting:
            with self.subTest(operation=name):
                answer = self.server.read_answer(connection, method, path)
                self.assertIsNotNone(answer)
                self.expect(answer, 408, "request_timeout")

    def signed_head(self):
        """Of a PUT that is allowed: an object's signature is looked at before its body."""
        upload = self.ask_upload(self.upload_body(self.make_key()))
        target = upload["upload_url"].split("/", 3)[3]
        lines = [f"PUT /{target} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in upload["headers"].items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class MetricsTokenTest(ContractTest):
    settings = {"METRICS_TOKEN": "a-token-for-metrics"}

    def test_metrics_want_the_token(self):
        for token, status in ((None, 401), ("Bearer another-token", 401), (f"Bearer {self.server.api_key}", 401),
                              ("Bearer a-token-for-metrics", 200)):
            with self.subTest(token=token):
                answer = self.server.anonymous().request("GET", "/metrics", headers={"Authorization": token})
                self.assertEqual(answer.status, status, answer)


class RatesTest(unittest.TestCase):
    def test_every_operation_is_limited(self):
        with Server({"RATE_LIMIT_PER_ADDRESS": "1", "RATE_LIMIT_BURST": "1"}) as server:
            client = server.client()
            for name, (_, _, operation) in DOCUMENT.operations.items():
                if operation.get("x-not-limited"):
                    continue
                with self.subTest(operation=name):
                    answers = []
                    while len(answers) < 10 and (not answers or answers[-1].status != 429):
                        answers.append(send_example(client, name))
                    self.assertEqual(answers[-1].status, 429, answers[-1])
                    self.assertGreaterEqual(int(answers[-1].headers["Retry-After"]), 0)
