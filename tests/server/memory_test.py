#!/usr/bin/python3
"""Looks through the memory of a server that has answered requests: no API key or bucket credential is left in it.
Needs the right to read another process's memory. Usage: memory_test.py [--binary FILE]"""
import base64
import unittest

from claims_load import Target
from contract_support import CAPACITY, KeysTest, example_request
from harness import binary, new_uuid


def memory_of(process):
    """What the process may write to: heap, stacks, data; one region after the other."""
    with open(f"/proc/{process}/maps", encoding="ascii") as maps, open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            addresses, rights = line.split()[:2]
            if not rights.startswith("rw") or "[v" in line:
                continue
            first, last = (int(address, 16) for address in addresses.split("-"))
            memory.seek(first)
            yield memory.read(last - first)


def forms_of(api_key):
    """The secret part as text, and the bytes that it stands for."""
    text = api_key[-43:]
    return text.encode(), base64.urlsafe_b64decode(text + "=")


class MemoryTest(KeysTest):
    def found(self, needles):
        return [needle for region in memory_of(self.server.process.pid) for needle in needles if needle in region]

    def make_requests(self, client):
        key_uuid = self.make_key()
        target = Target(key_uuid, self.make_delta(key_uuid), 1, CAPACITY)
        for _ in range(20):
            self.expect(client.post("/users/login", {}), 200)
            self.expect(client.post(target.path, {**target.body, "size": 5}, headers={"Idempotency-Key": new_uuid()}), 200)

    def name_a_bucket(self):
        """That cannot be reached; what was sent for it."""
        method, path, _, _, body = example_request("storages_create")
        body["secret_access_key"] = new_uuid().replace("-", "") + "/marked"
        self.expect(self.owner.request(method, path, {}, body), 422, "storage_unusable")
        return body["secret_access_key"].encode()

    def test_secrets_are_not_kept(self):
        made = self.owner.post("/api_keys/create", {"name": "laptop"}).json["api_key"]
        other = self.server.client(made)
        self.addCleanup(other.close)
        self.make_requests(other)
        self.make_requests(self.owner)
        secrets = forms_of(self.server.api_key) + forms_of(made) + (self.name_a_bucket(),)
        try:
            self.assertNotEqual(self.found([str(self.server.data_dir).encode()]), [], "the search finds what is there")
        except PermissionError as problem:
            self.skipTest(f"the server's memory cannot be read: {problem}")
        self.assertEqual(self.found(secrets), [], "while the connections are open")
        self.owner.close()
        other.close()
        self.assertEqual(self.found(secrets), [], "after they were closed")


if __name__ == "__main__":
    binary()
    unittest.main()
