"""Routes of users, API keys, keys and claims: what they answer to good requests and to ones that do not fit."""
from contract_support import CAPACITY, INTERNAL_STORAGE, KeysTest, as_position, new_uuid

LARGEST_CAPACITY = 909203700718879776  # 1.00 MB parts, 4 rotors: above 2^53, so positions are strings


class ApiKeysTest(KeysTest):
    def test_create_list_revoke(self):
        made = self.expect(self.owner.post("/api_keys/create", {"name": "laptop"}), 201).json
        self.assertEqual(made["name"], "laptop")
        client = self.server.client(made["api_key"])
        who = self.expect(client.post("/users/login", {}), 200).json
        self.assertEqual((who["api_key_uuid"], who["user"]["email"]), (made["api_key_uuid"], self.server.email))
        listed = {key["api_key_uuid"]: key for key in self.expect(self.owner.get("/api_keys/list"), 200).json["api_keys"]}
        self.assertIsNone(listed[made["api_key_uuid"]]["revoked_at"])
        self.assertIsNotNone(listed[made["api_key_uuid"]]["last_used_at"])
        self.assertNotIn(made["api_key"], self.owner.get("/api_keys/list").body.decode())
        self.expect(client.post("/api_keys/revoke", {"api_key_uuid": made["api_key_uuid"]}), 200)
        self.expect(client.post("/users/login", {}), 401)
        listed = {key["api_key_uuid"]: key for key in self.owner.get("/api_keys/list").json["api_keys"]}
        self.assertIsNotNone(listed[made["api_key_uuid"]]["revoked_at"])

    def test_api_keys_of_others_are_unknown(self):
        theirs = self.stranger.post("/users/login", {}).json["api_key_uuid"]
        ask = lambda api_key_uuid: self.owner.post("/api_keys/revoke", {"api_key_uuid": api_key_uuid})
        unknown = new_uuid()
        self.assert_alike(ask(theirs), ask(unknown), theirs, unknown)
        self.expect(ask(theirs), 404, "api_key_unknown")
        self.expect(self.stranger.post("/users/login", {}), 200)
        self.assertNotIn(theirs, self.owner.get("/api_keys/list").body.decode())


class KeyRoutesTest(KeysTest):
    def test_create(self):
        body = {"key_uuid": new_uuid(), "name": "Finance \u00e9 \u4f60", "omegasafe_version": "1.0.0",
                "alpha_global_position_capacity": CAPACITY}
        key = self.expect(self.owner.post("/keys/create", body), 201).json["key"]
        for field, value in {**body, "alpha_next_global_position": 0, "latest_seq_number": 0, "role_id": 1,
                             "role_name": "Owner", "storage_uuid": INTERNAL_STORAGE, "storage_name": "OmegaSafe internal",
                             "storage_is_internal": True}.items():
            self.assertEqual(key[field], value, field)
        self.assertEqual(self.expect(self.owner.post("/keys/create", body), 200).json["key"], key)
        self.assertEqual(self.expect(self.owner.get("/keys/view", key_uuid=body["key_uuid"]), 200).json["key"], key)
        self.assertIn(key, self.expect(self.owner.get("/keys/list"), 200).json["keys"])

    def test_create_that_exists(self):
        body = {"key_uuid": new_uuid(), "name": "One", "omegasafe_version": "1.0.0",
                "alpha_global_position_capacity": CAPACITY}
        self.expect(self.owner.post("/keys/create", body), 201)
        for field, value in (("name", "Two"), ("omegasafe_version", "2.0.0"), ("alpha_global_position_capacity", 5)):
            self.expect(self.owner.post("/keys/create", {**body, field: value}), 409, "key_exists")
        self.expect(self.stranger.post("/keys/create", body), 409, "key_exists")
        self.make_delta(body["key_uuid"])
        self.expect(self.owner.post("/keys/create", body), 409, "key_exists")

    def test_create_refuses(self):
        body = {"key_uuid": new_uuid(), "name": "One", "omegasafe_version": "1.0.0",
                "alpha_global_position_capacity": CAPACITY}
        for field, value in (("name", ""), ("name", "x" * 256), ("alpha_global_position_capacity", 0),
                             ("alpha_global_position_capacity", "0"), ("alpha_global_position_capacity", str(2**63)),
                             ("omegasafe_version", "")):
            with self.subTest(field=field, value=value):
                self.expect(self.owner.post("/keys/create", {**body, field: value}), 400, "invalid_request")
        self.expect(self.owner.post("/keys/create", {**body, "storage_uuid": new_uuid()}), 404, "storage_unknown")
        self.expect(self.owner.get("/keys/view", key_uuid=body["key_uuid"]), 404, "key_unknown")
        self.expect(self.owner.post("/keys/create", {**body, "storage_uuid": INTERNAL_STORAGE}), 201)

    def test_edit(self):
        key_uuid = self.make_key()
        answer = self.expect(self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "name": "New-Name"}), 200).json
        self.assertEqual((answer["key"]["name"], answer["key"]["omegasafe_version"]), ("New-Name", "1.0.0"))
        answer = self.expect(self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "omegasafe_version": "1.1.0"}), 200).json
        self.assertEqual((answer["key"]["name"], answer["key"]["omegasafe_version"]), ("New-Name", "1.1.0"))
        self.assertEqual(self.owner.get("/keys/view", key_uuid=key_uuid).json["key"], answer["key"])
        self.expect(self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "storage_uuid": INTERNAL_STORAGE}), 200)
        self.expect(self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "storage_uuid": new_uuid()}), 404,
                    "storage_unknown")
        self.expect(self.owner.patch("/keys/edit", {"key_uuid": key_uuid, "name": "x" * 256}), 400)

    def test_delete(self):
        key_uuid = self.make_key()
        self.make_delta(key_uuid)
        self.make_delta(key_uuid, 2)
        answer = self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 200).json
        self.assertEqual((answer["deltas_deleted"], answer["warning"]), (2, None))
        self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 404, "key_unknown")
        self.assertNotIn(key_uuid, self.owner.get("/keys/list").body.decode())

    def test_a_deleted_key_is_not_made_anew(self):
        """Its pointers are gone: a key of the same UUID would hand out positions that were used."""
        key = {"key_uuid": new_uuid(), "name": "Test-Key", "omegasafe_version": "1.0.0",
               "alpha_global_position_capacity": CAPACITY}
        self.expect(self.owner.post("/keys/create", key), 201)
        idempotency_key = new_uuid()
        body = {"key_uuid": key["key_uuid"], "size": 10}
        self.expect(self.owner.claim("alpha", body, idempotency_key), 200)
        self.expect(self.owner.delete("/keys/delete", key_uuid=key["key_uuid"]), 200)
        self.expect(self.owner.claim("alpha", body, idempotency_key), 404, "key_unknown")
        for client in (self.owner, self.stranger):
            answer = self.expect(client.post("/keys/create", key), 409, "key_exists").json
            self.assertIn("was deleted", answer["error"]["message"])
            self.expect(client.get("/keys/view", key_uuid=key["key_uuid"]), 404, "key_unknown")

    def test_limits(self):
        key_uuid = self.make_key()
        answer = self.expect(self.owner.get("/keys/limits", key_uuid=key_uuid), 200).json
        self.assertIsNone(answer["message"])
        self.assertFalse(answer["usage"]["uploads"]["daily"]["has_limit"])

    def test_keys_of_others_look_unknown(self):
        asks = {
            "view": lambda c, key: c.get("/keys/view", key_uuid=key),
            "edit": lambda c, key: c.patch("/keys/edit", {"key_uuid": key, "name": "Mine"}),
            "edit storage": lambda c, key: c.patch("/keys/edit", {"key_uuid": key, "storage_uuid": INTERNAL_STORAGE}),
            "delete": lambda c, key: c.delete("/keys/delete", key_uuid=key),
            "limits": lambda c, key: c.get("/keys/limits", key_uuid=key),
            "claim delta": lambda c, key: c.claim("delta", {"key_uuid": key, "delta_uuid": new_uuid(), "size": 1}),
            "claim alpha": lambda c, key: c.claim("alpha", {"key_uuid": key, "size": 1}),
            "fast forward": lambda c, key: c.claim("fast_forward", {"key_uuid": key, "delta_uuid": new_uuid(), "size": 1}),
            "deltas": lambda c, key: c.get("/deltas/list", key_uuid=key),
            "upload": lambda c, key: c.post("/deltas/upload_url", self.upload_body(key)),
            "confirm": lambda c, key: c.post("/deltas/confirm_upload", {"key_uuid": key, "delta_uuid": new_uuid(),
                                                                        "upload_attempt_uuid": new_uuid()}),
            "download": lambda c, key: c.post("/deltas/download_url", {"key_uuid": key, "delta_uuid": new_uuid()}),
            "delete delta": lambda c, key: c.delete("/deltas/delete", key_uuid=key, delta_uuid=new_uuid()),
            "invite": lambda c, key: c.post("/shares/invite", {"key_uuid": key, "email": "x@example.com", "role_id": 3}),
            "shares": lambda c, key: c.get("/shares/list", key_uuid=key),
            "revoke": lambda c, key: c.post("/shares/revoke", {"key_uuid": key, "email": "x@example.com"}),
            "leave": lambda c, key: c.post("/shares/leave", {"key_uuid": key}),
        }
        for name, ask in asks.items():
            with self.subTest(name):
                self.same_as_unknown(ask)


class ClaimsTest(KeysTest):
    def claim(self, kind, status=200, code=None, idempotency_key=None, **body):
        return self.expect(self.owner.claim(kind, body, idempotency_key), status, code).json

    def test_alpha(self):
        key_uuid = self.make_key(capacity=1000)
        first = self.claim("alpha", key_uuid=key_uuid, size=100)
        self.assertEqual(first, {"start_global_position": 0, "end_global_position": 99, "replayed": False})
        second = self.claim("alpha", key_uuid=key_uuid, size="900")
        self.assertEqual((second["start_global_position"], second["end_global_position"]), (100, 999))
        self.assertEqual(self.owner.get("/keys/view", key_uuid=key_uuid).json["key"]["alpha_next_global_position"], 1000)
        answer = self.claim("alpha", 409, "capacity_exhausted", key_uuid=key_uuid, size=1)
        self.assertEqual(answer["error"]["details"], {"positions_left": 0})

    def test_delta(self):
        for kind in ("delta", "fast_forward"):
            key_uuid = self.make_key(capacity=1000)
            for seq_number in (1, 2):
                with self.subTest(kind=kind, seq_number=seq_number):
                    delta_uuid = self.make_delta(key_uuid, seq_number, capacity=1000)
                    body = {"key_uuid": key_uuid, "delta_uuid": delta_uuid}
                    begin = (seq_number - 1) * 1000
                    first = self.claim(kind, **body, size=1)
                    self.assertEqual(first, {"delta_uuid": delta_uuid, "start_global_position": begin,
                                             "end_global_position": begin, "replayed": False})
                    answer = self.claim(kind, 409, "capacity_exhausted", **body, size=1000)
                    self.assertEqual(answer["error"]["details"], {"positions_left": 999})
                    last = self.claim(kind, **body, size=999)
                    self.assertEqual((last["start_global_position"], last["end_global_position"]), (begin + 1, begin + 999))
                    listed = self.owner.get("/deltas/list", key_uuid=key_uuid).json["deltas"][-1]
                    self.assertEqual(listed["next_global_position"], begin + 1000)
                    self.claim(kind, 409, "capacity_exhausted", **body, size=1)

    def test_only_the_newest_delta(self):
        for kind in ("delta", "fast_forward"):
            key_uuid = self.make_key()
            older = self.make_delta(key_uuid)
            newest = self.make_delta(key_uuid, 2)
            answer = self.claim(kind, 409, "delta_not_newest", key_uuid=key_uuid, delta_uuid=older, size=1)
            self.assertEqual(answer["error"]["details"], {"newest_delta_uuid": newest, "latest_seq_number": 2})
            self.claim(kind, 404, "delta_unknown", key_uuid=key_uuid, delta_uuid=new_uuid(), size=1)
            other = self.make_key()
            theirs = self.make_delta(other)
            self.claim(kind, 404, "delta_unknown", key_uuid=key_uuid, delta_uuid=theirs, size=1)

    def test_replay(self):
        key_uuid = self.make_key(capacity=1000)
        delta_uuid = self.make_delta(key_uuid, capacity=1000)
        for kind, body in (("delta", {"delta_uuid": delta_uuid}), ("alpha", {}), ("fast_forward", {"delta_uuid": delta_uuid})):
            with self.subTest(kind):
                idempotency_key = new_uuid()
                body = {"key_uuid": key_uuid, **body}
                first = self.claim(kind, 200, None, idempotency_key, **body, size=10)
                between = self.claim(kind, 200, None, new_uuid(), **body, size=10)
                again = self.claim(kind, 200, None, idempotency_key, **body, size=10)
                self.assertEqual((first["replayed"], again["replayed"]), (False, True))
                self.assertEqual({**again, "replayed": False}, first)
                self.assertEqual(between["start_global_position"], first["end_global_position"] + 1)
                self.claim(kind, 409, "idempotency_mismatch", idempotency_key, **body, size=11)
                other = self.make_key(capacity=1000)
                if kind == "alpha":
                    self.claim(kind, 409, "idempotency_mismatch", idempotency_key, key_uuid=other, size=10)

    def test_replay_when_the_delta_is_full_or_old(self):
        """A lost answer stays available: its positions belong to whoever asked."""
        key_uuid = self.make_key(capacity=100)
        delta_uuid = self.make_delta(key_uuid, capacity=100)
        body = {"key_uuid": key_uuid, "delta_uuid": delta_uuid, "size": 100}
        idempotency_key = new_uuid()
        first = self.claim("delta", 200, None, idempotency_key, **body)
        again = self.claim("delta", 200, None, idempotency_key, **body)
        self.make_delta(key_uuid, 2, capacity=100)
        later = self.claim("delta", 200, None, idempotency_key, **body)
        self.assertEqual(again, {**first, "replayed": True})
        self.assertEqual(later, again)

    def test_idempotency_keys_belong_to_a_device_with_an_api_key(self):
        mine, theirs = self.make_key(), self.make_key(self.stranger)
        idempotency_key = new_uuid()
        self.claim("alpha", 200, None, idempotency_key, key_uuid=mine, size=10)
        answer = self.expect(self.stranger.claim("alpha", {"key_uuid": theirs, "size": 10}, idempotency_key), 200).json
        self.assertFalse(answer["replayed"])
        second_key = self.expect(self.owner.post("/api_keys/create", {"name": "second"}), 201).json["api_key"]
        claims = [(self.server.client(second_key), None), (self.owner, new_uuid()), (self.owner, new_uuid())]
        for begin, (client, device) in enumerate(claims, 1):
            headers = {"Idempotency-Key": idempotency_key, **({"Omegasafe-Device": device} if device else {})}
            for replayed in (False, True):
                answer = self.expect(client.post("/claims/alpha", {"key_uuid": mine, "size": 10}, headers=headers), 200).json
                self.assertEqual((answer["start_global_position"], answer["replayed"]), (10 * begin, replayed))

    def test_a_device_is_a_uuid(self):
        headers = {"Idempotency-Key": new_uuid(), "Omegasafe-Device": "my laptop"}
        body = {"key_uuid": self.make_key(), "size": 10}
        self.expect(self.owner.post("/claims/alpha", body, headers=headers), 400, "invalid_request")

    def test_positions_above_2_53(self):
        key_uuid = self.make_key(capacity=str(LARGEST_CAPACITY))
        key = self.owner.get("/keys/view", key_uuid=key_uuid).json["key"]
        self.assertEqual(key["alpha_global_position_capacity"], str(LARGEST_CAPACITY))
        last_integer = self.claim("alpha", key_uuid=key_uuid, size=2**53 - 1)
        self.assertEqual(last_integer["end_global_position"], 2**53 - 2)
        for number in (2**53 - 1, 2**53, 2**53 + 1):
            self.assertEqual(self.claim("alpha", key_uuid=key_uuid, size=1)["end_global_position"], as_position(number))
        self.assertEqual(self.claim("alpha", key_uuid=key_uuid, size=str(2**54))["end_global_position"],
                         as_position(2**53 + 1 + 2**54))
        for seq_number in range(1, 4):
            self.make_delta(key_uuid, seq_number, capacity=LARGEST_CAPACITY)
        for seq_number, delta in enumerate(self.owner.get("/deltas/list", key_uuid=key_uuid).json["deltas"]):
            begin = seq_number * LARGEST_CAPACITY
            self.assertEqual((delta["start_global_position"], delta["end_global_position"], delta["next_global_position"]),
                             tuple(map(as_position, (begin, begin + LARGEST_CAPACITY - 1, begin))))
        body = {"key_uuid": key_uuid, "delta_uuid": delta["delta_uuid"]}
        answer = self.claim("delta", **body, size=str(LARGEST_CAPACITY))
        self.assertEqual(answer["end_global_position"], as_position(3 * LARGEST_CAPACITY - 1))
        self.claim("delta", 409, "capacity_exhausted", **body, size=1)

    def test_sizes(self):
        key_uuid = self.make_key(capacity=100)
        for size in (0, "0", -1, 2**64, "340282366920938463463374607431768211456"):
            self.assertEqual(self.owner.claim("alpha", {"key_uuid": key_uuid, "size": size}).status, 400, size)
        answer = self.owner.claim("alpha", {"key_uuid": key_uuid, "size": str(2**63)})
        self.assertIn(answer.status, (400, 409))
        self.claim("alpha", 409, "capacity_exhausted", key_uuid=key_uuid, size=101)
        self.assertEqual(self.claim("alpha", key_uuid=key_uuid, size=100)["start_global_position"], 0)
