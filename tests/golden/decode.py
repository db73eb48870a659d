#!/usr/bin/python3
"""A decoder for OmegaSafe's file formats, written from docs/formats.md alone, and the check of the golden files.

decode.py FILE [--password P] [--alpha KEY [--delta DELTA]]   writes the plain text of an encrypted file or of every
                                                              entry of a container to standard output
decode.py --check FOLDER                                      decodes every case of FOLDER/cases.json
"""
import argparse
import hashlib
import hmac
import json
import pathlib
import struct
import sys
import uuid

from container import Container, Refused, hkdf, need
from records import read_description, read_index, read_journal, read_layer, read_record

METADATA_ENTRY = uuid.UUID("c70b943a-16e8-427d-a51f-60d9b23e7508")
DATA_ENTRY = uuid.UUID("5a517d0e-3c86-4b0f-9d62-8e1b47f02cd3")
# Kinds of cases that are containers of records: which records.
RECORDS = {"ecs_file": "ecs_file", "local_cache": "local_cache", "ecs_storage": "ecs", "exported_ecs": "ecs"}


class Iteration:
    def __init__(self, payload, stored=False):
        (size,) = struct.unpack_from("<I", payload)
        self.description = payload[4:4 + size]
        self.info = read_description(self.description)
        self.counts = [self.info["nucleus_bytes"] // 256] + [self.info["rotor_bytes"] // 256] * self.info["rotors"]
        kept = 32 if stored and len(payload) == 4 + size + 32 + 256 * sum(self.counts) else 0
        kept_tag_key = payload[4 + size:4 + size + kept]
        self.maps = payload[4 + size + kept:]
        need(len(self.maps) == 256 * sum(self.counts))
        identity = bytes(range(256))
        need(all(bytes(sorted(self.map(i))) == identity for i in range(sum(self.counts))))
        self.capacity = 1
        for count in self.counts:
            self.capacity *= count
        self.tag_key = hkdf(self.maps, uuid.UUID(self.info["iteration_uuid"]).bytes, b"omegasafe file metadata v2 tag")
        need(kept_tag_key in (b"", self.tag_key))

    def map(self, number):
        return self.maps[256 * number:256 * (number + 1)]

    def decrypt(self, start, data):
        need(start + len(data) <= self.capacity)
        inverses = {}
        out = bytearray(len(data))
        for k, byte in enumerate(data):
            position = start + k
            first = 0
            chosen = []
            for count in self.counts:
                chosen.append(first + position % count)
                position //= count
                first += count
            for number in reversed(chosen):
                inverse = inverses.get(number)
                if inverse is None:
                    chain = self.map(number)
                    inverse = bytearray(256)
                    for x in range(256):
                        inverse[chain[x]] = x
                    inverses[number] = inverse
                byte = inverse[byte]
            out[k] = byte
        return bytes(out)


def read_metadata(text):
    pairs = json.loads(text, object_pairs_hook=lambda found: found)
    need(sorted(name for name, _ in pairs) == ["global_position_start", "key_uuid"])
    fields = dict(pairs)
    position = fields["global_position_start"]
    if isinstance(position, str):
        need(position.isascii() and position.isdigit() and position[0] != "0" and int(position) >= 1 << 53)
        position = int(position)
    else:
        need(type(position) is int and 0 <= position < 1 << 53)
    return fields["key_uuid"], position


def open_encrypted(content, password):
    try:
        container = Container(content, password)
    except Refused as refused:
        if str(refused) in ("password_missing", "password_wrong"):
            raise Refused("layer_password") from None
        raise
    need(set(container.entries) == {METADATA_ENTRY, DATA_ENTRY})
    key_uuid, position = read_metadata(container.read(METADATA_ENTRY))
    return key_uuid, position, container.read(DATA_ENTRY)


def tag(iteration, position, data, metadata):
    """What stands at 48, or should."""
    place = b"".join(uuid.UUID(iteration.info[name]).bytes for name in ("key_uuid", "iteration_uuid"))
    place += position.to_bytes(16, "little") + struct.pack("<Q", len(data))
    return hmac.digest(iteration.tag_key, place + metadata[:48] + bytes(32) + metadata[80:], "sha256")


def decrypt_file(iteration, position, start, data):
    """Name and content."""
    plain = iteration.decrypt(start, data)
    version, name_length, length = struct.unpack_from("<HHQ", plain, 4)
    need(plain[:4] == b"OSFM" and version > 1, "integrity_failed")
    need(version == 2, "container_newer")
    need(hmac.compare_digest(plain[48:80], tag(iteration, position, data, plain[:1024])), "integrity_failed")
    name = plain[80:80 + name_length]
    need(1 <= name_length <= 255 and name not in (b".", b".."), "integrity_failed")
    need(not any(byte < 32 or byte in b"/\\\x7f" for byte in name), "integrity_failed")
    content = plain[1024:1024 + length]
    need(len(content) == length and hashlib.sha256(content).digest() == plain[16:48], "integrity_failed")
    return name.decode(), content


def read_exported(content, password):
    """The Alpha and, when it is there, what is said of the layer."""
    container = Container(content, password)
    records = [identity for identity, entry in container.entries.items() if b"dkind" in entry[3]]
    (identity,) = set(container.entries) - set(records) if len(container.entries) == len(records) + 1 else (None,)
    need(identity is not None and len(records) <= (1 if password else 0))
    alpha = Iteration(container.read(identity))
    need(alpha.info["seq_number"] == 0 and str(identity) == alpha.info["iteration_uuid"])
    need(container.entries[identity][3] == alpha.description)
    if not records:
        return alpha, None
    need(str(records[0]) == alpha.info["key_uuid"])
    return alpha, read_layer(records[0], container.entries[records[0]][3], container.read(records[0]))


def read_alpha(content, password):
    return read_exported(content, password)[0]


def read_delta(alpha, content, password):
    key_uuid, start, data = open_encrypted(content, password)
    need(key_uuid == alpha.info["key_uuid"])
    delta = Iteration(decrypt_file(alpha, start, start, data)[1])
    need(delta.info["seq_number"] > 0)
    need(all(delta.info[name] == alpha.info[name] for name in ("key_uuid", "key_name", "nucleus_bytes", "rotor_bytes",
                                                              "rotors")))
    return delta


def read_file(delta, content, password):
    _, position, data = open_encrypted(content, password)
    need(position // delta.capacity + 1 == delta.info["seq_number"])
    return decrypt_file(delta, position, position % delta.capacity, data)


def pattern(expected):
    return bytes((expected["start"] + i) % 251 for i in range(expected["length"]))


def content_of(expected):
    return expected["text"].encode() if "text" in expected else pattern(expected["pattern"])


def check_iteration(case, found):
    for name in ("key_uuid", "iteration_uuid", "seq_number", "key_name"):
        assert found.info[name] == case[name], name
    assert hashlib.sha256(found.maps).hexdigest() == case["maps_sha256"]


def check_records(case, where, container):
    found = [(str(identity), read_record(where, identity, entry[3], container.read(identity)), container.read(identity))
             for identity, entry in container.entries.items()]
    for expected, (identity, fields, content) in zip(case["entries"], found, strict=True):
        assert (identity, fields) == (expected["uuid"], expected["fields"]), identity
        assert hashlib.sha256(content).hexdigest() == expected["sha256"], identity


def check_keys(case, container):
    found = {}
    for identity, entry in container.entries.items():
        iteration = Iteration(container.read(identity), stored=True)
        need(iteration.description == entry[3] and iteration.info["iteration_uuid"] == str(identity))
        found[iteration.info["seq_number"]] = iteration
    assert sorted(found) == [expected["seq_number"] for expected in case["iterations"]]
    for expected in case["iterations"]:
        check_iteration(expected, found[expected["seq_number"]])


def check_tree(case, folder, delta):
    name, index = read_file(delta, (folder / case["file"]).read_bytes(), case["password"])
    assert name == "index"
    tree, rows = read_index(index)
    assert str(tree) == case["tree_uuid"]
    for expected, (path, is_folder, mode, mtime, length, encrypted, position, digest) in zip(case["rows"], rows, strict=True):
        assert [path.decode(), is_folder, mode, mtime, length] == [
            expected[field] for field in ("path", "folder", "mode", "mtime", "length")], path
        if not is_folder:
            made = (folder / case["file"]).parent / f"{encrypted}.omegasafe"
            plain = (path.rpartition(b"/")[2].decode(), pattern(expected["pattern"]))
            assert read_file(delta, made.read_bytes(), case["password"]) == plain, path
            assert position == open_encrypted(made.read_bytes(), case["password"])[1], path
            assert digest == hashlib.sha256(plain[1]).digest(), path


def check_journal(case, content):
    tree, begun, done, tag = read_journal(content, case["password"], case["key_uuid"], case["input"])
    assert begun == case["begun"]
    assert case.get("tree_uuid", str(tree)) == str(tree)
    assert done == {tag(each["path"], each["length"], each["mtime"]): (
        each["uuid"], int(each["position"]), hashlib.sha256(pattern(each["pattern"])).digest()) for each in case["done"]}


def check_case(folder, case):
    content = (folder / case["file"]).read_bytes()
    password = case["password"]
    alpha = read_alpha((folder / case["alpha"]).read_bytes(), None) if "alpha" in case else None
    if case["kind"] in RECORDS:
        check_records(case, RECORDS[case["kind"]], Container(content, password, local=case["kind"] != "exported_ecs"))
    elif case["kind"] == "keys":
        check_keys(case, Container(content, password, local=True))
    elif case["kind"] == "tree_index":
        check_tree(case, folder, read_delta(alpha, (folder / case["delta"]).read_bytes(), case.get("delta_password")))
    elif case["kind"] == "tree_journal":
        check_journal(case, content)
    elif case["kind"] in ("sfc", "local_sfc"):
        container = Container(content, password, local=case["kind"] == "local_sfc")
        found = [(str(identity), entry[3].hex(), container.read(identity))
                 for identity, entry in container.entries.items()]
        if case["outcome"] == "ok":
            assert found == [(e["uuid"], e["attributes"], content_of(e)) for e in case["entries"]]
    elif case["kind"] == "exported_key":
        alpha, layer = read_exported(content, password)
        check_iteration(case, alpha)
        assert layer == case.get("layer")
    elif case["kind"] == "delta":
        check_iteration(case, read_delta(alpha, content, password))
    elif alpha is None:
        open_encrypted(content, password)
    else:
        delta = read_delta(alpha, (folder / case["delta"]).read_bytes(), case.get("delta_password"))
        assert read_file(delta, content, password) == (case["name"], pattern(case["pattern"]))


def check(folder):
    cases = json.loads((folder / "cases.json").read_text())["cases"]
    failed = 0
    for case in cases:
        outcome = "ok"
        try:
            check_case(folder, case)
        except Refused as refused:
            outcome = str(refused)
        except AssertionError as difference:
            outcome = f"other content {difference}"
        if outcome != case["outcome"]:
            failed += 1
            print(f"{case['file']}: {outcome} instead of {case['outcome']}")
    print(f"{len(cases) - failed} of {len(cases)} cases as expected")
    return failed == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("file", nargs="?", type=pathlib.Path)
    parser.add_argument("--password")
    parser.add_argument("--alpha", type=pathlib.Path)
    parser.add_argument("--delta", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.check:
        return 0 if check(arguments.check) else 1
    content = arguments.file.read_bytes()
    if arguments.alpha:
        alpha = read_alpha(arguments.alpha.read_bytes(), None)
        delta = read_delta(alpha, arguments.delta.read_bytes(), None)
        sys.stdout.buffer.write(read_file(delta, content, arguments.password)[1])
    else:
        container = Container(content, arguments.password, local=True)
        for identity in container.entries:
            sys.stdout.buffer.write(container.read(identity))
    return 0


if __name__ == "__main__":
    sys.exit(main())
