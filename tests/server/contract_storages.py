"""Routes of storages, as far as they need no bucket: field rules, the internal storage, others' storages. byos_test.py has
the rest. FakeBucket answers the set-up test like a bucket, without looking at signatures."""
import http.server
import threading
import urllib.parse

from contract_support import INTERNAL_STORAGE, KeysTest, new_uuid

GOOD = {"name": "r2-primary", "provider": "r2", "bucket_name": "omega-safe-prod", "region": "auto",
        "access_key_id": "EXAMPLEKEYID0000", "secret_access_key": "example/secret/000000000000000000"}


class FakeBucket(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects = {}
    refused = set()  # methods, and LIST

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urllib.parse.urlsplit(self.path).path
        what = "LIST" if self.command == "GET" and "/" not in path.strip("/") else self.command
        status, content = 200, b""
        if what in self.refused:
            status, content = 403, b"<Error><Code>AccessDenied</Code></Error>"
        elif what == "LIST":
            content = b"<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>"
        elif what == "PUT":
            self.objects[path] = body
        elif what == "DELETE":
            self.objects.pop(path, None)
            status = 204
        elif path in self.objects:
            content = self.objects[path]
        else:
            status = 404
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


def serve_fake_bucket(test_class):
    """The endpoint of a fake bucket that ends with the class."""
    bucket = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FakeBucket)
    threading.Thread(target=bucket.serve_forever, daemon=True).start()
    test_class.addClassCleanup(bucket.server_close)
    test_class.addClassCleanup(bucket.shutdown)
    return f"http://127.0.0.1:{bucket.server_port}"


class FieldRulesTest(KeysTest):
    """Nothing here may reach a network: what breaks a rule is refused before."""

    def refused(self, field, value, change=None):
        body = {**GOOD, "endpoint_url": "https://127.0.0.1:1", **(change or {})}
        if value is None:
            body.pop(field, None)
        else:
            body[field] = value
        with self.subTest(field=field, value=value):
            answer = self.expect(self.owner.post("/storages/create", body), 422, "invalid_storage")
            self.assertIn(field, answer.json["error"]["message"])

    def test_name(self):
        for value in ("", "a b", "ä", "a/b", "a,b", "x" * 256):
            self.refused("name", value)

    def test_provider(self):
        for value in ("", "S3", "internal", "gcs"):
            self.refused("provider", value)

    def test_bucket_name(self):
        for value in ("", "ab", "x" * 64, "Abc", "a_b", "-abc", "abc-", ".abc", "abc.", "a..b", "192.168.5.4", "a b"):
            self.refused("bucket_name", value)

    def test_region_and_endpoint_of_r2(self):
        for value in ("", "eu-central-1", "AUTO"):
            self.refused("region", value)
        for value in (None, "", "http://example.com", "ftp://example.com", "https://", "example.com", "https:///x",
                      "https://a b", "https://user:pass@example.com", "https://example.com/?x=1", "https://example.com/#x"):
            self.refused("endpoint_url", value)

    def test_region_and_endpoint_of_s3(self):
        change = {"provider": "s3", "region": "eu-central-1"}
        self.refused("endpoint_url", "https://example.com", change)
        for value in ("auto", "", "somewhere", "EU-CENTRAL-1", "eu_central_1", "eu-central", "eu-central-1.evil.example"):
            body = {**GOOD, **change, "region": value}
            with self.subTest(region=value):
                answer = self.expect(self.owner.post("/storages/create", body), 422, "invalid_storage")
                self.assertIn("region", answer.json["error"]["message"])

    def test_credentials(self):
        for value in ("", "x" * 15, "x" * 129, "x" * 16 + "-", "x" * 16 + " "):
            self.refused("access_key_id", value)
        for value in ("", "x" * 31, "x" * 129, "x" * 32 + "_", "x" * 32 + "\u00e9"):
            self.refused("secret_access_key", value)

    def test_no_refusal_repeats_credentials(self):
        answer = self.owner.post("/storages/create", {**GOOD, "endpoint_url": "https://127.0.0.1:1", "name": "a b"})
        self.assertNotIn(GOOD["secret_access_key"], answer.body.decode())
        self.assertNotIn(GOOD["secret_access_key"], self.server.log())

    def test_an_endpoint_that_does_not_answer(self):
        answer = self.expect(self.owner.post("/storages/create", {**GOOD, "endpoint_url": "https://127.0.0.1:1"}), 422,
                             "storage_unusable")
        self.assertEqual(answer.details, {"step": "LIST"})


class StorageRoutesTest(KeysTest):
    settings = {"ALLOW_HTTP_ENDPOINTS": "true"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = serve_fake_bucket(cls)

    def setUp(self):
        super().setUp()
        FakeBucket.refused = set()
        FakeBucket.objects.clear()

    def make_storage(self, client=None, **change):
        body = {**GOOD, "endpoint_url": self.endpoint, **change}
        return self.expect((client or self.owner).post("/storages/create", body), 201).json

    def test_the_internal_storage(self):
        storages = self.expect(self.stranger.get("/storages/list"), 200).json["storages"]
        internal = self.expect(self.owner.get("/storages/view", storage_uuid=INTERNAL_STORAGE), 200).json["storage"]
        self.assertEqual(storages[-1], internal)
        self.assertEqual(internal, {
            "storage_uuid": INTERNAL_STORAGE, "name": "OmegaSafe internal", "provider": "internal", "bucket_name": None,
            "region": None, "endpoint_url": None, "remote_path": None, "is_internal": True, "storage_type_id": 3,
            "storage_type_name": "Internal", "storage_badge": "internal"})
        self.expect(self.owner.patch("/storages/edit", {"storage_uuid": INTERNAL_STORAGE, "name": "Mine"}), 422,
                    "invalid_storage")
        self.expect(self.owner.delete("/storages/delete", storage_uuid=INTERNAL_STORAGE), 422, "invalid_storage")

    def test_create_view_list_delete(self):
        made = self.make_storage(remote_path="deltas/prod")
        self.assertIsNone(made["warning"])
        storage = made["storage"]
        self.assertEqual({**storage, "storage_uuid": None}, {
            "storage_uuid": None, "name": "r2-primary", "provider": "r2", "bucket_name": "omega-safe-prod", "region": "auto",
            "endpoint_url": self.endpoint, "remote_path": "deltas/prod", "is_internal": False, "storage_type_id": 2,
            "storage_type_name": "Cloudflare R2", "storage_badge": "Cloudflare R2"})
        self.assertEqual(FakeBucket.objects, {}, "the test object stays behind")
        storage_uuid = storage["storage_uuid"]
        self.assertEqual(self.owner.get("/storages/view", storage_uuid=storage_uuid).json["storage"], storage)
        listed = self.owner.get("/storages/list")
        self.assertIn(storage, listed.json["storages"])
        self.assertEqual(listed.json["storages"][-1]["storage_uuid"], INTERNAL_STORAGE)
        self.assertNotIn(GOOD["secret_access_key"], listed.body.decode())
        self.assertNotIn(storage_uuid, self.stranger.get("/storages/list").body.decode())
        self.expect(self.owner.delete("/storages/delete", storage_uuid=storage_uuid), 200)
        self.expect(self.owner.delete("/storages/delete", storage_uuid=storage_uuid), 404, "storage_unknown")

    def test_steps_of_the_set_up_test(self):
        for step in ("LIST", "PUT", "GET"):
            FakeBucket.refused = {step}
            with self.subTest(step):
                answer = self.owner.post("/storages/create", {**GOOD, "endpoint_url": self.endpoint})
                self.expect(answer, 422, "storage_unusable")
                self.assertEqual(answer.details, {"step": step})
        FakeBucket.refused = {"DELETE"}
        self.assertIn("DELETE", self.make_storage()["warning"])

    def test_edit(self):
        storage_uuid = self.make_storage()["storage"]["storage_uuid"]
        edit = lambda status, code=None, **change: self.expect(
            self.owner.patch("/storages/edit", {"storage_uuid": storage_uuid, **change}), status, code)
        self.assertEqual(edit(200, name="second").json["storage"]["name"], "second")
        self.assertEqual(edit(200, remote_path="a/b").json["storage"]["remote_path"], "a/b")
        keys = {"access_key_id": "x" * 16, "secret_access_key": "y" * 32}
        edit(200, **keys)
        for field in keys:
            edit(422, "invalid_storage", **{field: keys[field]})
        edit(422, "invalid_storage", provider="s3", region="eu-central-1")
        edit(422, "invalid_storage", name="a b")
        edit(422, "invalid_storage", bucket_name="A")
        FakeBucket.refused = {"PUT"}
        edit(422, "storage_unusable", bucket_name="another-bucket")
        FakeBucket.refused = {"DELETE"}
        self.assertIn("DELETE", edit(200, name="third").json["warning"])
        self.assertEqual(self.owner.get("/storages/view", storage_uuid=storage_uuid).json["storage"]["bucket_name"],
                         "omega-safe-prod")

    def test_storages_of_others_look_unknown(self):
        theirs, unknown = self.make_storage(self.stranger)["storage"]["storage_uuid"], new_uuid()
        key_uuid = self.make_key()
        asks = {
            "view": lambda one: self.owner.get("/storages/view", storage_uuid=one),
            "edit": lambda one: self.owner.patch("/storages/edit", {"storage_uuid": one, "name": "mine"}),
            "delete": lambda one: self.owner.delete("/storages/delete", storage_uuid=one),
            "use": lambda one: self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "storage_uuid": one}),
            "create": lambda one: self.owner.post("/keys/create", {
                "key_uuid": new_uuid(), "name": "x", "omegasafe_version": "1.0.0", "alpha_global_position_capacity": 9,
                "storage_uuid": one}),
        }
        for name, ask in asks.items():
            with self.subTest(name):
                self.assert_alike(ask(theirs), ask(unknown), theirs, unknown)
        self.expect(self.stranger.get("/storages/view", storage_uuid=theirs), 200)

    def test_a_storage_in_use_stays(self):
        storage_uuid = self.make_storage()["storage"]["storage_uuid"]
        key_uuid = self.make_key(storage_uuid=storage_uuid)
        key = self.owner.get("/keys/view", key_uuid=key_uuid).json["key"]
        self.assertEqual((key["storage_uuid"], key["storage_name"], key["storage_is_internal"]),
                         (storage_uuid, "r2-primary", False))
        limits = self.expect(self.owner.get("/keys/limits", key_uuid=key_uuid), 200).json
        self.assertIsNone(limits["usage"])
        self.assertTrue(limits["message"])
        self.expect(self.owner.delete("/storages/delete", storage_uuid=storage_uuid), 409, "storage_in_use")
        self.expect(self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "storage_uuid": INTERNAL_STORAGE}), 422,
                    "invalid_storage")
        self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 200)
        self.expect(self.owner.delete("/storages/delete", storage_uuid=storage_uuid), 200)
