#!/usr/bin/python3
"""Kills the server (SIGKILL) again and again while clients claim and renew a key, and starts it anew: no claim and no Delta
that was acknowledged is lost or given twice.

kill_test.py sqlite|postgresql [--binary FILE]
"""
import http.client
import random
import ssl
import sys
import threading
import unittest

from claims_load import Load, Target, account, pointers_of
from contract_support import CAPACITY, SMALL_SFC, KeysTest
from harness import Server, binary, database_settings, wait_until

KILLS, CLIENTS = 4, 24
MODE = "sqlite"


class Renewals:
    """One thread that registers a key's next Delta, over and over, and keeps what was acknowledged."""

    def __init__(self, test, key_uuid):
        self.test, self.key_uuid = test, key_uuid
        self.acknowledged, self.stopping = [], threading.Event()
        self.conflicts = 0
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        client = self.test.server.client()
        body = None
        while not self.stopping.is_set():
            try:
                deltas = client.get("/deltas/list", key_uuid=self.key_uuid).json["deltas"]
                body = self.test.upload_body(self.key_uuid, len(deltas) + 1, SMALL_SFC)
                self.renew(client, body)
            except (OSError, http.client.HTTPException, ssl.SSLError, KeyError):
                client.close()  # the server is away or was about to be
                self.stopping.wait(0.02)
        client.close()

    def renew(self, client, body):
        offered = client.post("/deltas/upload_url", body)
        if offered.status != 201:
            self.conflicts += offered.status == 409
            return
        upload = offered.json
        client.follow(upload["upload_url"], "PUT", upload["headers"], SMALL_SFC)
        answer = client.post("/deltas/confirm_upload", {"key_uuid": self.key_uuid, "delta_uuid": body["delta_uuid"],
                                                        "upload_attempt_uuid": upload["upload_attempt_uuid"]})
        if answer.status in (200, 201):
            self.acknowledged.append((body["delta_uuid"], body["seq_number"]))
        else:
            self.conflicts += answer.status == 409


class KillTest(KeysTest):
    @classmethod
    def setUpClass(cls):
        settings, cluster = database_settings(MODE)
        if cluster:
            cls.addClassCleanup(cluster.close)
        cls.server = Server(settings)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.owner = cls.server.client()

    def kill_and_restart(self, load, renewals=()):
        """Each kill hits a server that has answered some claims, and registered a Delta or two, since the last."""
        answered = lambda: sum(claim.answer is not None for claim in list(load.claims_made))
        registered = lambda: sum(len(renewal.acknowledged) for renewal in renewals)
        for _ in range(KILLS):
            claims, deltas = answered() + 20, registered() + (2 if renewals else 0)
            wait_until(lambda: answered() >= claims and registered() >= deltas, "claims and renewals go on")
            self.server.kill()
            self.server.start(self.server.port)

    def test_claims(self):
        key_uuid = self.make_key()
        targets = [Target(key_uuid), Target(key_uuid, self.make_delta(key_uuid), 1, CAPACITY)]
        load = Load([self.server], targets, CLIENTS, cut_share=0.1).start()
        self.kill_and_restart(load)
        load.stop()
        self.assertEqual(load.refused, [])
        load.replay_unanswered()
        print(f"{MODE}: {len(load.claims_made)} claims over {KILLS} kills, {load.failed_tries} tries failed, seed {load.seed}")
        self.owner.close()
        self.assertEqual(list(account(load.claims_made, pointers_of(self.owner, targets)))[:10], [])

    def test_renewals(self):
        """Two devices renew a key and others claim from whatever is the newest, while the server is killed."""
        key_uuid = self.make_key()
        known = {1: Target(key_uuid, self.make_delta(key_uuid), 1, CAPACITY)}
        renewals = [Renewals(self, key_uuid) for _ in range(2)]

        def newest():
            for renewal in renewals:
                for delta_uuid, seq_number in list(renewal.acknowledged):
                    known.setdefault(seq_number, Target(key_uuid, delta_uuid, seq_number, CAPACITY))
            return [known[max(known)]]

        load = Load([self.server], newest, CLIENTS // 2, cut_share=0.1).start()
        for renewal in renewals:
            renewal.thread.start()
        self.kill_and_restart(load, renewals)
        for renewal in renewals:
            renewal.stopping.set()
        for renewal in renewals:
            renewal.thread.join(60)
            self.assertFalse(renewal.thread.is_alive())
        load.stop()
        load.replay_unanswered()
        self.owner.close()
        self.check_deltas(key_uuid, renewals, load)
        newest()
        self.assertEqual({response.code for _, response in load.refused} - {"delta_not_newest"}, set())
        self.assertEqual(list(account(load.claims_made, pointers_of(self.owner, known.values())))[:10], [])

    def check_deltas(self, key_uuid, renewals, load):
        deltas = self.owner.get("/deltas/list", key_uuid=key_uuid).json["deltas"]
        self.assertEqual([d["seq_number"] for d in deltas], list(range(1, len(deltas) + 1)))
        listed = {(d["delta_uuid"], d["seq_number"]) for d in deltas}
        acknowledged = {pair for renewal in renewals for pair in renewal.acknowledged}
        print(f"{MODE}: {len(deltas)} Deltas, {len(acknowledged)} acknowledged, "
              f"{sum(renewal.conflicts for renewal in renewals)} conflicts, {len(load.claims_made)} claims")
        self.assertGreater(len(acknowledged), KILLS)
        self.assertLessEqual(acknowledged, listed)
        self.assertEqual(self.owner.get("/keys/view", key_uuid=key_uuid).json["key"]["latest_seq_number"], len(deltas))
        for delta in random.sample(deltas, min(10, len(deltas))):
            download = self.owner.post("/deltas/download_url", {"key_uuid": key_uuid, "delta_uuid": delta["delta_uuid"]}).json
            self.assertEqual(self.owner.follow(download["download_url"], "GET").body, SMALL_SFC)


if __name__ == "__main__":
    binary()
    MODE = sys.argv.pop(1) if len(sys.argv) > 1 else "sqlite"
    unittest.main()
