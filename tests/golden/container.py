"""Secure File Containers, read as docs/formats.md, section 1, says."""
import hashlib
import struct
import uuid

import xxhash
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEGMENT = 65536


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


def root_key(password, kdf, cost, salt):
    if kdf == 1:
        return hashlib.scrypt(password.encode(), salt=salt, n=1 << cost[0], r=cost[1], p=cost[2], dklen=32,
                              maxmem=300 << 20)
    return hkdf(password.encode(), salt, b"omegasafe sfc v1 root")


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
            need((128 * self.r << self.log2_n) <= 64 << 20 and (self.r * self.p << self.log2_n) <= 1 << 22)
        self.directory_offset, self.directory_stored, self.total = struct.unpack_from("<QQQ", header, 96)
        need(self.local or (not self.growing and self.total == len(self.content)))
        need(self.total <= len(self.content) and self.directory_offset >= 192)
        self.end = self.total - 192 if self.growing else self.directory_offset
        if self.growing:
            need(self.directory_offset + self.directory_stored <= self.end)
        else:
            need(self.directory_offset + self.directory_stored == self.total)
        need(self.directory_stored <= stored_length((256 if self.local else 1) << 20))

    def root_key(self, password):
        need(password is not None, "password_missing")
        salt = self.header[16:48]
        root = root_key(password, self.kdf, (self.log2_n, self.r, self.p), salt)
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
