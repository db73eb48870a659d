#!/usr/bin/python3
"""vectors.py notices a value of the page that nothing computes, in every block. Usage: vectors_self_test.py PAGE"""
import pathlib
import sys

import vectors


def main():
    given = vectors.read_blocks(pathlib.Path(sys.argv[1]))
    for name, values in given.items():
        if name != "cipher":  # all its lines are positions
            values["extra"] = "1"
    found = {name for name, _ in vectors.differences(given, vectors.Vectors(given).blocks)}
    unnoticed = set(given) - found - {"cipher"}
    print(f"extra values: noticed in {len(found)} blocks, not in {sorted(unnoticed)}")
    return 1 if unnoticed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
