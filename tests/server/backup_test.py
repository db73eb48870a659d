#!/usr/bin/python3
"""Takes backups (omegasafe-ecs backup FILE) while clients claim: each copy is whole, holds what was acknowledged before it
began, and a server serves it. Usage: backup_test.py [--binary FILE]"""
import contextlib
import pathlib
import sqlite3
import tempfile
import unittest

from claims_load import Load, Target, pointers_of
from contract_support import CAPACITY, KeysTest
from harness import binary, wait_until


class BackupTest(KeysTest):
    def test_backups_under_load(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        key_uuid = self.make_key()
        targets = [Target(key_uuid), Target(key_uuid, self.make_delta(key_uuid), 1, CAPACITY)]
        load = Load([self.server], targets, 16, cut_share=0).start()
        answered = lambda: [claim for claim in list(load.claims_made) if claim.answer is not None]
        copies = []
        for number in range(3):
            count = len(answered())
            wait_until(lambda: len(answered()) >= count + 50, "claims go on")
            before = answered()
            file = folder / f"copy-{number}.sqlite"
            self.server.run("backup", str(file))
            copies.append((file, before))
        load.stop()
        load.replay_unanswered()
        final = pointers_of(self.owner, targets)
        for file, before in copies:
            with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
                self.assertEqual(copy.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        for file, before in copies[:1] + copies[-1:]:
            self.check_served(file, before, targets, final)

    def check_served(self, file, before, targets, final):
        self.server.stop()
        self.server.settings["DATABASE"] = f"sqlite3:{file}"
        try:
            self.server.start()
            self.owner.close()
            pointers = pointers_of(self.owner, targets)
            for target in targets:
                acknowledged = max(int(c.answer["end_global_position"]) for c in before if c.target is target)
                self.assertGreater(pointers[target], acknowledged)
                self.assertLessEqual(pointers[target], final[target])
                path = target.path.rsplit("/", 1)[1]
                answer = self.expect(self.owner.claim(path, {**target.body, "size": 7}), 200).json
                self.assertEqual(int(answer["start_global_position"]), pointers[target])
            replay = before[0]
            path = replay.target.path.rsplit("/", 1)[1]
            answer = self.owner.claim(path, {**replay.target.body, "size": replay.size}, replay.idempotency_key)
            self.assertEqual(self.expect(answer, 200).json, {**replay.answer, "replayed": True})
        finally:
            self.server.stop()
            del self.server.settings["DATABASE"]
            self.server.start()
            self.owner.close()

    def test_a_backup_does_not_overwrite(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        file = folder / "copy.sqlite"
        file.write_text("precious")
        with self.assertRaises(AssertionError):
            self.server.run("backup", str(file))
        self.assertEqual(file.read_text(), "precious")


if __name__ == "__main__":
    binary()
    unittest.main()
