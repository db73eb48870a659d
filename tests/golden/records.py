"""CBOR, records, the index and the journal of a tree, read as docs/formats.md, sections 1.6 and 6 to 10, says."""
import hashlib
import hmac
import re
import struct
import uuid

from container import hkdf, need, root_key

DESCRIPTION = ["format", "iteration_uuid", "key_name", "key_uuid", "nucleus_bytes", "omegasafe_version", "rotor_bytes",
               "rotors", "seq_number"]
# What the fields of each record are; "N" number, "T" text, "U" UUID, "P" position, "C" claims.
ECS_FILE = {
    "ecs": {},
    "key": {"alpha_capacity": "N", "alpha_next": "P", "key_name": "T", "omegasafe_version": "T"},
    "deleted_key": {},
    "delta": {"end_global_position": "P", "key_uuid": "U", "next_global_position": "P", "seq_number": "N",
              "start_global_position": "P"},
}
CACHE = {"claims": "C", "ecs_uuid": "U", "key_iteration_uuid": "U", "key_uuid": "U", "next_key_global_position": "P",
         "seq_number": "N"}
PLACE = uuid.UUID("9d3c61e5-0b7f-4c28-8a56-d14e720fb983")
CLAIM = {"cache_reason": "T", "end_global_position": "P", "next_global_position": "P", "start_global_position": "P"}
ECS = {"SFC": {"ecs_name": "T", "path": "T"}, "HTTP": {"development_mode": "N", "ecs_name": "T", "url": "T"}}
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_cbor(data):
    """A map in the one form that section 1.6 allows."""

    def item(at, depth):
        need(at < len(data) and depth <= 4)
        kind, number = data[at] >> 5, data[at] & 31
        at += 1
        need(kind in (0, 2, 3, 4, 5) and number < 28)
        if number >= 24:
            size = 1 << number - 24
            need(at + size <= len(data))
            number = int.from_bytes(data[at:at + size], "big")
            at += size
            need(number >= (24 if size == 1 else 1 << 4 * size))
        if kind == 0:
            return number, at
        if kind in (2, 3):
            need(at + number <= len(data))
            part = data[at:at + number]
            return (part.decode(errors="surrogateescape") if kind == 3 else part), at + number
        found = [] if kind == 4 else {}
        for _ in range(number):
            if kind == 5:
                name, at = item(at, depth + 1)
                need(isinstance(name, str))
                need(not found or name.encode(errors="surrogateescape") > list(found)[-1].encode(errors="surrogateescape"))
            value, at = item(at, depth + 1)
            if kind == 4:
                found.append(value)
            else:
                found[name] = value
        return found, at

    value, end = item(0, 0)
    need(isinstance(value, dict) and end == len(data))
    return value


def read_description(data):
    fields = read_cbor(data)
    need(isinstance(fields.get("format"), int) and fields["format"] > 0)
    need(fields["format"] == 1, "container_newer")
    need(list(fields) == DESCRIPTION)
    return fields


def position_of(value):
    """A number up to 2^53-1, decimal digits above."""
    if isinstance(value, int):
        need(value < 1 << 53)
        return value
    need(isinstance(value, str) and re.fullmatch("[1-9][0-9]*", value) and 1 << 53 <= int(value) < 1 << 128)
    return int(value)


def check_fields(fields, kinds):
    for name, kind in kinds.items():
        value = fields.get(name)
        need(value is not None)
        if kind == "P":
            position_of(value)
        elif kind == "C":
            need(isinstance(value, list))
        else:
            need(isinstance(value, int if kind == "N" else str))
            need(kind != "U" or UUID.fullmatch(value))


def read_claims(fields):
    for claim in fields["claims"]:
        need(isinstance(claim, dict) and set(claim) == set(CLAIM) and claim["cache_reason"] in ("performance", "offline"))
        check_fields(claim, CLAIM)
        first, last, following = (position_of(claim[name + "_global_position"]) for name in ("start", "end", "next"))
        need(first <= following <= last < position_of(fields["next_key_global_position"]))


def read_record(where, identity, data, content):
    """`where`: ecs_file, local_cache or ecs (configured or exported). Unknown fields are passed over."""
    fields = read_cbor(data)
    need(isinstance(fields.get("format"), int) and fields["format"] > 0)
    need(fields["format"] == 1, "container_newer")
    if where == "ecs_file":
        check_fields(fields, {"kind": "T"})
        check_fields(fields, ECS_FILE.get(fields["kind"], {}))
        if fields["kind"] == "key":
            need(position_of(fields["alpha_next"]) <= fields["alpha_capacity"])
        if fields["kind"] == "delta":
            first, last, following = (position_of(fields[name + "_global_position"]) for name in ("start", "end", "next"))
            need(first <= last and first <= following <= last + 1)
    elif where == "local_cache" and identity == PLACE:
        check_fields(fields, {"born_ns": "N", "inode": "N", "machine": "U"})
    elif where == "local_cache":
        check_fields(fields, CACHE)
        need(uuid.UUID(fields["key_iteration_uuid"]) == identity)
        read_claims(fields)
    else:
        check_fields(fields, {"ecs_type": "T"})
        need(fields["ecs_type"] in ECS, "container_newer")
        check_fields(fields, ECS[fields["ecs_type"]])
        need(fields["ecs_type"] == "HTTP" or not content)
        need(fields["ecs_type"] == "SFC" or (0 < len(content) <= 4096 and fields["development_mode"] <= 1))
    return fields


def read_layer(identity, data, content):
    """What an export says of its key's layer (3.4)."""
    fields = read_cbor(data)
    need(isinstance(fields.get("format"), int) and fields["format"] > 0)
    need(fields["format"] == 1, "container_newer")
    check_fields(fields, {"key_uuid": "U", "kind": "T"})
    need(fields["kind"] == "layer" and uuid.UUID(fields["key_uuid"]) == identity)
    need(len(content) >= 2 and content[0] <= 2 and content[1] <= 16)
    choice, count, rest, passwords = content[0], content[1], content[2:], []
    for _ in range(count):
        need(len(rest) >= 2)
        (size,) = struct.unpack_from("<H", rest)
        need(0 < size <= 4096 and len(rest) >= 2 + size)
        passwords.append(bytes(rest[2:2 + size]))
        rest = rest[2 + size:]
    need(not rest and len(set(passwords)) == count and (choice != 2 or count))
    return {"choice": choice, "passwords": [password.decode() for password in passwords]}


def safe_name(name):
    return 0 < len(name) <= 255 and name not in (b".", b"..") and not any(b < 32 or b in b"/\\\x7f" for b in name)


def read_index(data):
    """UUID of the tree, and rows: path, whether it is a folder, mode, modification time, length, UUID, position, SHA-256."""
    need(data[:8] == b"\x8fOST\r\n\x1a\n" and len(data) >= 40)
    version, zeros, count, tree = struct.unpack_from("<H6sQ16s", data, 8)
    need(version <= 2, "container_newer")
    need(version == 2 and not any(zeros))
    rows, folders, at = [], {b""}, 40
    for _ in range(count):
        need(at + 88 <= len(data))
        flags, mode, size, zero, length, mtime, name, position, digest = struct.unpack_from("<HHHHQq16s16s32s", data, at)
        path = data[at + 88:at + 88 + size]
        at += 88 + size
        need(len(path) == size and 1 <= size <= 4095 and flags <= 1 and mode <= 0o777 and zero == 0)
        need(all(map(safe_name, path.split(b"/"))) and path.rpartition(b"/")[0] in folders)
        need(not rows or rows[-1][0] < path)
        need((flags == 1) == (not any(name)) and (flags == 0 or length == 0 and not any(position + digest)))
        need(flags == 1 or name not in [row[5].bytes for row in rows])
        if flags == 1:
            folders.add(path)
        rows.append((path, flags == 1, mode, mtime, length, uuid.UUID(bytes=name), int.from_bytes(position, "little"), digest))
    need(at == len(data))
    return uuid.UUID(bytes=tree), rows


def read_journal(data, password, key_uuid, source):
    """UUID of the tree, UUIDs that were begun, what is done by its tags (UUID, position, SHA-256), and the function that makes tags."""
    need(len(data) >= 96 and data[:8] == b"\x8fOSJ\r\n\x1a\n")
    (version,) = struct.unpack_from("<H", data, 8)
    need(version <= 2, "container_newer")
    need(version == 2 and not any(data[14:16]))
    root = root_key(password, data[10], data[11:14], data[32:64])
    key = hkdf(root, None, b"omegasafe tree journal v2")

    def mac(*parts):
        return hmac.new(key, b"".join(parts), hashlib.sha256).digest()

    need(mac(data[:64], uuid.UUID(key_uuid).bytes, source.encode()) == data[64:96], "output_refused")
    begun, done = [], {}
    for number in range((len(data) - 96) // 112):
        record = data[96 + 112 * number:208 + 112 * number]
        if mac(record[:96], struct.pack("<Q", number))[:16] != record[96:]:
            break
        name = str(uuid.UUID(bytes=record[:16]))
        if any(record[16:48]):
            mask = hkdf(key, record[:16], b"omegasafe tree journal v2 proof", 48)
            proof = bytes(a ^ b for a, b in zip(record[48:96], mask, strict=True))
            done[record[16:48]] = (name, int.from_bytes(proof[:16], "little"), proof[16:])
        else:
            begun.append(name)
    return uuid.UUID(bytes=data[16:32]), begun, done, lambda path, length, mtime: mac(struct.pack("<Qq", length, mtime), path.encode())
