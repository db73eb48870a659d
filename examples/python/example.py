#!/usr/bin/env python3
"""A program that uses omegasafe through ctypes: example.py CONFIG_DIR FILE"""

import ctypes as c
import os
import sys


class Error(c.Structure):
    _fields_ = [("code", c.c_int), ("exit_code", c.c_int), ("name", c.c_char_p), ("sentence", c.c_char_p),
                ("hint", c.c_char_p), ("detail", c.c_char_p)]


class Key(c.Structure):  # members at the end that are not needed may be left out: they are only read
    _fields_ = [("key_uuid", c.c_char_p), ("name", c.c_char_p), ("nucleus_bytes", c.c_uint32),
                ("rotor_bytes", c.c_uint32), ("rotors", c.c_uint32), ("remaining", c.c_char_p)]


class Keys(c.Structure):
    _fields_ = [("count", c.c_size_t), ("keys", c.POINTER(c.POINTER(Key)))]


class Report(c.Structure):
    _fields_ = [("output", c.c_char_p), ("bytes", c.c_uint64), ("positions", c.c_uint64)]


Progress = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_uint64, c.c_uint64)
library = c.CDLL("libomegasafe.so.0")
library.omegasafe_version.restype = c.c_char_p


class Failure(Exception):
    """What an omegasafe_error says."""

    def __init__(self, error):
        super().__init__(error.sentence.decode())
        self.code, self.name, self.hint = error.code, error.name.decode(), (error.hint or b"").decode()


def call(function, *arguments):
    """Calls a function of the library and raises its error."""
    error = c.POINTER(Error)()
    if getattr(library, function)(*arguments, c.byref(error)) != 0:
        failure = Failure(error.contents)
        library.omegasafe_free(error)
        raise failure


def text(path):
    return c.c_char_p(os.fsencode(path))


class Client:
    """An opened config root; to be used with `with`."""

    def __init__(self, config_dir):
        self.handle = c.c_void_p()
        call("omegasafe_open", text(config_dir), c.c_uint(0), None, None, c.byref(self.handle))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        call("omegasafe_close", self.handle)

    def keys(self):
        keys = c.POINTER(Keys)()
        call("omegasafe_list_keys", self.handle, c.byref(keys))
        all_keys = keys.contents.keys[: keys.contents.count]
        found = [(k.contents.key_uuid.decode(), k.contents.name.decode(), (k.contents.remaining or b"?").decode())
                 for k in all_keys]
        library.omegasafe_free(keys)
        return found

    def encrypt_bytes(self, content, name, key):
        result, size = c.c_void_p(), c.c_size_t()
        call("omegasafe_encrypt_buffer", self.handle, c.c_char_p(content), c.c_size_t(len(content)), text(name),
             text(key), c.byref(result), c.byref(size))
        return self._taken(result, size)

    def decrypt_bytes(self, encrypted):
        result, size = c.c_void_p(), c.c_size_t()
        call("omegasafe_decrypt_buffer", self.handle, c.c_char_p(encrypted), c.c_size_t(len(encrypted)),
             c.byref(result), c.byref(size), None)
        return self._taken(result, size)

    def encrypt_file(self, source, output, key, progress):
        return self._reported("omegasafe_encrypt_file", text(source), text(output), text(key), c.c_uint(0), progress)

    def decrypt_file(self, source, folder, name, progress):
        return self._reported("omegasafe_decrypt_file", text(source), text(folder), text(name), c.c_uint(0), progress)

    @staticmethod
    def _taken(result, size):
        content = c.string_at(result, size.value)
        library.omegasafe_free(result)
        return content

    def _reported(self, function, *arguments):
        report = c.POINTER(Report)()
        call(function, self.handle, *arguments, None, c.byref(report))
        found = (report.contents.output.decode(), report.contents.bytes, report.contents.positions)
        library.omegasafe_free(report)
        return found


@Progress
def show_progress(_user, done, total):
    print(f"progress: {done} of {total}")
    return 0  # anything else stops the call


def main(config_dir, file):
    print("omegasafe", library.omegasafe_version().decode())
    with Client(config_dir) as client:
        keys = client.keys()
        for uuid, name, remaining in keys:
            print(f"key {uuid} {name}: {remaining} positions left")
        if not keys:
            sys.exit("There is no key; make one with omegasafe create-key.")
        key = keys[0][0]

        secret = b"a secret in memory"
        encrypted = client.encrypt_bytes(secret, "note.txt", key)
        same = "identical" if client.decrypt_bytes(encrypted) == secret else "DIFFERENT"
        print(f"buffer: {len(secret)} bytes, {len(encrypted)} encrypted, back, {same}")

        output, size, positions = client.encrypt_file(file, file + ".omegasafe", key, show_progress)
        print(f"file: {size} bytes with {positions} positions to {output}")
        folder, name = os.path.split(os.path.abspath(file))
        print("file: back in", client.decrypt_file(output, folder, name + ".back", show_progress)[0])

        try:
            client.encrypt_bytes(b"x", "note.txt", "no UUID")
        except Failure as problem:
            print(f"refused: {problem.name}: {problem}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: example.py CONFIG_DIR FILE")
    try:
        main(sys.argv[1], sys.argv[2])
    except Failure as problem:
        print(f"example.py: {problem}\n{problem.hint}", file=sys.stderr)
        sys.exit(problem.code)
