#!/usr/bin/python3
"""Tries every cell of the table in docs/roles.md: each role with each operation on a key. Usage: roles_test.py
[--binary FILE]"""
import re
import sys
import unittest

from contract_storages import GOOD, serve_fake_bucket
from contract_support import INTERNAL_STORAGE, SMALL_SFC, KeysTest, new_uuid
from harness import ROOT, binary

ROLES = {"OWNER": 1, "MAINTAINER": 2, "USER": 3, "no role": None}
CELLS = {"yes", "no", "unknown", "no mention"}


def table():
    """{operation: {role: cell}} of the document."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in (ROOT / "docs/roles.md").read_text().splitlines() if line.startswith("|")]
    start = next(i for i, row in enumerate(rows) if row[0] == "operation")
    head = rows[start]
    return {row[0]: dict(zip(head[1:], row[1:])) for row in rows[start + 2:]}


class Scene:
    """A fresh key with two Deltas and a member in every role beside the one who asks."""

    def __init__(self, test):
        self.test, self.owner = test, test.owner
        self.key_uuid = test.make_key()
        self.older = test.make_delta(self.key_uuid)
        self.newest = test.make_delta(self.key_uuid, 2)
        for role, role_id in (("owner", 1), ("maintainer", 2), ("user", 3)):
            self.join(test.members[role], role_id)
        self.invite("invited-owner@example.com", 1)
        self.invite("invited-user@example.com", 3)

    def invite(self, email, role_id):
        body = {"key_uuid": self.key_uuid, "email": email, "role_id": role_id}
        return self.test.expect(self.owner.post("/shares/invite", body), 201).json["invite"]["invite_uuid"]

    def join(self, member, role_id):
        email, client = member
        self.test.expect(client.post("/invites/accept", {"invite_uuid": self.invite(email, role_id)}), 200)


def revoke(email):
    return lambda c, s: c.post("/shares/revoke", {"key_uuid": s.key_uuid, "email": email})


def invite(role_id):
    return lambda c, s: c.post("/shares/invite", {"key_uuid": s.key_uuid, "email": "new@example.com", "role_id": role_id})


def edit(**change):
    return lambda c, s: c.patch("/keys/edit", {"key_uuid": s.key_uuid, **change})


def upload(client, scene):
    body = scene.test.upload_body(scene.key_uuid, 3, SMALL_SFC)
    answer = client.post("/deltas/upload_url", body)
    if answer.status != 201:
        confirm = client.post("/deltas/confirm_upload", {"key_uuid": body["key_uuid"], "delta_uuid": body["delta_uuid"],
                                                         "upload_attempt_uuid": new_uuid()})
        scene.test.assertEqual(confirm.status, answer.status)
        return answer
    scene.test.expect(scene.test.put(answer.json, SMALL_SFC), 200)
    return scene.test.confirm(body, answer.json, client)


OPERATIONS = {
    "view the key": lambda c, s: c.get("/keys/view", key_uuid=s.key_uuid),
    "see it in the own list": lambda c, s: c.get("/keys/list"),
    "view limits": lambda c, s: c.get("/keys/limits", key_uuid=s.key_uuid),
    "edit the name": edit(name="Other"),
    "edit the version": edit(omegasafe_version="2.0.0"),
    "change the storage": lambda c, s: c.patch("/keys/edit", {"key_uuid": s.key_uuid, "storage_uuid": s.test.storage_of(c)}),
    "delete the key": lambda c, s: c.delete("/keys/delete", key_uuid=s.key_uuid),
    "claim from the Alpha": lambda c, s: c.claim("alpha", {"key_uuid": s.key_uuid, "size": 5}),
    "claim from the Delta": lambda c, s: c.claim("delta", {"key_uuid": s.key_uuid, "delta_uuid": s.newest, "size": 5}),
    "fast-forward the Delta":
        lambda c, s: c.claim("fast_forward", {"key_uuid": s.key_uuid, "delta_uuid": s.newest, "size": 5}),
    "list Deltas": lambda c, s: c.get("/deltas/list", key_uuid=s.key_uuid),
    "upload a Delta": upload,
    "download a Delta": lambda c, s: c.post("/deltas/download_url", {"key_uuid": s.key_uuid, "delta_uuid": s.older}),
    "delete an older Delta": lambda c, s: c.delete("/deltas/delete", key_uuid=s.key_uuid, delta_uuid=s.older),
    "list shares": lambda c, s: c.get("/shares/list", key_uuid=s.key_uuid),
    "invite an owner": invite(1),
    "invite a maintainer": invite(2),
    "invite a user": invite(3),
    "revoke an owner": revoke("owner-member@example.com"),
    "revoke a maintainer": revoke("maintainer-member@example.com"),
    "revoke a user": revoke("user-member@example.com"),
    "take back an owner's invitation": revoke("invited-owner@example.com"),
    "take back a user's invitation": revoke("invited-user@example.com"),
    "leave the key": lambda c, s: c.post("/shares/leave", {"key_uuid": s.key_uuid}),
}


class RolesTest(KeysTest):
    settings = {"ALLOW_HTTP_ENDPOINTS": "true"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        endpoint = serve_fake_bucket(cls)
        cls.storages = {}
        member = lambda email: (email, cls.server.client(cls.server.add_user(email)["api_key"]))
        cls.members = {role: member(f"{role}-member@example.com") for role in ("owner", "maintainer", "user")}
        cls.askers = {role: member(f"{re.sub(' ', '-', role.lower())}@asks.example.com") for role in ROLES}
        for _, client in cls.askers.values():
            made = client.post("/storages/create", {**GOOD, "endpoint_url": endpoint})
            cls.storages[client.api_key] = made.json["storage"]["storage_uuid"]

    def storage_of(self, client):
        return self.storages[client.api_key]

    def test_the_table_and_the_test_know_the_same_operations(self):
        self.assertEqual(list(table()), list(OPERATIONS))
        for operation, cells in table().items():
            self.assertEqual(list(cells), list(ROLES), operation)
            self.assertLessEqual(set(cells.values()), CELLS, operation)

    def test_every_cell(self):
        for operation, cells in table().items():
            for role, cell in cells.items():
                with self.subTest(operation=operation, role=role):
                    scene = Scene(self)
                    asker = self.askers[role]
                    if ROLES[role]:
                        scene.join(asker, ROLES[role])
                    answer = OPERATIONS[operation](asker[1], scene)
                    self.check_cell(cell, answer, ROLES[role], cells)
                    self.check_effect(operation, cell, scene)

    def check_cell(self, cell, answer, role_id, cells):
        if cell == "yes":
            self.assertIn(answer.status, (200, 201), answer)
        elif cell == "no mention":
            self.assertEqual(answer.json, {"keys": []})
        elif cell == "unknown":
            self.expect(answer, 404, "key_unknown")
        else:
            self.expect(answer, 403, "role_too_low")
            least = max(ROLES[role] for role, other in cells.items() if other == "yes")
            self.assertEqual(answer.details, {"role_id": role_id, "needed_role_id": least})

    def check_effect(self, operation, cell, scene):
        """What was refused was not done."""
        if cell == "yes":
            return
        key = self.expect(self.owner.get("/keys/view", key_uuid=scene.key_uuid), 200).json["key"]
        self.assertEqual((key["name"], key["omegasafe_version"], key["storage_uuid"], key["alpha_next_global_position"],
                          key["latest_seq_number"]), ("Test-Key", "1.0.0", INTERNAL_STORAGE, 0, 2), operation)
        emails = {share["email"] for share in self.owner.get("/shares/list", key_uuid=scene.key_uuid).json["shares"]}
        self.assertNotIn("new@example.com", emails)
        self.assertLessEqual({email for email, _ in self.members.values()}, emails)
        deltas = self.owner.get("/deltas/list", key_uuid=scene.key_uuid).json["deltas"]
        self.assertEqual([delta["deleted_at"] for delta in deltas], [None, None])
        self.assertEqual(deltas[1]["next_global_position"], deltas[1]["start_global_position"])


if __name__ == "__main__":
    binary()
    unittest.main()
