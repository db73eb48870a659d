"""Routes of Deltas: the road of an upload through signed URLs, its conflicts, downloads, deletion, and the limits of the
internal storage."""
import time
import urllib.parse

from contract_support import CAPACITY, DELTA_SFC, SMALL_SFC, KeysTest, as_position, md5, new_uuid


class UploadTest(KeysTest):
    def test_the_whole_road(self):
        key_uuid = self.make_key()
        body = self.upload_body(key_uuid)
        upload = self.ask_upload(body)
        self.assertEqual(upload["headers"], {"Content-Length": str(len(DELTA_SFC)), "Content-MD5": md5(DELTA_SFC),
                                             "If-None-Match": "*",
                                             "x-amz-meta-upload-attempt-uuid": upload["upload_attempt_uuid"]})
        self.assertEqual(self.expect(self.owner.get("/deltas/list", key_uuid=key_uuid), 200).json["deltas"], [])
        self.expect(self.put(upload, DELTA_SFC), 200)
        delta = self.expect(self.confirm(body, upload), 201).json["delta"]
        self.assertEqual((delta["delta_uuid"], delta["seq_number"], delta["start_global_position"],
                          delta["end_global_position"], delta["next_global_position"], delta["size_bytes"],
                          delta["content_md5"], delta["deleted_at"]),
                         (body["delta_uuid"], 1, 0, CAPACITY - 1, 0, len(DELTA_SFC), md5(DELTA_SFC), None))
        self.assertEqual(self.expect(self.confirm(body, upload), 200).json["delta"], delta)
        self.assertEqual(self.owner.get("/deltas/list", key_uuid=key_uuid).json["deltas"], [delta])
        self.assertEqual(self.owner.get("/keys/view", key_uuid=key_uuid).json["key"]["latest_seq_number"], 1)
        download = self.expect(self.owner.post("/deltas/download_url", {"key_uuid": key_uuid,
                                                                        "delta_uuid": body["delta_uuid"]}), 200).json
        self.assertEqual((download["size_bytes"], download["content_md5"]), (len(DELTA_SFC), md5(DELTA_SFC)))
        self.assertEqual(self.expect(self.owner.follow(download["download_url"], "GET"), 200).body, DELTA_SFC)

    def test_a_second_put_is_refused_and_confirmed(self):
        """The answer to the PUT was lost: the client tries again, is told 412, and confirms."""
        key_uuid = self.make_key()
        body = self.upload_body(key_uuid)
        upload = self.ask_upload(body)
        self.expect(self.put(upload, DELTA_SFC), 200)
        self.expect(self.put(upload, DELTA_SFC), 412, "precondition_failed")
        self.expect(self.confirm(body, upload), 201)

    def test_only_the_own_attempt_is_confirmed(self):
        key_uuid = self.make_key()
        body = self.upload_body(key_uuid)
        first, second = self.ask_upload(body), self.ask_upload(body)
        self.assertNotEqual(first["upload_attempt_uuid"], second["upload_attempt_uuid"])
        self.expect(self.put(first, DELTA_SFC), 200)
        self.expect(self.put(second, DELTA_SFC), 412, "precondition_failed")
        self.expect(self.confirm(body, second), 409, "upload_mismatch")
        self.expect(self.confirm(body, first), 201)

    def test_what_does_not_fit_is_refused(self):
        key_uuid = self.make_key()
        body = self.upload_body(key_uuid)
        upload = self.ask_upload(body)
        self.expect(self.confirm(body, upload), 409, "upload_mismatch")
        other = bytes([DELTA_SFC[0]]) + DELTA_SFC[1:-1] + bytes([DELTA_SFC[-1] ^ 1])
        for name, content in (("MD5", other), ("shorter", DELTA_SFC[:-1]), ("longer", DELTA_SFC + b"x"), ("tiny", b"x")):
            with self.subTest(name):
                answer = self.put(upload, content, **{"Content-Length": str(len(content)), "Content-MD5": md5(content)})
                self.expect(answer, 409, "upload_mismatch")
        self.expect(self.confirm(body, upload), 409, "upload_mismatch")
        self.expect(self.put(upload, DELTA_SFC), 200)
        self.expect(self.confirm({**body, "delta_uuid": new_uuid()}, upload), 409, "upload_mismatch")
        self.expect(self.confirm(body, {"upload_attempt_uuid": new_uuid()}), 409, "upload_mismatch")
        self.expect(self.confirm(body, upload), 201)

    def test_what_is_no_container_is_refused(self):
        flipped = bytearray(SMALL_SFC)
        flipped[20] ^= 1
        for content in (b"x" * 500, b"\x8fSFC\r\n\x1a\n", bytes(flipped), SMALL_SFC[:-1], SMALL_SFC + b"x"):
            with self.subTest(size=len(content), begin=content[:8]):
                key_uuid = self.make_key()
                body = self.upload_body(key_uuid, content=content)
                upload = self.ask_upload(body)
                self.expect(self.put(upload, content), 200)
                self.expect(self.confirm(body, upload), 409, "upload_mismatch")
                self.assertEqual(self.owner.get("/deltas/list", key_uuid=key_uuid).json["deltas"], [])
                again = self.ask_upload({**body, "size_bytes": len(SMALL_SFC), "content_md5": md5(SMALL_SFC)})
                self.expect(self.put(again, SMALL_SFC), 200)  # what was refused does not stand in the way
                self.expect(self.confirm(body, again), 201)

    def test_sequence(self):
        key_uuid = self.make_key()
        def conflict(seq_number, authoritative, latest):
            answer = self.expect(self.owner.post("/deltas/upload_url", self.upload_body(key_uuid, seq_number)), 409,
                                 "delta_conflict")
            self.assertEqual(answer.details, {"authoritative_delta_uuid": authoritative, "latest_seq_number": latest})
        conflict(2, None, 0)
        first = self.make_delta(key_uuid)
        conflict(1, first, 1)
        conflict(3, None, 1)
        second = self.make_delta(key_uuid, 2)
        conflict(1, first, 2)
        conflict(2, second, 2)
        conflict(10**9, None, 2)

    def test_two_renewals_race(self):
        """Two devices upload the same number: one wins, the other is told who."""
        key_uuid = self.make_key()
        mine, theirs = self.upload_body(key_uuid), self.upload_body(key_uuid)
        uploads = self.ask_upload(mine), self.ask_upload(theirs)
        for upload in uploads:
            self.expect(self.put(upload, DELTA_SFC), 200)
        self.expect(self.confirm(mine, uploads[0]), 201)
        answer = self.expect(self.confirm(theirs, uploads[1]), 409, "delta_conflict")
        self.assertEqual(answer.details, {"authoritative_delta_uuid": mine["delta_uuid"], "latest_seq_number": 1})
        self.assertEqual([d["delta_uuid"] for d in self.owner.get("/deltas/list", key_uuid=key_uuid).json["deltas"]],
                         [mine["delta_uuid"]])

    def test_a_delta_uuid_is_used_once(self):
        key_uuid = self.make_key()
        used = self.make_delta(key_uuid)
        body = {**self.upload_body(key_uuid, 2), "delta_uuid": used}
        self.expect(self.owner.post("/deltas/upload_url", body), 409, "delta_conflict")

    def test_offers_that_cannot_be(self):
        key_uuid = self.make_key()
        good = self.upload_body(key_uuid)
        for field, value in (("start_global_position", 1), ("end_global_position", CAPACITY), ("end_global_position", 0),
                             ("seq_number", 0), ("size_bytes", 0), ("content_md5", ""), ("content_md5", "x" * 24),
                             ("content_md5", "@" * 22 + "=="), ("content_md5", md5(b"")[:-1]), ("content_md5", md5(b"") + "=")):
            with self.subTest(field=field, value=value):
                self.expect(self.owner.post("/deltas/upload_url", {**good, field: value}), 400, "invalid_request")
        for size in (10485761, 2**40):
            self.expect(self.owner.post("/deltas/upload_url", {**good, "size_bytes": size}), 413, "payload_too_large")
        self.expect(self.owner.post("/deltas/upload_url", {**good, "size_bytes": 10485760}), 201)
        self.expect(self.owner.post("/deltas/upload_url", {**good, "end_global_position": str(CAPACITY - 1)}), 201)


class SignedUrlsTest(KeysTest):
    def altered(self, url):
        """The URL with each of its parts changed, one at a time."""
        parts = urllib.parse.urlsplit(url)
        query = urllib.parse.parse_qsl(parts.query)
        for place, (name, value) in enumerate(query):
            if name == "expires":
                other = str(int(value) + 1)
            else:
                other = value[:-1] + ("0" if value[-1:] != "0" else "1") if value else "1"
            changed = query[:place] + [(name, other)] + query[place + 1:]
            yield name, parts._replace(query=urllib.parse.urlencode(changed)).geturl()
            yield "no " + name, parts._replace(query=urllib.parse.urlencode(query[:place] + query[place + 1:])).geturl()
        segments = parts.path.rsplit("/", 2)
        for place, name in ((1, "key"), (2, "Delta")):
            other = segments[:place] + [new_uuid()] + segments[place + 1:]
            yield name, parts._replace(path="/".join(other)).geturl()

    def test_altered_upload_urls(self):
        key_uuid = self.make_key()
        body = self.upload_body(key_uuid, content=SMALL_SFC)
        upload = self.ask_upload(body)
        for name, url in self.altered(upload["upload_url"]):
            with self.subTest(name):
                answer = self.owner.follow(url, "PUT", upload["headers"], SMALL_SFC)
                self.assertIn(answer.status, (400, 404), answer)
        self.assertEqual(self.owner.follow(upload["upload_url"], "GET").status, 404)
        self.expect(self.confirm(body, upload), 409, "upload_mismatch")
        self.expect(self.put(upload, SMALL_SFC), 200)

    def test_altered_download_urls(self):
        key_uuid = self.make_key()
        delta_uuid = self.make_delta(key_uuid)
        download = self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": delta_uuid}).json
        for name, url in self.altered(download["download_url"]):
            with self.subTest(name):
                self.assertIn(self.owner.follow(url, "GET").status, (400, 404))
        self.assertEqual(self.owner.follow(download["download_url"], "PUT", {}, SMALL_SFC).status, 404)
        self.assertEqual(self.expect(self.owner.follow(download["download_url"], "GET"), 200).body, SMALL_SFC)

    def test_an_upload_url_writes_nothing_after_the_delta_is_registered(self):
        key_uuid = self.make_key()
        body = self.upload_body(key_uuid, content=SMALL_SFC)
        upload = self.ask_upload(body)
        self.expect(self.put(upload, SMALL_SFC), 200)
        self.expect(self.confirm(body, upload), 201)
        self.expect(self.put(upload, SMALL_SFC), 412, "precondition_failed")


class ExpiredUrlsTest(KeysTest):
    settings = {"URL_SECONDS": "1"}

    def test_expired_urls(self):
        key_uuid = self.make_key()
        body = self.upload_body(key_uuid, content=SMALL_SFC)
        upload = self.ask_upload(body)
        self.expect(self.put(upload, SMALL_SFC), 200)
        self.expect(self.confirm(body, upload), 201)
        download = self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": body["delta_uuid"]}).json
        late = self.upload_body(key_uuid, 2, SMALL_SFC)
        late_upload = self.ask_upload(late)
        time.sleep(3)
        self.expect(self.owner.follow(download["download_url"], "GET"), 404, "object_unknown")
        self.expect(self.put(late_upload, SMALL_SFC), 404, "object_unknown")
        self.expect(self.confirm(late, late_upload), 409, "upload_mismatch")


class DownloadTest(KeysTest):
    def test_deltas_of_others_are_unknown(self):
        mine, other = self.make_key(), self.make_key()
        delta_uuid, unknown = self.make_delta(other), new_uuid()
        ask = lambda one: self.owner.post("/deltas/download_url", {"key_uuid": mine, "delta_uuid": one})
        self.assert_alike(ask(delta_uuid), ask(unknown), delta_uuid, unknown)
        self.expect(ask(unknown), 404, "delta_unknown")

    def test_delete(self):
        key_uuid = self.make_key()
        older = self.make_delta(key_uuid)
        newest = self.make_delta(key_uuid, 2)
        download = self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": older}).json
        self.expect(self.owner.delete("/deltas/delete", key_uuid=key_uuid, delta_uuid=newest), 409, "delta_in_use")
        self.expect(self.owner.delete("/deltas/delete", key_uuid=key_uuid, delta_uuid=new_uuid()), 404, "delta_unknown")
        answer = self.expect(self.owner.delete("/deltas/delete", key_uuid=key_uuid, delta_uuid=older), 200).json
        self.assertIsNone(answer["warning"])
        listed = self.owner.get("/deltas/list", key_uuid=key_uuid).json["deltas"]
        self.assertEqual([(d["delta_uuid"], d["deleted_at"] is None) for d in listed], [(older, False), (newest, True)])
        self.assertEqual((listed[0]["start_global_position"], listed[1]["start_global_position"]), (0, as_position(CAPACITY)))
        self.expect(self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": older}), 404, "delta_unknown")
        self.expect(self.owner.follow(download["download_url"], "GET"), 404, "object_unknown")
        self.expect(self.owner.post("/deltas/upload_url", self.upload_body(key_uuid, 1)), 409, "delta_conflict")

    def test_after_the_key_is_deleted(self):
        key_uuid = self.make_key()
        delta_uuid = self.make_delta(key_uuid)
        download = self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": delta_uuid}).json
        self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 200)
        self.expect(self.owner.follow(download["download_url"], "GET"), 404, "object_unknown")


class LimitsTest(KeysTest):
    """`settings` of the reference's kinds of limits, small."""

    settings = {"UPLOADS_DAILY": "2", "UPLOADS_MONTHLY": "5", "UPLOADS_STORED": "15", "DOWNLOADS_DAILY": "3",
                "DOWNLOADS_MONTHLY": "200"}

    def usage(self, key_uuid):
        return self.expect(self.owner.get("/keys/limits", key_uuid=key_uuid), 200).json["usage"]

    def reached(self, answer, kind, scope, limit):
        self.expect(answer, 422, "storage_limit_reached")
        self.assertEqual(answer.details, {"scope": scope, "kind": kind, "limit": limit})

    def metric(self, used, limit):
        return {"used": used, "limit": limit, "remaining": limit - used, "percentage": used * 100 // limit, "has_limit": True}

    def test_uploads_and_downloads(self):
        key_uuid = self.make_key()
        first = self.make_delta(key_uuid)
        self.assertEqual(self.usage(key_uuid)["uploads"], {"daily": self.metric(1, 2), "monthly": self.metric(1, 5),
                                                           "stored": self.metric(1, 15)})
        self.make_delta(key_uuid, 2)
        self.reached(self.owner.post("/deltas/upload_url", self.upload_body(key_uuid, 3)), "uploads", "daily", 2)
        ask = {"key_uuid": key_uuid, "delta_uuid": first}
        for _ in range(3):
            self.expect(self.owner.post("/deltas/download_url", ask), 200)
        self.reached(self.owner.post("/deltas/download_url", ask), "downloads", "daily", 3)
        self.assertEqual(self.usage(key_uuid), {
            "uploads": {"daily": self.metric(2, 2), "monthly": self.metric(2, 5), "stored": self.metric(2, 15)},
            "downloads": {"daily": self.metric(3, 3), "monthly": self.metric(3, 200)}})
        other = self.make_key()  # limits are per key
        self.make_delta(other)

    def test_files_that_nobody_confirms_have_a_limit(self):
        key_uuid = self.make_key()
        bodies = [self.upload_body(key_uuid, content=SMALL_SFC) for _ in range(20)]
        taken = []
        for body in bodies:
            answer = self.owner.post("/deltas/upload_url", body)
            if answer.status == 201:
                taken.append(body)
                self.put(answer.json, SMALL_SFC)
            else:
                self.expect(answer, 422, "storage_limit_reached")
        limits = [int(self.settings.get(name, 0)) for name in ("UPLOADS_DAILY", "UPLOADS_MONTHLY", "UPLOADS_STORED")]
        self.assertEqual(len(taken), min(limit for limit in limits if limit > 0))
        self.expect(self.owner.post("/deltas/upload_url", taken[0]), 201)  # the same Delta may be tried again
        folder = self.server.data_dir / "deltas" / key_uuid
        self.assertEqual(len(list(folder.iterdir())), len(taken))
        self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 200)
        self.assertEqual(list(folder.iterdir()) if folder.exists() else [], [])

    def test_many_offers_for_one_place_cannot_pass_the_limit(self):
        """Offers cost nothing; confirmations count, so offers made beforehand must not open more."""
        key_uuid = self.make_key()
        uploads = []
        for _ in range(3):
            body = self.upload_body(key_uuid, content=SMALL_SFC)
            answer = self.owner.post("/deltas/upload_url", body)
            if answer.status == 201:
                uploads.append((body, answer.json))
        for body, upload in uploads:
            self.put(upload, SMALL_SFC)
            self.confirm(body, upload)
        self.assertLessEqual(self.usage(key_uuid)["uploads"]["daily"]["used"], 2)


class MonthlyLimitsTest(LimitsTest):
    settings = {"UPLOADS_DAILY": "0", "UPLOADS_MONTHLY": "2", "DOWNLOADS_DAILY": "0", "DOWNLOADS_MONTHLY": "1"}

    def test_uploads_and_downloads(self):
        key_uuid = self.make_key()
        first = self.make_delta(key_uuid)
        self.make_delta(key_uuid, 2)
        self.reached(self.owner.post("/deltas/upload_url", self.upload_body(key_uuid, 3)), "uploads", "monthly", 2)
        ask = {"key_uuid": key_uuid, "delta_uuid": first}
        self.expect(self.owner.post("/deltas/download_url", ask), 200)
        self.reached(self.owner.post("/deltas/download_url", ask), "downloads", "monthly", 1)
        self.assertEqual(self.usage(key_uuid)["uploads"]["daily"],
                         {"used": 2, "limit": None, "remaining": None, "percentage": None, "has_limit": False})


class StoredLimitTest(LimitsTest):
    settings = {"UPLOADS_STORED": "2"}

    def test_uploads_and_downloads(self):
        key_uuid = self.make_key()
        first = self.make_delta(key_uuid)
        self.make_delta(key_uuid, 2)
        self.reached(self.owner.post("/deltas/upload_url", self.upload_body(key_uuid, 3)), "uploads", "stored", 2)
        self.expect(self.owner.delete("/deltas/delete", key_uuid=key_uuid, delta_uuid=first), 200)
        self.make_delta(key_uuid, 3)  # a deleted file makes room
        self.assertEqual(self.usage(key_uuid)["uploads"]["stored"], self.metric(2, 2))
