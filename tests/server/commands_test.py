#!/usr/bin/python3
"""The operator's commands beside a running server: users, API keys, keys, storages, settings, each plain and as JSON, and what
they refuse. Usage: commands_test.py; the program is OMEGASAFE_ECS_BINARY."""
import json
import subprocess
import tempfile
import unittest

from contract_support import KeysTest, new_uuid
from harness import HANG


class CommandsTest(KeysTest):
    def plain(self, *arguments):
        return subprocess.run([self.server.binary, *arguments, "--data-dir", str(self.server.data_dir)], capture_output=True,
                              text=True, timeout=HANG, env=self.server.environment(), check=False)

    def refused(self, code, words, *arguments):
        done = self.plain(*arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_users(self):
        made = self.server.run("user", "add", "--email", "New.User@Example.com", "--name", "New")
        listed = self.server.run("user", "list")["users"]
        mine = next(user for user in listed if user["user_uuid"] == made["user_uuid"])
        self.assertEqual((mine["email"], mine["name"], mine["disabled"]), ("new.user@example.com", "New", False))
        self.assertIn("new.user@example.com", self.plain("user", "list").stdout)
        client = self.server.client(made["api_key"])
        self.expect(client.post("/users/login", {}), 200)
        self.assertTrue(self.server.run("user", "disable", "--email", "new.user@example.com")["disabled"])
        self.expect(client.post("/users/login", {}), 401)
        self.server.run("user", "disable", "--email", "new.user@example.com", "--enable")
        self.expect(client.post("/users/login", {}), 200)
        self.refused(65, "new.user@example.com", "user", "add", "--email", "new.user@example.com")
        self.refused(2, "--email", "user", "add", "--email", "nobody")
        for name in ("a\nb", "\x1b[2J", "x" * 256):
            self.refused(2, "--name", "user", "add", "--email", "other@example.com", "--name", name)
        self.assertEqual(self.server.run("user", "add", "--email", "other@example.com")["name"], "")
        self.refused(50, "nobody@example.com", "user", "disable", "--email", "nobody@example.com")

    def test_names_do_not_steer_the_terminal(self):
        name = "n\x9b2J\u202e\u2066\u200f\u061c"
        shown = r"n\u009b2J\u202e\u2066\u200f\u061c"
        email = ("--email", "hostile@example.com")
        made = self.server.run("user", "add", *email, "--name", name)
        self.assertEqual(made["name"], name)
        self.server.run("api-key", "create", *email, "--name", name)
        said = [self.plain(*words) for words in (("user", "list"), ("api-key", "list", *email), ("user", "list", "--json"))]
        said += [self.plain("user", "disable", "--email", f"nobody{name}@example.com"), self.plain(name),
                 self.plain("user", "add", "--email", "x@example.com", "--name", "\x1b[2J" + name + "\nomegasafe-ecs: error: forged")]
        for done in said:
            text = done.stdout + done.stderr
            self.assertFalse([c for c in text if c in name.replace("n", "").replace("2J", "") or (c < " " and c != "\n")], text)
            self.assertFalse([line for line in text.splitlines() if line == "omegasafe-ecs: error: forged"], text)
        self.assertIn(shown, said[0].stdout)
        self.assertIn(shown, said[1].stdout)
        self.assertIn(shown, said[2].stdout)

    def test_api_keys(self):
        email = ("--email", self.stranger_account["email"])
        made = self.server.run("api-key", "create", *email, "--name", "laptop")
        client = self.server.client(made["api_key"])
        self.expect(client.post("/users/login", {}), 200)
        listed = {key["api_key_uuid"]: key for key in self.server.run("api-key", "list", *email)["api_keys"]}
        mine = listed[made["api_key_uuid"]]
        self.assertEqual(mine["name"], "laptop")
        self.assertIsNotNone(mine["last_used_at"])
        shown = self.plain("api-key", "list", *email).stdout
        self.assertIn("laptop", shown)
        self.assertNotIn(made["api_key"], shown)
        self.assertTrue(self.server.run("api-key", "revoke", *email, "--api-key-uuid", made["api_key_uuid"])["revoked"])
        self.expect(client.post("/users/login", {}), 401)
        for name in ("", "a\nb", "x" * 256):
            self.refused(2, "--name", "api-key", "create", *email, "--name", name)
        self.refused(50, "API key", "api-key", "revoke", *email, "--api-key-uuid", new_uuid())
        self.refused(2, "--api-key-uuid", "api-key", "revoke", *email, "--api-key-uuid", "x")

    def test_keys_and_storages(self):
        key_uuid = self.make_key()
        self.assertIn(key_uuid, [key["key_uuid"] for key in self.server.run("key", "list")["keys"]])
        self.assertIn(key_uuid, self.plain("key", "list").stdout)
        viewed = self.server.run("key", "view", "--key-uuid", key_uuid)
        self.assertEqual([(share["email"], share["role_name"]) for share in viewed["shares"]], [(self.server.email, "Owner")])
        self.assertEqual(viewed["deltas"], [])
        self.assertIn("Owner: " + self.server.email, self.plain("key", "view", "--key-uuid", key_uuid).stdout)
        self.refused(50, "key list", "key", "view", "--key-uuid", new_uuid())
        self.assertEqual(self.server.run("storage", "list")["storages"], [])

    def test_settings_and_schema(self):
        self.assertTrue(self.server.run("check-config")["valid"])
        self.assertTrue(self.server.run("migrate")["migrated"])
        self.refused(21, "already", "init", "--listen", "127.0.0.1:1")

    def test_a_failed_init_can_be_run_again(self):
        with tempfile.TemporaryDirectory() as folder:
            common = [self.server.binary, "init", "--data-dir", f"{folder}/new", "--json"]
            for _ in range(2):
                failed = subprocess.run([*common, "--database", "postgresql:host=127.0.0.1 port=1"], capture_output=True,
                                        text=True, check=False)
                self.assertEqual(failed.returncode, 63, failed.stderr)
            done = subprocess.run(common, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(json.loads(done.stdout)["api_key"].startswith("ose_"))
        done = subprocess.run([self.server.binary, "check-config", "--data-dir", "/nowhere"], capture_output=True, text=True,
                              timeout=HANG, check=False)
        self.assertEqual(done.returncode, 20, done.stderr)
        self.assertIn("/nowhere", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
