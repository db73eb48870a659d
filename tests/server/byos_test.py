#!/usr/bin/python3
"""Bring Your Own Storage against a real S3 server (tests/support/s3-server): the set-up test, uploads and downloads by
presigned URL, what such a URL refuses, deletion, and the internal storage in a bucket. Usage: byos_test.py [--binary FILE]"""
import time
import unittest
import urllib.parse

from contract_support import DELTA_SFC, INTERNAL_STORAGE, SMALL_SFC, KeysTest, md5, new_uuid
from harness import binary
from s3_client import S3Server, plain_request

BUCKET = "omega-safe-test"
S3 = None


class ByosTest(KeysTest):
    settings = {"ALLOW_HTTP_ENDPOINTS": "true"}

    def storage_body(self, keys=None, **change):
        access_key_id, secret_access_key = keys or S3.keys
        return {"name": "test-bucket", "provider": "r2", "bucket_name": BUCKET, "region": "auto", "endpoint_url": S3.endpoint,
                "access_key_id": access_key_id, "secret_access_key": secret_access_key, **change}

    def make_storage(self, keys=None, **change):
        return self.expect(self.owner.post("/storages/create", self.storage_body(keys, **change)), 201).json

    def key_in_bucket(self, **change):
        return self.make_key(storage_uuid=self.make_storage(**change)["storage"]["storage_uuid"])

    def put(self, upload, content, **headers):
        return plain_request(upload["upload_url"], "PUT", {**upload["headers"], **headers}, content)

    def download(self, key_uuid, delta_uuid):
        ask = {"key_uuid": key_uuid, "delta_uuid": delta_uuid}
        return self.expect(self.owner.post("/deltas/download_url", ask), 200).json


class SetUpTest(ByosTest):
    def test_a_good_bucket(self):
        before = S3.client.objects(BUCKET)
        self.assertIsNone(self.make_storage()["warning"])
        self.assertEqual(S3.client.objects(BUCKET), before, "the test object stays behind")

    def test_delete_that_is_forbidden_is_a_warning(self):
        for change in ({}, {"remote_path": "limited"}):
            made = self.make_storage(S3.limited_keys, **change)
            self.assertIn("DELETE", made["warning"])

    def test_what_does_not_work(self):
        wrong = "wrong" + S3.keys[1][5:]
        unknown = "UNKNOWNKEY0000000000"
        for name, keys, change in (("secret", (S3.keys[0], wrong), {}), ("key id", (unknown, S3.keys[1]), {}),
                                   ("no bucket", S3.keys, {"bucket_name": "no-such-bucket"}),
                                   ("no right", S3.limited_keys, {"bucket_name": "private-bucket"})):
            with self.subTest(name):
                answer = self.owner.post("/storages/create", self.storage_body(keys, **change))
                self.expect(answer, 422, "storage_unusable")
                self.assertEqual(answer.details, {"step": "LIST"})
                self.assertNotIn(keys[1], answer.body.decode())
        self.assertEqual(len(self.stranger.get("/storages/list").json["storages"]), 1)

    def test_an_edit_is_tried_out_too(self):
        storage_uuid = self.make_storage()["storage"]["storage_uuid"]
        edit = lambda **change: self.owner.patch("/storages/edit", {"storage_uuid": storage_uuid, **change})
        self.expect(edit(bucket_name="no-such-bucket"), 422, "storage_unusable")
        self.assertEqual(self.owner.get("/storages/view", storage_uuid=storage_uuid).json["storage"]["bucket_name"], BUCKET)
        keys = {"access_key_id": S3.limited_keys[0], "secret_access_key": S3.limited_keys[1]}
        self.assertIn("DELETE", self.expect(edit(**keys), 200).json["warning"])
        self.expect(edit(name="renamed"), 200)


class TransferTest(ByosTest):
    def test_the_whole_road(self):
        key_uuid = self.key_in_bucket(remote_path="deltas/prod")
        body = self.upload_body(key_uuid)
        upload = self.ask_upload(body)
        self.assertTrue(upload["upload_url"].startswith(S3.endpoint), upload["upload_url"])
        self.expect(self.put(upload, DELTA_SFC), 200)
        self.expect(self.confirm(body, upload), 201)
        self.expect(self.confirm(body, upload), 200)
        found = [name for name in S3.client.objects(BUCKET) if body["delta_uuid"] in name]
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("deltas/prod/"), found)
        download = self.download(key_uuid, body["delta_uuid"])
        self.assertEqual(plain_request(download["download_url"], "GET", download["headers"]).body, DELTA_SFC)
        self.assertNotIn(S3.keys[1], upload["upload_url"] + download["download_url"])

    def test_no_limits_of_the_internal_storage(self):
        key_uuid = self.key_in_bucket()
        limits = self.expect(self.owner.get("/keys/limits", key_uuid=key_uuid), 200).json
        self.assertIsNone(limits["usage"])

    def test_an_object_that_exists_is_not_overwritten(self):
        key_uuid = self.key_in_bucket()
        body = self.upload_body(key_uuid)
        first, second = self.ask_upload(body), self.ask_upload(body)
        self.expect(self.put(first, DELTA_SFC), 200)
        self.expect(self.put(first, DELTA_SFC), 412)
        self.expect(self.put(second, DELTA_SFC), 412)
        self.expect(self.confirm(body, second), 409, "upload_mismatch")
        self.expect(self.confirm(body, first), 201)

    def test_signed_headers_and_urls_cannot_be_changed(self):
        key_uuid = self.key_in_bucket()
        body = self.upload_body(key_uuid, content=SMALL_SFC)
        upload = self.ask_upload(body)
        other = SMALL_SFC[:-1] + bytes([SMALL_SFC[-1] ^ 1])
        without = lambda name: {key: value for key, value in upload["headers"].items() if key != name}
        url = upload["upload_url"]
        signature = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["X-Amz-Signature"][0]
        cases = {
            "other bytes": (url, upload["headers"], other),
            "other bytes and MD5": (url, {**upload["headers"], "Content-MD5": md5(other)}, other),
            "longer": (url, {**upload["headers"], "Content-Length": str(len(SMALL_SFC) + 1)}, SMALL_SFC + b"x"),
            "no MD5": (url, without("Content-MD5"), SMALL_SFC),
            "no If-None-Match": (url, without("If-None-Match"), SMALL_SFC),
            "no attempt": (url, without("x-amz-meta-upload-attempt-uuid"), SMALL_SFC),
            "other attempt": (url, {**upload["headers"], "x-amz-meta-upload-attempt-uuid": new_uuid()}, SMALL_SFC),
            "other signature": (url.replace(signature, signature[::-1]), upload["headers"], SMALL_SFC),
            "other object": (url.replace(body["delta_uuid"], new_uuid()), upload["headers"], SMALL_SFC),
        }
        for name, (target, headers, content) in cases.items():
            with self.subTest(name):
                self.assertIn(plain_request(target, "PUT", headers, content).status, (400, 403))
        for method in ("GET", "DELETE"):
            self.assertEqual(plain_request(url, method).status, 403)
        self.expect(self.confirm(body, upload), 409, "upload_mismatch")
        self.expect(self.put(upload, SMALL_SFC), 200)
        self.expect(self.confirm(body, upload), 201)

    def test_what_others_put_there_is_not_taken(self):
        """The bucket's owner, or a thief of the credentials, writes the object: it has no attempt, or no container."""
        for name, content, with_attempt in (("no attempt", SMALL_SFC, False), ("no container", b"x" * 300, True),
                                            ("another container", DELTA_SFC, True)):
            with self.subTest(name):
                key_uuid = self.key_in_bucket()
                body = self.upload_body(key_uuid, content=SMALL_SFC if name != "no container" else content)
                upload = self.ask_upload(body)
                headers = {"x-amz-meta-upload-attempt-uuid": upload["upload_attempt_uuid"]} if with_attempt else {}
                path = urllib.parse.unquote(urllib.parse.urlsplit(upload["upload_url"]).path)
                self.expect(S3.client.request("PUT", path, None, content, headers), 200)
                self.expect(self.confirm(body, upload), 409, "upload_mismatch")

    def test_deletion(self):
        key_uuid = self.key_in_bucket()
        older = self.make_delta(key_uuid)
        newest = self.make_delta(key_uuid, 2)
        answer = self.expect(self.owner.delete("/deltas/delete", key_uuid=key_uuid, delta_uuid=older), 200).json
        self.assertIsNone(answer["warning"])
        names = " ".join(S3.client.objects(BUCKET))
        self.assertNotIn(older, names)
        self.assertIn(newest, names)
        self.assertIsNone(self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 200).json["warning"])
        self.assertNotIn(newest, " ".join(S3.client.objects(BUCKET)))

    def test_deletion_without_the_right_is_a_warning(self):
        key_uuid = self.make_key(storage_uuid=self.make_storage(S3.limited_keys)["storage"]["storage_uuid"])
        older = self.make_delta(key_uuid)
        self.make_delta(key_uuid, 2)
        answer = self.expect(self.owner.delete("/deltas/delete", key_uuid=key_uuid, delta_uuid=older), 200).json
        self.assertTrue(answer["warning"])
        self.assertIn(older, " ".join(S3.client.objects(BUCKET)))
        self.expect(self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": older}), 404, "delta_unknown")
        self.assertTrue(self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 200).json["warning"])

    def test_from_the_internal_storage_to_a_bucket(self):
        key_uuid = self.make_key()
        first = self.expect_internal(key_uuid)
        storage_uuid = self.make_storage()["storage"]["storage_uuid"]
        self.expect(self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "storage_uuid": storage_uuid}), 200)
        second = self.make_delta(key_uuid, 2)
        old, new = self.download(key_uuid, first), self.download(key_uuid, second)
        self.assertEqual(self.owner.follow(old["download_url"], "GET").body, SMALL_SFC)
        self.assertEqual(plain_request(new["download_url"], "GET").body, SMALL_SFC)
        self.expect(self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "storage_uuid": INTERNAL_STORAGE}), 422,
                    "invalid_storage")

    def expect_internal(self, key_uuid):
        body = self.upload_body(key_uuid, content=SMALL_SFC)
        upload = self.ask_upload(body)
        self.expect(self.owner.follow(upload["upload_url"], "PUT", upload["headers"], SMALL_SFC), 200)
        self.expect(self.confirm(body, upload), 201)
        return body["delta_uuid"]

    def test_the_credentials_are_sealed_in_the_database(self):
        self.make_storage()
        self.assertNotIn(S3.keys[1].encode(), b"".join(
            path.read_bytes() for path in self.server.data_dir.glob("ecs.sqlite*")))
        self.assertNotIn(S3.keys[1], self.server.log())


class ExpiryTest(ByosTest):
    settings = {"ALLOW_HTTP_ENDPOINTS": "true", "URL_SECONDS": "3"}

    def test_expired_urls(self):
        key_uuid = self.key_in_bucket()
        body = self.upload_body(key_uuid, content=SMALL_SFC)
        upload = self.ask_upload(body)
        time.sleep(5)
        self.assertEqual(self.put(upload, SMALL_SFC).status, 403)
        self.expect(self.confirm(body, upload), 409, "upload_mismatch")


class HttpEndpointsTest(ByosTest):
    settings = {}

    def test_http_is_refused_unless_allowed(self):
        answer = self.expect(self.owner.post("/storages/create", self.storage_body()), 422, "invalid_storage")
        self.assertIn("endpoint_url", answer.json["error"]["message"])


class InternalBucketTest(ByosTest):
    """The operator's own bucket instead of a folder."""

    @classmethod
    def setUpClass(cls):
        cls.settings = {"INTERNAL_STORAGE": "bucket", "INTERNAL_PROVIDER": "r2", "INTERNAL_BUCKET_NAME": "internal-bucket",
                        "INTERNAL_REGION": "auto", "INTERNAL_ENDPOINT_URL": S3.endpoint, "ALLOW_HTTP_ENDPOINTS": "true",
                        "INTERNAL_ACCESS_KEY_ID": S3.keys[0], "INTERNAL_SECRET_ACCESS_KEY": S3.keys[1]}
        super().setUpClass()

    def test_the_whole_road(self):
        key_uuid = self.make_key()
        delta_uuid = self.make_delta(key_uuid)
        self.assertIn(delta_uuid, " ".join(S3.client.objects("internal-bucket")))
        download = self.download(key_uuid, delta_uuid)
        self.assertEqual(plain_request(download["download_url"], "GET").body, SMALL_SFC)
        usage = self.expect(self.owner.get("/keys/limits", key_uuid=key_uuid), 200).json["usage"]
        self.assertEqual(usage["uploads"]["stored"]["used"], 1)


class BucketAwayTest(ByosTest):
    def test_a_bucket_that_went_away_is_503(self):
        own = S3Server()
        self.addCleanup(own.close)
        own.client.make_bucket(BUCKET)
        made = self.owner.post("/storages/create", {**self.storage_body(own.keys), "endpoint_url": own.endpoint})
        key_uuid = self.make_key(storage_uuid=self.expect(made, 201).json["storage"]["storage_uuid"])
        body = self.upload_body(key_uuid, content=SMALL_SFC)
        upload = self.ask_upload(body)
        self.expect(self.put(upload, SMALL_SFC), 200)
        own.close()
        self.expect(self.confirm(body, upload), 503, "unavailable")
        self.expect(self.owner.get("/health"), 200)
        self.assertTrue(self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 200))


if __name__ == "__main__":
    binary()
    S3 = S3Server()
    try:
        for name in (BUCKET, "private-bucket", "internal-bucket"):
            S3.client.make_bucket(name)
        S3.client.allow_without_delete(BUCKET, "limited")
        program = unittest.main(exit=False)
    finally:
        S3.close()
    raise SystemExit(not program.result.wasSuccessful())
