"""Routes of sharing: invitations, who has a key, taking it away, leaving. Roles have roles_test.py."""
from contract_support import KeysTest, new_uuid


class SharingTest(KeysTest):
    def invite(self, key_uuid, email="stranger@example.com", role_id=3, status=201, code=None, client=None):
        body = {"key_uuid": key_uuid, "email": email, "role_id": role_id}
        return self.expect((client or self.owner).post("/shares/invite", body), status, code).json

    def share(self, key_uuid, role_id=3):
        invite_uuid = self.invite(key_uuid, role_id=role_id)["invite"]["invite_uuid"]
        return self.expect(self.stranger.post("/invites/accept", {"invite_uuid": invite_uuid}), 200).json

    def shares(self, key_uuid, client=None):
        return self.expect((client or self.owner).get("/shares/list", key_uuid=key_uuid), 200).json["shares"]

    def test_invite_and_accept(self):
        key_uuid = self.make_key()
        invite = self.invite(key_uuid, "Stranger@Example.com", 2)["invite"]
        self.assertEqual((invite["email"], invite["role_id"], invite["role_name"], invite["key_name"],
                          invite["invited_by_email"]), ("stranger@example.com", 2, "Maintainer", "Test-Key", self.server.email))
        self.assertIn(invite, self.expect(self.stranger.get("/invites/list"), 200).json["invites"])
        self.assertEqual(self.expect(self.owner.get("/invites/list"), 200).json["invites"], [])
        self.assertEqual([(s["email"], s["status"]) for s in self.shares(key_uuid)],
                         [(self.server.email, "accepted"), ("stranger@example.com", "pending")])
        self.expect(self.stranger.get("/keys/view", key_uuid=key_uuid), 404)
        accepted = self.expect(self.stranger.post("/invites/accept", {"invite_uuid": invite["invite_uuid"]}), 200).json
        self.assertEqual((accepted["key_uuid"], accepted["role_id"], accepted["role_name"]), (key_uuid, 2, "Maintainer"))
        key = self.expect(self.stranger.get("/keys/view", key_uuid=key_uuid), 200).json["key"]
        self.assertEqual((key["role_id"], key["role_name"]), (2, "Maintainer"))
        share = self.shares(key_uuid, self.stranger)[1]
        self.assertEqual((share["status"], share["user_key_relation_uuid"]), ("accepted", key["user_key_relation_uuid"]))
        self.assertEqual(share["user_uuid"], self.stranger_account["user_uuid"])
        self.expect(self.stranger.post("/invites/accept", {"invite_uuid": invite["invite_uuid"]}), 404, "invite_unknown")

    def test_decline(self):
        key_uuid = self.make_key()
        invite_uuid = self.invite(key_uuid)["invite"]["invite_uuid"]
        self.expect(self.stranger.post("/invites/decline", {"invite_uuid": invite_uuid}), 200)
        for answer in ("accept", "decline"):
            self.expect(self.stranger.post(f"/invites/{answer}", {"invite_uuid": invite_uuid}), 404, "invite_unknown")
        self.assertEqual(len(self.shares(key_uuid)), 1)
        self.expect(self.stranger.get("/keys/view", key_uuid=key_uuid), 404)
        self.invite(key_uuid)

    def test_invitations_of_others_are_unknown(self):
        key_uuid = self.make_key()
        invite_uuid, unknown = self.invite(key_uuid)["invite"]["invite_uuid"], new_uuid()
        for route in ("/invites/accept", "/invites/decline"):
            ask = lambda one: self.owner.post(route, {"invite_uuid": one})
            self.assert_alike(ask(invite_uuid), ask(unknown), invite_uuid, unknown)

    def test_already_shared(self):
        key_uuid = self.make_key()
        self.invite(key_uuid, self.server.email, 1, 409, "already_shared")
        self.invite(key_uuid)
        self.invite(key_uuid, status=409, code="already_shared")
        self.invite(key_uuid, "STRANGER@example.com", status=409, code="already_shared")
        invite_uuid = self.stranger.get("/invites/list").json["invites"][-1]["invite_uuid"]
        self.expect(self.stranger.post("/invites/accept", {"invite_uuid": invite_uuid}), 200)
        self.invite(key_uuid, status=409, code="already_shared")

    def test_whether_an_address_has_an_account_is_not_told(self):
        key_uuid = self.make_key()
        known = self.invite(key_uuid, "stranger@example.com")["invite"]
        unknown = self.invite(key_uuid, "nobody-at-all@example.com")["invite"]
        for invite in (known, unknown):
            for field in ("invite_uuid", "email", "created_at"):
                invite.pop(field)
        self.assertEqual(known, unknown)

    def test_an_invitation_waits_for_its_account(self):
        key_uuid = self.make_key()
        self.invite(key_uuid, "later@example.com")
        later = self.server.client(self.server.add_user("later@example.com")["api_key"])
        self.assertEqual([i["key_uuid"] for i in self.expect(later.get("/invites/list"), 200).json["invites"]], [key_uuid])

    def test_addresses(self):
        key_uuid = self.make_key()
        for email in ("", "x", "@", "a@", "@b", "a@b@c", "a b@c.de", "x" * 250 + "@example.com"):
            self.invite(key_uuid, email, status=400, code="invalid_request")
        for role_id in (0, 4, -1):
            self.invite(key_uuid, role_id=role_id, status=400, code="invalid_request")

    def test_revoke(self):
        key_uuid = self.make_key()
        self.share(key_uuid)
        body = {"key_uuid": key_uuid, "email": "stranger@example.com"}
        self.expect(self.owner.post("/shares/revoke", body), 200)
        self.expect(self.stranger.get("/keys/view", key_uuid=key_uuid), 404, "key_unknown")
        self.expect(self.stranger.claim("alpha", {"key_uuid": key_uuid, "size": 1}), 404, "key_unknown")
        self.expect(self.owner.post("/shares/revoke", body), 404, "share_unknown")
        invite_uuid = self.invite(key_uuid)["invite"]["invite_uuid"]
        self.expect(self.owner.post("/shares/revoke", body), 200)
        self.expect(self.stranger.post("/invites/accept", {"invite_uuid": invite_uuid}), 404, "invite_unknown")

    def test_a_user_may_not(self):
        """One refusal of each kind; roles_test.py has all."""
        key_uuid = self.make_key()
        older, newest = self.make_delta(key_uuid), self.make_delta(key_uuid, 2)
        self.assertNotEqual(older, newest)
        self.share(key_uuid, 3)
        for answer in (self.stranger.patch("/keys/edit", {"key_uuid": key_uuid, "name": "Mine"}),
                       self.stranger.delete("/keys/delete", key_uuid=key_uuid),
                       self.stranger.delete("/deltas/delete", key_uuid=key_uuid, delta_uuid=older),
                       self.stranger.post("/shares/invite", {"key_uuid": key_uuid, "email": "x@example.com", "role_id": 1}),
                       self.stranger.post("/shares/revoke", {"key_uuid": key_uuid, "email": self.server.email})):
            self.expect(answer, 403, "role_too_low")
            self.assertEqual(answer.details["role_id"], 3)

    def test_the_last_owner_stays(self):
        key_uuid = self.make_key()
        self.expect(self.owner.post("/shares/leave", {"key_uuid": key_uuid}), 409, "last_owner")
        self.expect(self.owner.post("/shares/revoke", {"key_uuid": key_uuid, "email": self.server.email}), 409, "last_owner")
        self.share(key_uuid, 2)
        self.expect(self.owner.post("/shares/leave", {"key_uuid": key_uuid}), 409, "last_owner")
        self.expect(self.stranger.post("/shares/leave", {"key_uuid": key_uuid}), 200)
        self.share(key_uuid, 1)
        self.expect(self.owner.post("/shares/leave", {"key_uuid": key_uuid}), 200)
        self.expect(self.owner.get("/keys/view", key_uuid=key_uuid), 404)
        self.expect(self.stranger.post("/shares/leave", {"key_uuid": key_uuid}), 409, "last_owner")

    def test_invitations_go_with_the_key(self):
        key_uuid = self.make_key()
        invite_uuid = self.invite(key_uuid)["invite"]["invite_uuid"]
        self.expect(self.owner.delete("/keys/delete", key_uuid=key_uuid), 200)
        self.expect(self.stranger.post("/invites/accept", {"invite_uuid": invite_uuid}), 404, "invite_unknown")
