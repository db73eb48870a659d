#!/usr/bin/python3
"""Holds omegasafe-ecs against docs/openapi.yaml: every route with good and bad requests, every answer checked against the
document, and at the end every documented pair of operation and status must have been seen.

contract_test.py [--binary FILE] [TEST...]: with names of tests the coverage is not asked for.
"""
import sys
import unittest

from contract_deltas import *  # noqa: F401,F403 - unittest finds the tests here
from contract_generic import *  # noqa: F401,F403
from contract_keys import *  # noqa: F401,F403
from contract_sharing import *  # noqa: F401,F403
from contract_storages import *  # noqa: F401,F403
from harness import DOCUMENT, binary

# What no request can provoke, with the reason.
NOT_PROVOKED = {
    500: "a fault of the server",
    503: "the database or a bucket goes away: limits_test.py",
}
ALSO_NOT_PROVOKED = {
    ("objects_put", 400): "the signature is looked at first",
    ("objects_get", 400): "the signature is looked at first",
}


def main():
    binary()
    everything = not [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    program = unittest.main(exit=False, verbosity=1)
    missing = [pair for pair in DOCUMENT.documented()
               if pair not in DOCUMENT.seen and pair[1] not in NOT_PROVOKED and pair not in ALSO_NOT_PROVOKED]
    if everything:
        for operation_id, status in missing:
            print(f"never seen: {operation_id} {status}")
        print(f"{len(DOCUMENT.seen)} pairs of operation and status seen, {len(missing)} documented ones never")
    sys.exit(not program.result.wasSuccessful() or (everything and bool(missing)))


if __name__ == "__main__":
    main()
