#!/usr/bin/python3
"""Hundreds of clients claim at once, break off at random places and try again: no two get the same position, and every
position up to the pointer belongs to one of them. Against one server and against two on one database.

claims_property_test.py sqlite|postgresql [--binary FILE]; OMEGASAFE_TEST_SEED repeats a run's dice.
"""
import os
import sys
import unittest

from claims_load import Load, Target, account, pointers_of
from contract_support import CAPACITY, KeysTest
from harness import Server, binary, database_settings

CLIENTS, CLAIMS = 240, 5
MODE = "sqlite"


class AccountTest(unittest.TestCase):
    """The account itself finds what it is for."""

    def lines(self, ranges, pointer):
        target = Target("key", "delta", 2, 1000)
        claims = []
        for first, last in ranges:
            claim = type("Claim", (), {"target": target, "size": last - first + 1, "answer": {
                "start_global_position": first, "end_global_position": last}})
            claims.append(claim)
        return list(account(claims, {target: pointer}))

    def test_account(self):
        self.assertEqual(self.lines([(1000, 1009), (1010, 1010)], 1011), [])
        self.assertIn("overlaps", self.lines([(1000, 1009), (1009, 1010)], 1011)[0])
        self.assertIn("overlaps", self.lines([(1000, 1009), (1000, 1009)], 1010)[0])
        self.assertIn("nobody", self.lines([(1000, 1009), (1011, 1012)], 1013)[0])
        self.assertIn("nobody", self.lines([(1001, 1009)], 1010)[0])
        self.assertIn("pointer", self.lines([(1000, 1009)], 1011)[0])


class ClaimsPropertyTest(KeysTest):
    @classmethod
    def setUpClass(cls):
        settings, cluster = database_settings(MODE)
        if cluster:
            cls.addClassCleanup(cluster.close)
        cls.server = Server(settings)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.owner = cls.server.client()

    def run_load(self, servers):
        targets = []
        for _ in range(3):
            key_uuid = self.make_key()
            self.make_delta(key_uuid)
            delta_uuid = self.make_delta(key_uuid, 2)
            targets += [Target(key_uuid), Target(key_uuid, delta_uuid, 2, CAPACITY)]
        seed = os.environ.get("OMEGASAFE_TEST_SEED")
        load = Load(servers, targets, CLIENTS, CLAIMS, seed=int(seed) if seed else None)
        print(f"{MODE}, {len(servers)} server(s): seed {load.seed}", flush=True)
        load.start().join()
        self.assertEqual(load.refused, [])
        unanswered = sum(claim.answer is None for claim in load.claims_made)
        load.replay_unanswered()
        replayed = sum(claim.answer["replayed"] for claim in load.claims_made)
        print(f"{len(load.claims_made)} claims, {load.failed_tries} tries cut, {replayed} answers replayed, "
              f"{unanswered} asked for at the end")
        self.assertEqual(len(load.claims_made), CLIENTS * CLAIMS)
        self.assertGreater(replayed, 0, "no answer was lost: this run shows nothing")
        self.assertEqual(list(account(load.claims_made, pointers_of(self.owner, targets)))[:10], [])

    def test_one_server(self):
        self.run_load([self.server])

    def test_two_servers(self):
        other = self.server.beside()
        try:
            self.run_load([self.server, other])
        finally:
            other.stop()


if __name__ == "__main__":
    binary()
    MODE = sys.argv.pop(1) if len(sys.argv) > 1 else "sqlite"
    unittest.main()
