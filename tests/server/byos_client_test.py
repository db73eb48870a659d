#!/usr/bin/python3
"""The client's storage commands against the real server and a real S3 server: create, edit, list, view and delete a storage,
keys in a bucket, and a key that moves from the internal storage to one. The programs: OMEGASAFE_BINARY, OMEGASAFE_ECS_BINARY."""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import tempfile
import unittest

from contract_support import INTERNAL_STORAGE
from harness import HANG, Server
from s3_client import S3Server

BUCKET = "omega-safe-client"


class Device:
    """A configuration root of its own, with the server as its only ECS."""

    def __init__(self, server, api_key):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="omegasafe-client-"))
        self.environment = {"PATH": os.environ["PATH"], "OMEGASAFE_CONFIG_PASSWORD": "a test's password 1",
                            "SSL_CERT_FILE": server.certificate, "OMEGASAFE_HTTP_ECS_API_KEY": api_key}
        self.must("init", "-s")
        self.must("create-http-ecs", "-n", "office", "-u", f"localhost:{server.port}")
        self.ecs_uuid = self.json("list-ecs")["entries"][0]["ecs_uuid"]

    def run(self, command, *arguments):
        return subprocess.run([os.environ["OMEGASAFE_BINARY"], command, "-d", self.folder, *map(str, arguments)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HANG * 4,
                              env=self.environment, check=False)

    def on_a_terminal(self, answers, command, *arguments):
        """Types each answer when its question has appeared; gives exit code and screen."""
        program = os.environ["OMEGASAFE_BINARY"]
        child, terminal = pty.fork()
        if child == 0:
            os.execve(program, [program, command, "-d", str(self.folder), *map(str, arguments)],
                      {name: str(value) for name, value in {**self.environment, "TERM": "dumb"}.items()})
        screen, answers = "", list(answers)
        while select.select([terminal], [], [], HANG * 4)[0]:
            try:
                screen += os.read(terminal, 4096).decode()
            except OSError:  # its other end is closed
                break
            if answers and answers[0][0] in screen:
                os.write(terminal, (answers.pop(0)[1] + "\n").encode())
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), " ".join(screen.split())

    def must(self, command, *arguments):
        done = self.run(command, *arguments)
        assert done.returncode == 0, f"{command} {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def json(self, command, *arguments):
        return json.loads(self.must(command, *arguments, "--json"))

    def new_key(self, *arguments):
        return self.json("create-key", "-k", "key", "-n", "0.10", "-r", "0.10", "-c", "2", *arguments)["key_uuid"]

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class StorageCommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s3 = S3Server()
        cls.addClassCleanup(cls.s3.close)
        cls.s3.client.make_bucket(BUCKET)
        cls.s3.client.allow_without_delete(BUCKET, "limited")
        cls.server = Server({"ALLOW_HTTP_ENDPOINTS": "true"})
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def setUp(self):
        account = self.server.add_user(f"{self._testMethodName.replace('_', '.')}@example.com")
        self.device = Device(self.server, account["api_key"])
        self.addCleanup(self.device.close)
        self.account = account

    def fields(self, name, keys=None):
        access_key_id, secret_access_key = keys or self.s3.keys
        return ("-e", self.device.ecs_uuid, "-n", name, "-p", "r2", "-b", BUCKET, "-r", "auto", "-u", self.s3.endpoint,
                "-m", "deltas/prod", "-a", access_key_id, "-k", secret_access_key)

    def made(self, name="r2-primary"):
        return self.device.json("create-ecs-storage", *self.fields(name))

    def refused(self, code, words, command, *arguments):
        done = self.device.run(command, *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertNotIn(self.s3.keys[1], done.stdout + done.stderr)

    def storage_uuid(self, name="r2-primary"):
        listed = self.device.json("list-ecs-storages", "-e", self.device.ecs_uuid)["storages"]
        return next(s["storage_uuid"] for s in listed if s["storage_name"] == name)

    def test_create_list_view_edit_delete(self):
        text = self.device.must("create-ecs-storage", *self.fields("r2-primary"))
        self.assertIn("The storage was created.", text)
        self.assertNotIn("DELETE", text)
        storage = self.storage_uuid()
        listed = self.device.json("list-ecs-storages", "-e", self.device.ecs_uuid)
        self.assertEqual([s["storage_badge"] for s in listed["storages"]], ["Cloudflare R2", "internal"])
        self.assertIsNone(listed["note"])
        viewed = self.device.json("view-ecs-storage", "-e", self.device.ecs_uuid, "-s", storage)["storage"]
        self.assertEqual(viewed, {"storage_uuid": storage, "name": "r2-primary", "provider": "r2", "bucket_name": BUCKET,
                                  "region": "auto", "endpoint_url": self.s3.endpoint, "storage_type_id": 2,
                                  "storage_type_name": "Cloudflare R2", "remote_path": "deltas/prod", "is_internal": False})
        edit = ("edit-ecs-storage", "-e", self.device.ecs_uuid, "-s", storage, "-x")
        self.assertIn("The storage was edited.", self.device.must(*edit, "-n", "renamed"))
        self.assertEqual(self.storage_uuid("renamed"), storage)
        self.refused(65, "LIST", *edit, "-b", "no-such-bucket")
        delete = ("delete-ecs-storage", "-e", self.device.ecs_uuid, "-s", storage)
        self.refused(2, "--force", *delete)
        self.assertIn("The storage was deleted", self.device.must(*delete, "-f"))
        self.refused(65, storage, *delete, "-f")

    def test_what_is_refused_changes_nothing(self):
        wrong = (self.s3.keys[0], "wrong" + self.s3.keys[1][5:])
        self.refused(65, "LIST", "create-ecs-storage", *self.fields("r2-primary", wrong))
        self.refused(2, "--bucket-name", "create-ecs-storage", *self.fields("r2-primary"), "-b", "No_Bucket")
        listed = self.device.json("list-ecs-storages", "-e", self.device.ecs_uuid)["storages"]
        self.assertEqual([s["storage_uuid"] for s in listed], [INTERNAL_STORAGE])

    def test_a_bucket_without_delete_is_usable_and_says_so(self):
        text = self.device.must("create-ecs-storage", *self.fields("r2-primary", self.s3.limited_keys))
        self.assertIn("DELETE", text)
        self.device.new_key("-s", self.storage_uuid())

    def test_a_key_in_the_bucket(self):
        self.made()
        storage = self.storage_uuid()
        making = ("create-key", "-k", "key", "-n", "0.10", "-r", "0.10", "-c", "2")
        self.refused(2, "--storage-uuid", *making)
        code, screen = self.device.on_a_terminal([("Storage [1]:", "9"), ("from 1 to 2", "1")], *making)
        self.assertEqual(code, 0, screen)
        self.assertIn("choose one of your own (BYOS)", screen)
        self.assertIn(f"Storage: r2-primary ({storage}", screen)
        self.device.must("delete-key", "-k", re.search("Key UUID: ([-0-9a-f]{36})", screen)[1], "-f")
        key = self.device.new_key("-s", storage)
        mine = lambda: [name for name in self.s3.client.objects(BUCKET) if key in name]
        delta = self.device.json("view-key", "-k", key)["deltas"][0]["delta_uuid"]
        self.assertEqual(mine(), [f"deltas/prod/{key}/{delta}"])
        self.assertIn("storage", self.device.json("key-storage-limits", "-k", key)["message"])
        self.encrypt_and_decrypt(key)
        self.refused(65, "storage", "delete-ecs-storage", "-e", self.device.ecs_uuid, "-s", storage, "-f")
        self.device.must("delete-key", "-k", key, "-f")
        self.assertEqual(mine(), [])
        self.device.must("delete-ecs-storage", "-e", self.device.ecs_uuid, "-s", storage, "-f")

    def encrypt_and_decrypt(self, key):
        plain, folder = self.device.folder / "plain", self.device.folder
        plain.write_text("some text")
        self.device.must("encrypt", "-i", plain, "-k", key, "-f", "sealed", "-o", folder, "--overwrite")
        self.device.must("decrypt", "-i", folder / "sealed", "-f", "opened", "-o", folder, "--overwrite")
        self.assertEqual((folder / "opened").read_text(), "some text")

    def test_from_the_internal_storage_to_a_bucket_and_never_back(self):
        key = self.device.new_key("-s", INTERNAL_STORAGE)
        self.made()
        storage = self.storage_uuid()
        self.refused(2, "--force", "edit-key", "-k", key, "-s", storage)
        name = lambda: self.device.json("view-key", "-k", key)["ecs_key_data"]["storage_name"]
        internal = name()
        for answer, code, there in (("n", 3, internal), ("y", 0, "r2-primary")):
            found, screen = self.device.on_a_terminal([("Change the storage of this key?", answer)], "edit-key", "-k", key,
                                                      "-s", storage)
            self.assertEqual(found, code, screen)
            for words in ("OmegaSafe does not move Delta files", f"deltas/prod/{key}/{{delta_uuid}}",
                          "POST /deltas/download_url", "Switching back to OmegaSafe Internal Storage is not supported"):
                self.assertIn(words, screen)
            self.assertEqual(name(), there)
        self.assertEqual(self.device.json("view-key", "-k", key)["ecs_key_data"]["storage_name"], "r2-primary")
        self.refused(65, "internal storage", "edit-key", "-k", key, "-s", INTERNAL_STORAGE, "-f")
        # The first Delta was not carried over; another device still gets it from where it was put.
        exported = self.device.folder / "key.omegakey"
        self.device.must("export-key", "-k", key, "-o", exported)
        other = Device(self.server, self.account["api_key"])
        self.addCleanup(other.close)
        other.must("import-key", "-e", other.ecs_uuid, "-i", exported)
        self.assertEqual(other.json("view-key", "-k", key)["local_key_data"]["iterations_count"], 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
