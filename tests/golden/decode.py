#!/usr/bin/python3
"""A decoder for OmegaSafe's file formats, written from docs/formats.md alone, and the check of the golden files.

decode.py FILE [--password P] [--alpha KEY [--delta DELTA]]   writes the plain text of an encrypted file or of every
                                                              entry of a container to standard output
decode.py --check FOLDER                                      decodes every case of FOLDER/cases.json
"""
import argparse
import hashlib
import json
import pathlib
import struct
import sys
import uuid

import xxhash
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEGMENT = 65536
METADATA_ENTRY = uuid.UUID("c70b943a-16e8-427d-a51f-60d9b23e7508")
DATA_ENTRY = uuid.UUID("5a517d0e-3c86-4b0f-9d62-8e1b47f02cd3")


class Refused(Exception):
    """What a reader must refuse; the text is the outcome's name."""


def need(condition, outcome="container_damaged"):
    if not condition:
        raise Refused(outcome)


def hkdf(secret, salt, info, size=32):
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)


def stored_length(length):
    return length + 16 * max(1, -(-length // SEGMENT))


def plain_length(stored):
    plain = stored - 16 * -(-stored // (SEGMENT + 16))
    need(plain >= 0 and stored_length(plain) == stored)
    return plain


class Container:
    """`local`: one of the program's own containers, which may be changed in place."""

    def __init__(self, content, password, local=False):
        self.content = content
        self.local = local
        try:
            self.read_header(content[:192])
        except Refused:
            if not local or len(content) < 384:
                raise
            self.read_header(content[-192:])
            need(self.growing and self.total == len(content))
        root = self.root_key(password) if self.sealed else None
        length = plain_length(self.directory_stored)
        salt = self.header[64:96]
        key = hkdf(root, salt, b"omegasafe sfc v1 directory") if self.sealed else None
        seed = int.from_bytes(salt[:8], "little") if self.growing else 0
        directory = self.open(self.directory_offset, length, key, self.header[:160], seed)
        self.read_directory(directory)

    def read_header(self, header):
        self.header = header
        need(len(header) == 192 and header[:8] == b"\x8fSFC\r\n\x1a\n")
        version, flags = struct.unpack_from("<HH", header, 8)
        need(version <= 1, "container_newer")
        need(hashlib.sha256(header[:160]).digest() == header[160:] and version == 1)
        self.kdf, self.log2_n, self.r, self.p = header[12:16]
        need(flags <= 1 and self.kdf <= 2 and header[136] <= 1, "container_newer")
        self.sealed = flags == 1
        self.growing = header[136] == 1
        need(not any(header[137:160]) and self.sealed == (self.kdf != 0))
        need(self.sealed or not any(header[12:48] + header[120:136]))
        need(self.kdf != 2 or not any(header[13:16]))
        if self.kdf == 1:
            need(10 <= self.log2_n <= 20 and 1 <= self.r <= 32 and 1 <= self.p <= 16)
            need((128 * self.r << self.log2_n) <= 256 << 20)
        self.directory_offset, self.directory_stored, self.total = struct.unpack_from("<QQQ", header, 96)
        need(self.local or (not self.growing and self.total == len(self.content)))
        need(self.total <= len(self.content) and self.directory_offset >= 192)
        self.end = self.total - 192 if self.growing else self.directory_offset
        if self.growing:
            need(self.directory_offset + self.directory_stored <= self.end)
        else:
            need(self.directory_offset + self.directory_stored == self.total)
        need(self.directory_stored <= stored_length(256 << 20))

    def root_key(self, password):
        need(password is not None, "password_missing")
        salt = self.header[16:48]
        if self.kdf == 1:
            root = hashlib.scrypt(password.encode(), salt=salt, n=1 << self.log2_n, r=self.r, p=self.p, dklen=32,
                                  maxmem=300 << 20)
        else:
            root = hkdf(password.encode(), salt, b"omegasafe sfc v1 root")
        check = hkdf(root, salt, b"omegasafe sfc v1 password check", 16)
        need(check == self.header[120:136], "password_wrong")
        return root

    def open(self, offset, length, key, aad, seed=0):
        plain = b""
        segments = max(1, -(-length // SEGMENT))
        for i in range(segments):
            last = int(i + 1 == segments)
            begin = offset + i * (SEGMENT + 16)
            size = length - i * SEGMENT if last else SEGMENT
            stored = self.content[begin:begin + size + 16]
            if self.sealed:
                try:
                    plain += AESGCM(key).decrypt(bytes(3) + struct.pack("<QB", i, last), stored, aad)
                except InvalidTag:
                    raise Refused("container_damaged") from None
            else:
                need(xxhash.xxh3_128(stored[:size], seed=(seed + 2 * i + last) % 2**64).digest() == stored[size:])
                plain += stored[:size]
        return plain

    def read_directory(self, directory):
        self.entries = {}
        at = 4
        need(len(directory) >= 4)
        (count,) = struct.unpack_from("<I", directory)
        fixed = 68 if self.sealed else 36
        places = []
        for _ in range(count):
            need(at + fixed <= len(directory))
            row = directory[at:at + fixed]
            identity = uuid.UUID(bytes=row[:16])
            offset, length = struct.unpack_from("<QQ", row, 16)
            (size,) = struct.unpack_from("<I", row, fixed - 4)
            need(size <= 16384 and at + fixed + size <= len(directory))
            need(not self.entries or list(self.entries)[-1].bytes < identity.bytes)
            attributes = directory[at + fixed:at + fixed + size]
            self.entries[identity] = (offset, length, row[32:64] if self.sealed else None, attributes)
            places.append((offset, stored_length(length)))
            at += fixed + size
        need(at == len(directory))
        if self.growing:
            places.append((self.directory_offset, self.directory_stored))
        expected = 192
        for offset, stored in sorted(places):
            need(offset >= expected if self.growing else offset == expected)
            expected = offset + stored
        need(expected <= self.end if self.growing else expected == self.end)

    def read(self, identity):
        offset, length, key, _ = self.entries[identity]
        return self.open(offset, length, key, self.header[:64] + identity.bytes)


def read_cbor(data):
    """A map of text to text or unsigned numbers, in the shortest form."""

    def head(at):
        need(at < len(data))
        kind, small = data[at] >> 5, data[at] & 31
        if small < 24:
            return kind, small, at + 1
        need(small <= 27)
        size = 1 << (small - 24)
        need(at + 1 + size <= len(data))
        return kind, int.from_bytes(data[at + 1:at + 1 + size], "big"), at + 1 + size

    def text(at):
        kind, size, at = head(at)
        need(kind == 3 and at + size <= len(data))
        return data[at:at + size].decode(), at + size

    kind, count, at = head(0)
    need(kind == 5)
    fields = {}
    for _ in range(count):
        name, at = text(at)
        if data[at] >> 5 == 3:
            fields[name], at = text(at)
        else:
            kind, fields[name], at = head(at)
            need(kind == 0)
    need(at == len(data))
    need(list(fields) == ["format", "iteration_uuid", "key_name", "key_uuid", "nucleus_bytes", "omegasafe_version",
                          "rotor_bytes", "rotors", "seq_number"])
    need(fields["format"] <= 1, "container_newer")
    return fields


class Iteration:
    def __init__(self, payload):
        (size,) = struct.unpack_from("<I", payload)
        self.description = payload[4:4 + size]
        self.info = read_cbor(self.description)
        self.maps = payload[4 + size:]
        self.counts = [self.info["nucleus_bytes"] // 256] + [self.info["rotor_bytes"] // 256] * self.info["rotors"]
        need(len(self.maps) == 256 * sum(self.counts))
        identity = bytes(range(256))
        need(all(bytes(sorted(self.map(i))) == identity for i in range(sum(self.counts))))
        self.capacity = 1
        for count in self.counts:
            self.capacity *= count

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


def decrypt_file(iteration, start, data):
    """Name and content."""
    plain = iteration.decrypt(start, data)
    version, name_length, length = struct.unpack_from("<HHQ", plain, 4)
    need(plain[:4] == b"OSFM" and version > 0, "integrity_failed")
    need(version == 1, "container_newer")
    name = plain[48:48 + name_length]
    need(1 <= name_length <= 255 and name not in (b".", b".."), "integrity_failed")
    need(not any(byte < 32 or byte in b"/\\\x7f" for byte in name), "integrity_failed")
    content = plain[1024:1024 + length]
    need(len(content) == length and hashlib.sha256(content).digest() == plain[16:48], "integrity_failed")
    return name.decode(), content


def read_alpha(content, password):
    container = Container(content, password)
    need(len(container.entries) == 1)
    (identity,) = container.entries
    alpha = Iteration(container.read(identity))
    need(alpha.info["seq_number"] == 0 and str(identity) == alpha.info["iteration_uuid"])
    need(container.entries[identity][3] == alpha.description)
    return alpha


def read_delta(alpha, content, password):
    key_uuid, start, data = open_encrypted(content, password)
    need(key_uuid == alpha.info["key_uuid"])
    delta = Iteration(decrypt_file(alpha, start, data)[1])
    need(delta.info["seq_number"] > 0)
    need(all(delta.info[name] == alpha.info[name] for name in ("key_uuid", "key_name", "nucleus_bytes", "rotor_bytes",
                                                              "rotors")))
    return delta


def read_file(delta, content, password):
    _, position, data = open_encrypted(content, password)
    need(position // delta.capacity + 1 == delta.info["seq_number"])
    return decrypt_file(delta, position % delta.capacity, data)


def pattern(expected):
    return bytes((expected["start"] + i) % 251 for i in range(expected["length"]))


def check_iteration(case, found):
    for name in ("key_uuid", "iteration_uuid", "seq_number", "key_name"):
        assert found.info[name] == case[name], name
    assert hashlib.sha256(found.maps).hexdigest() == case["maps_sha256"]


def check_case(folder, case):
    content = (folder / case["file"]).read_bytes()
    password = case["password"]
    alpha = read_alpha((folder / case["alpha"]).read_bytes(), None) if "alpha" in case else None
    if case["kind"] in ("sfc", "local_sfc"):
        container = Container(content, password, local=case["kind"] == "local_sfc")
        found = [(str(identity), entry[3].hex(), container.read(identity))
                 for identity, entry in container.entries.items()]
        if case["outcome"] == "ok":
            assert found == [(e["uuid"], e["attributes"], pattern(e["pattern"])) for e in case["entries"]]
    elif case["kind"] == "exported_key":
        check_iteration(case, read_alpha(content, password))
    elif case["kind"] == "delta":
        check_iteration(case, read_delta(alpha, content, password))
    elif alpha is None:
        open_encrypted(content, password)
    else:
        delta = read_delta(alpha, (folder / case["delta"]).read_bytes(), None)
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
