#!/usr/bin/python3
"""The test vectors of docs/formats.md, computed again from what the page gives, by code that knows only the page.

vectors.py --check PAGE FOLDER   every value of the page is right, and the golden files FOLDER/vector_* are what it says
vectors.py --print PAGE          the blocks as they should be, for whoever writes the page
vectors.py --write PAGE FOLDER   makes the golden files
"""
import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import re
import struct
import sys
import uuid

import xxhash
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from container import SEGMENT, hkdf, stored_length
from decode import DATA_ENTRY, METADATA_ENTRY

GEOMETRY = {"nucleus_bytes": 100000, "rotor_bytes": 100000, "rotors": 2}
COUNTS = [390, 390, 390]
CAPACITY = 390**3


def read_blocks(page):
    """Name of a block: its values by name. A value goes on in lines that begin with blanks."""
    blocks = {}
    for name, body in re.findall(r"^ *```vector (\S+)\n(.*?)^ *```$", page.read_text(), re.M | re.S):
        values = {}
        for line in body.splitlines():
            if line.startswith(" "):
                values[list(values)[-1]] += line.strip()
            else:
                field, _, value = line.partition(" =")
                values[field] = value.strip()
        blocks[name] = values
    return blocks


def inputs(block, *names):
    """What a block gives; nothing else of it is taken over, so that a value which nothing computes is noticed."""
    return {name: block[name] for name in names}


def counting(start, size):
    return bytes((start + i) % 251 for i in range(size))


# 1 Containers


def header(flags, kdf, cost, salt, identity, directory_salt, places, check, layout):
    fields = (b"\x8fSFC\r\n\x1a\n" + struct.pack("<HH", 1, flags) + bytes([kdf, *cost]) + salt + identity
              + directory_salt + struct.pack("<QQQ", *places) + check + bytes([layout]) + bytes(23))
    return fields + hashlib.sha256(fields).digest()


def nonce(index, last):
    return bytes(3) + struct.pack("<QB", index, last)


def segments(plain, key, aad, seed=0):
    stored = b""
    count = max(1, -(-len(plain) // SEGMENT))
    for i in range(count):
        part, last = plain[i * SEGMENT:(i + 1) * SEGMENT], int(i + 1 == count)
        if key:
            stored += AESGCM(key).encrypt(nonce(i, last), part, aad)
        else:
            stored += part + xxhash.xxh3_128(part, seed=(seed + 2 * i + last) % 2**64).digest()
    return stored


class Keys:
    """What a password makes of the salts; without one, all is empty."""

    def __init__(self, block):
        self.kdf, self.cost, self.salt, self.check = 0, (0, 0, 0), bytes(32), bytes(16)
        if "password" not in block:
            return
        password, self.salt = block["password"].encode(), bytes.fromhex(block["kdf_salt"])
        if "log2_n" in block:
            self.kdf, self.cost = 1, tuple(int(block[name]) for name in ("log2_n", "r", "p"))
            self.root = hashlib.scrypt(password, salt=self.salt, n=1 << self.cost[0], r=self.cost[1], p=self.cost[2],
                                       dklen=32, maxmem=300 << 20)
        else:
            self.kdf, self.root = 2, hkdf(password, self.salt, b"omegasafe sfc v1 root")
        self.check = hkdf(self.root, self.salt, b"omegasafe sfc v1 password check", 16)

    def directory(self, salt):
        return hkdf(self.root, salt, b"omegasafe sfc v1 directory") if self.kdf else None


def container(keys, identity, directory_salt, entries):
    """The file and its parts; `entries`: (UUID, key, attributes, plain data) in the order they are written in."""
    sealed = keys.kdf != 0
    fixed = header(int(sealed), keys.kdf, keys.cost, keys.salt, identity, directory_salt, (0, 0, 0), keys.check, 0)[:64]
    stored, rows, at = [], [], 192
    for name, key, attributes, plain in entries:
        key = key if sealed else b""
        stored.append(segments(plain, key, fixed + name.bytes))
        rows.append((name.bytes, struct.pack("<QQ", at, len(plain)) + key + struct.pack("<I", len(attributes))
                     + attributes))
        at += len(stored[-1])
    directory = struct.pack("<I", len(rows)) + b"".join(name + row for name, row in sorted(rows))
    size = stored_length(len(directory))
    head = header(int(sealed), keys.kdf, keys.cost, keys.salt, identity, directory_salt, (at, size, at + size),
                  keys.check, 0)
    end = segments(directory, keys.directory(directory_salt), head[:160])
    return head + b"".join(stored) + end, {"header": head, "directory": directory, "directory_stored": end}


# 3 Key iterations


def cbor(value):
    def head(kind, number):
        if number < 24:
            return bytes([kind << 5 | number])
        power = next(i for i in range(4) if number < 1 << (8 << i))
        return bytes([kind << 5 | 24 + power]) + number.to_bytes(1 << power, "big")

    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(name) + cbor(value[name]) for name in sorted(value, key=str.encode))


def position(number):
    return number if number < 1 << 53 else str(number)


def maps(seq_number):
    return b"".join(bytes(((2 * i + 1) * x + 7 * i + i // 128 + 11 * seq_number) % 256 for x in range(256))
                    for i in range(sum(COUNTS)))


def description(block, which, seq_number):
    return cbor({"format": 1, "iteration_uuid": block[which], "key_name": block["key_name"],
                 "key_uuid": block["key_uuid"], "omegasafe_version": block["omegasafe_version"],
                 "seq_number": seq_number, **GEOMETRY})


def payload(text, chains):
    return struct.pack("<I", len(text)) + text + chains


def chain_of(place):
    """Numbers of the maps that a position takes a byte through."""
    numbers, first = [], 0
    for count in COUNTS:
        numbers.append(first + place % count)
        place //= count
        first += count
    return numbers


def encrypt(chains, start, plain):
    out = bytearray()
    for k, byte in enumerate(plain):
        for number in chain_of(start + k):
            byte = chains[256 * number + byte]
        out.append(byte)
    return bytes(out)


# 2 Encrypted files


def tag_key(iteration, chains):
    return hkdf(chains, iteration.bytes, b"omegasafe file metadata v2 tag")


def file_metadata(key, place, name, content):
    """With its tag, which `key` makes of `place` and all the rest."""
    used = b"OSFM" + struct.pack("<HHQ", 2, len(name), len(content)) + hashlib.sha256(content).digest()
    rest = name + counting(0, 1024 - 80 - len(name))
    return used + hmac.digest(key, place + used + bytes(32) + rest, "sha256") + rest


def proof_of(block, length):
    """Position and SHA-256 of a file of counting bytes, as index and journal have them, and the SHA-256."""
    digest = hashlib.sha256(counting(0, int(block[length]))).digest()
    return int(block["position"]).to_bytes(16, "little") + digest, digest


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Vectors:
    """Each method computes a block from its own inputs and from blocks before it."""

    def __init__(self, given):
        self.given = given
        self.files = {}
        self.blocks = {}
        for name in given:
            method = getattr(self, name.replace("-", "_"), None)
            if method is None:
                raise SystemExit(f"there is no vector {name}")
            self.blocks[name] = {key: value.hex() if isinstance(value, bytes) else str(value)
                                 for key, value in method(dict(given[name])).items()}

    def generated_password(self, block):
        body = "omegasafe-" + base64.urlsafe_b64encode(bytes.fromhex(block["random"])).decode().rstrip("=")
        digest = hashlib.sha256(body.encode()).digest()
        check = base64.urlsafe_b64encode(digest).decode()[:6]
        return {"random": block["random"], "body": body, "sha256": digest, "password": body + check}

    def keys_hkdf(self, block):
        self.hkdf_keys = keys = Keys(block)
        salt = bytes.fromhex(block["directory_salt"])
        return {"password": block["password"], "kdf_salt": keys.salt, "root_key": keys.root,
                "password_check": keys.check, "directory_salt": salt, "directory_key": keys.directory(salt)}

    def keys_scrypt(self, block):
        self.scrypt_keys = keys = Keys(block)
        return {"password": block["password"], "log2_n": keys.cost[0], "r": keys.cost[1], "p": keys.cost[2],
                "kdf_salt": keys.salt, "root_key": keys.root, "password_check": keys.check}

    def small(self, name, keys, block):
        """A container with one entry."""
        salt = bytes.fromhex(self.given["keys-hkdf"]["directory_salt"])
        self.identity = uuid.UUID(block["container_id"]).bytes
        entry = uuid.UUID(block["entry_uuid"])
        plain, attributes = block["plain"].encode(), bytes.fromhex(block["attributes"])
        key = bytes.fromhex(block.get("entry_key", ""))
        content, parts = container(keys, self.identity, salt, [(entry, key, attributes, plain)])
        self.files[f"vector_{name}.sfc"] = content
        aad = {"entry_key": key, "associated_data": parts["header"][:64] + entry.bytes, "nonce": nonce(0, 1)}
        return {"container_id": block["container_id"], "entry_uuid": entry, "attributes": attributes,
                "plain": block["plain"], **(aad if key else {}), "stored": content[192:192 + len(plain) + 16],
                **parts, "size": len(content)}

    def container_sealed(self, block):
        return self.small("sealed", self.hkdf_keys, block)

    def container_plain(self, block):
        return self.small("plain", Keys({}), block)

    def two_segments(self, block):
        sealed = self.given["container-sealed"]
        aad = bytes.fromhex(self.blocks["container-sealed"]["associated_data"])
        plain = counting(0, int(block["length"]))
        stored = segments(plain, bytes.fromhex(sealed["entry_key"]), aad)
        checked = segments(plain, None, None)
        first = SEGMENT + 16
        return {"length": len(plain), "nonce_0": nonce(0, 0), "tag_0": stored[SEGMENT:first], "nonce_1": nonce(1, 1),
                "stored_1": stored[first:], "digest_0": checked[SEGMENT:first], "digest_1": checked[first + 1:]}

    def growing_directory(self, block):
        salt = bytes.fromhex(block["directory_salt"])
        seed = int.from_bytes(salt[:8], "little")
        directory = bytes.fromhex(self.blocks["container-plain"]["directory"])
        return {"directory_salt": salt, "seed": (seed + 1) % 2**64,
                "digest": segments(directory, None, None, seed)[len(directory):]}

    def key(self, block):
        self.maps = {0: maps(0), 3: maps(3)}
        self.alpha_text, self.delta_text = description(block, "alpha_uuid", 0), description(block, "delta_uuid", 3)
        salt = bytes.fromhex(self.given["keys-hkdf"]["directory_salt"])
        content = payload(self.alpha_text, self.maps[0])
        self.files["vector_alpha.omegakey"], _ = container(
            Keys({}), self.identity, salt, [(uuid.UUID(block["alpha_uuid"]), b"", self.alpha_text, content)])
        starts = {f"map_{number}_start": self.maps[3][256 * number:][:8] for number in (0, 1, 390, 780)}
        given = inputs(block, "key_uuid", "alpha_uuid", "delta_uuid", "key_name", "omegasafe_version")
        self.iterations = {0: uuid.UUID(block["alpha_uuid"]), 3: uuid.UUID(block["delta_uuid"])}
        self.tag_keys = {number: tag_key(identity, self.maps[number]) for number, identity in self.iterations.items()}
        return {**given, "alpha_description": self.alpha_text, "delta_description": self.delta_text, **starts,
                "alpha_tag_key": self.tag_keys[0], "delta_tag_key": self.tag_keys[3],
                "alpha_maps_sha256": sha256(self.maps[0]), "delta_maps_sha256": sha256(self.maps[3]),
                "delta_payload_sha256": sha256(payload(self.delta_text, self.maps[3])), "capacity": CAPACITY}

    def cipher(self, block):
        """One line a position: the maps that a byte goes through and what each makes of it."""
        found = {}
        for name, value in block.items():
            byte, steps = int(value[:2], 16), []
            for number in chain_of(int(name)):
                after = self.maps[3][256 * number + byte]
                steps.append(f"map {number}: {after:02x}")
                byte = after
            found[name] = f"{value[:2]}, " + ", ".join(steps)
        return found

    def encrypted(self, keys, sequence, block, start, name, content, suffix):
        """An encrypted file, and what it was made of."""
        key = self.given["key"]["key_uuid"]
        where = position(int(block["global_position_start"]))
        quoted = f'"{where}"' if isinstance(where, str) else where
        text = f'{{"key_uuid":"{key}","global_position_start":{quoted}}}'
        place = uuid.UUID(key).bytes + self.iterations[sequence].bytes + int(where).to_bytes(16, "little")
        place += struct.pack("<Q", 1024 + len(content) + len(suffix))
        plain = file_metadata(self.tag_keys[sequence], place, name, content) + content + suffix
        data = encrypt(self.maps[sequence], start, plain)
        salt = bytes.fromhex(self.given["keys-hkdf"]["directory_salt"])
        entry_keys = [bytes.fromhex(self.given["file"][which]) for which in ("metadata_entry_key", "data_entry_key")]
        entries = [(METADATA_ENTRY, entry_keys[0], b"", text.encode()), (DATA_ENTRY, entry_keys[1], b"", data)]
        return text, place, plain, data, container(keys, self.identity, salt, entries)[0]

    def file(self, block):
        content, suffix = counting(0, int(block["length"])), counting(7, int(block["suffix_length"]))
        sequence, start = divmod(int(block["global_position_start"]), CAPACITY)
        made = [self.encrypted(keys, 3, block, start, block["name"].encode(), content, suffix)
                for keys in (Keys({}), self.scrypt_keys)]
        text, place, plain, data, self.files["vector_file.omegasafe"] = made[0]
        self.files["vector_file_layer.omegasafe"] = made[1][4]
        given = inputs(block, "name", "length", "suffix_length", "global_position_start", "metadata_entry_key",
                       "data_entry_key")
        return {**given, "seq_number": sequence + 1, "start": start, "sha256": hashlib.sha256(content).digest(),
                "tag_place": place, "tag": plain[48:80], "metadata_start": plain[:96], "encrypted_start": data[:64], "encrypted_size": len(data),
                "encrypted_sha256": sha256(data), "encryption_metadata": text,
                "file_size": len(made[0][4]), "file_sha256": sha256(made[0][4]),
                "layer_file_size": len(made[1][4]), "layer_file_sha256": sha256(made[1][4])}

    def delta(self, block):
        content = payload(self.delta_text, self.maps[3])
        name = self.given["key"]["delta_uuid"].encode()
        text, _, _, data, made = self.encrypted(self.hkdf_keys, 0, block, int(block["global_position_start"]), name,
                                             content, b"")
        self.files["vector_pending_delta.sfc"] = made
        return {**inputs(block, "global_position_start"), "payload_size": len(content), "encryption_metadata": text, "encrypted_start": data[:64],
                "encrypted_size": len(data), "encrypted_sha256": sha256(data), "file_size": len(made),
                "file_sha256": sha256(made)}

    def attributes(self, block):
        """Pairs of lines: a map as JSON, and its encoding."""
        out = {}
        for name, text in block.items():
            if not name.endswith("_cbor"):
                out[name] = text
                out[name + "_cbor"] = cbor(json.loads(text))
        return out

    def tree_index(self, block):
        rows = struct.pack("<HHHHQq16s48x", 1, int(block["a_mode"], 8), 1, 0, 0, int(block["a_mtime"]), bytes(16)) + b"a"
        proof, digest = proof_of(block, "b_length")
        rows += struct.pack("<HHHHQq16s", 0, int(block["b_mode"], 8), 3, 0, int(block["b_length"]),
                            int(block["b_mtime"]), uuid.UUID(block["b_uuid"]).bytes) + proof + b"a/b"
        head = b"\x8fOST\r\n\x1a\n" + struct.pack("<H6xQ", 2, 2) + uuid.UUID(block["tree_uuid"]).bytes
        given = inputs(block, "tree_uuid", "a_mode", "a_mtime", "b_mode", "b_mtime", "b_length", "b_uuid", "position")
        return {**given, "sha256": digest, "index": head + rows}

    def journal(self, block):
        keys = self.hkdf_keys
        key = hkdf(keys.root, None, b"omegasafe tree journal v2")
        fields = b"\x8fOSJ\r\n\x1a\n" + struct.pack("<H", 2) + bytes([keys.kdf, *keys.cost, 0, 0])
        fields += uuid.UUID(block["tree_uuid"]).bytes + keys.salt

        def mac(data):
            return hmac.new(key, data, hashlib.sha256).digest()

        name = uuid.UUID(block["uuid"]).bytes
        proof, digest = proof_of(block, "length")
        mask = hkdf(key, name, b"omegasafe tree journal v2 proof", 48)

        def record(number, rest):
            start = name + rest
            return start + mac(start + struct.pack("<Q", number))[:16]

        check = mac(fields + uuid.UUID(self.given["key"]["key_uuid"]).bytes + block["input"].encode())
        tag = mac(struct.pack("<Qq", int(block["length"]), int(block["mtime"])) + block["path"].encode())
        made = {"header": fields + check, "record_0": record(0, bytes(80)), "tag": tag, "mask": mask}
        made["record_1"] = record(1, tag + bytes(a ^ b for a, b in zip(proof, mask, strict=True)))
        self.files["vector_journal"] = made["header"] + made["record_0"] + made["record_1"]
        given = inputs(block, "input", "tree_uuid", "uuid", "path", "length", "mtime", "position")
        return {**given, "sha256": digest, "key": key, **made}


def shown(blocks):
    for name, values in blocks.items():
        print(f"```vector {name}")
        for field, value in values.items():
            lines = [value]
            if re.fullmatch(r"[0-9a-f]{97,}", value):
                lines = [value[i:i + 96] for i in range(0, len(value), 96)]
            print(f"{field} =" + (f" {lines[0]}" if len(lines) == 1 else "".join(f"\n    {line}" for line in lines)))
        print("```\n")


def differences(given, computed):
    """Block and field of each value that is missing, wrong or of no use."""
    return [(name, field) for name, values in computed.items() for field in values.keys() | given[name].keys()
            if values.get(field) != given[name].get(field)]


def check(page, folder):
    given = read_blocks(page)
    vectors = Vectors(given)
    wrong = 0
    for name, field in differences(given, vectors.blocks):
        wrong += 1
        print(f"{name}: {field} is {vectors.blocks[name].get(field)}, the page says {given[name].get(field)}")
    for name, content in vectors.files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            wrong += 1
            print(f"{path} is not what the page says")
    print(f"{sum(map(len, given.values()))} values in {len(given)} blocks, {len(vectors.files)} files, {wrong} wrong")
    return wrong == 0 and len(given) > 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.check:
        return 0 if check(arguments.page, arguments.folder) else 1
    vectors = Vectors(read_blocks(arguments.page))
    if arguments.print:
        shown(vectors.blocks)
    else:
        for name, content in vectors.files.items():
            (arguments.folder / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
