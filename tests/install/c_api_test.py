#!/usr/bin/env python3
"""The C API from outside: what it refuses, stops and gives back. Usage: c_api_test.py BUILD_DIR"""

import ctypes as c
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else SOURCE / "build/release"
HEADER = (SOURCE / "include/omegasafe/omegasafe.h").read_text()
CODES = {name: int(number) for name, number in re.findall(r"OMEGASAFE_(\w+) = (\d+)[, ]", HEADER.split("};")[0])}
PASSWORD = b"of the test"
MIB = 1 << 20

lib = c.CDLL(str(BUILD / "libomegasafe.so"))
lib.omegasafe_version.restype = c.c_char_p
Password = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t, c.POINTER(c.c_size_t))
Progress = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_uint64, c.c_uint64)
Log = c.CFUNCTYPE(None, c.c_void_p, c.c_int, c.c_char_p)


class Error(c.Structure):
    _fields_ = [("code", c.c_int), ("exit_code", c.c_int), ("name", c.c_char_p), ("sentence", c.c_char_p),
                ("hint", c.c_char_p), ("detail", c.c_char_p)]


class Key(c.Structure):
    _fields_ = [("key_uuid", c.c_char_p), ("name", c.c_char_p), ("nucleus_bytes", c.c_uint32),
                ("rotor_bytes", c.c_uint32), ("rotors", c.c_uint32), ("remaining", c.c_char_p), ("total", c.c_char_p)]


class Keys(c.Structure):
    _fields_ = [("count", c.c_size_t), ("keys", c.POINTER(c.POINTER(Key)))]


class Report(c.Structure):
    _fields_ = [("output", c.c_char_p), ("bytes", c.c_uint64), ("positions", c.c_uint64),
                ("key_uuid", c.c_char_p), ("delta_sequence", c.c_uint64), ("seconds", c.c_double), ("layer", c.c_int),
                ("authenticated", c.c_int), ("format_version", c.c_uint), ("layer_missing", c.c_int)]


class Inspection(c.Structure):
    _fields_ = [("path", c.c_char_p), ("format_version", c.c_uint), ("password_protected", c.c_int),
                ("size", c.c_uint64), ("entries_known", c.c_int), ("entry_count", c.c_size_t),
                ("entries", c.c_void_p), ("key_uuid", c.c_char_p), ("global_position_start", c.c_char_p),
                ("encrypted_length", c.c_uint64)]


@Password
def password(_user, buffer, capacity, size):
    c.memmove(buffer, PASSWORD, min(len(PASSWORD), capacity))
    size[0] = len(PASSWORD)
    return 0


def code(function, *arguments):
    """The name of the code that a call ends with; its error must say the same."""
    error = c.POINTER(Error)()
    result = getattr(lib, "omegasafe_" + function)(*arguments, c.byref(error))
    if result == 0:
        assert not error
        return "OK"
    found = error.contents
    assert found.code == found.exit_code == result and found.sentence, result
    name = found.name.decode()
    lib.omegasafe_free(error)
    assert CODES[name.upper()] == result, name
    return name.upper()


def setUpModule():
    global folder, root, key, client
    place = tempfile.TemporaryDirectory(prefix="omegasafe-c-api-")
    unittest.addModuleCleanup(place.cleanup)
    folder = Path(place.name)
    root = folder / "config"
    root.mkdir()
    environment = dict(os.environ, OMEGASAFE_CONFIG_PASSWORD=PASSWORD.decode())
    for command in (["init", "--skip-http-ecs"],
                    ["create-sfc-ecs", "--ecs-name", "local", "--sfc-path", folder / "claims.sfc", "--confirm-sfc-ecs"],
                    ["create-key", "--key-name", "test-key", "--nucleus-size-mb", "0.10", "--rotor-size-mb", "0.10",
                     "--number-of-rotors", "4"]):
        subprocess.run([BUILD / "omegasafe", *command, "--config-dir", root], env=environment, check=True,
                       stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    client = opened()
    keys = c.POINTER(Keys)()
    listed = code("list_keys", client, c.byref(keys))
    assert listed == "OK", listed
    assert keys.contents.count == 1
    found = keys.contents.keys[0].contents
    assert found.name == b"test-key" and found.rotors == 4 and int(found.remaining) <= int(found.total)
    key = found.key_uuid
    lib.omegasafe_free(keys)


def tearDownModule():
    assert code("close", client) == "OK"


def opened(callback=password):
    handle = c.c_void_p()
    assert code("open", os.fsencode(root), c.c_uint(2), callback, None, c.byref(handle)) == "OK"
    return handle


def encrypted(content, name=b"note.txt"):
    result, size = c.c_void_p(), c.c_size_t()
    assert code("encrypt_buffer", client, content, c.c_size_t(len(content)), name, key, c.byref(result),
                c.byref(size)) == "OK"
    taken = c.string_at(result, size.value)
    lib.omegasafe_free(result)
    return taken


class Codes(unittest.TestCase):
    def test_codes_are_those_of_the_page(self):
        page = (SOURCE / "docs/exit-codes.md").read_text()
        rows = {name.upper(): int(number) for number, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.M)}
        rows["OK"] = rows.pop("NONE")
        self.assertEqual(rows, CODES)

    def test_version(self):
        project = re.search(r"project\(omegasafe VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text())[1]
        self.assertEqual(project, lib.omegasafe_version().decode())


class Refused(unittest.TestCase):
    def test_null_pointers(self):
        size, out = c.c_size_t(7), c.c_void_p(7)
        one = c.c_size_t(1)
        for function, *arguments in (
                ("open", os.fsencode(root), c.c_uint(0), None, None, None),
                ("list_keys", None, None),
                ("encrypt_file", client, None, b"/tmp/x", key, c.c_uint(0), None, None, None),
                ("encrypt_file", client, b"/tmp/x", None, key, c.c_uint(0), None, None, None),
                ("encrypt_file", client, b"/tmp/x", b"/tmp/y", None, c.c_uint(0), None, None, None),
                ("decrypt_file", client, None, b"/tmp", None, c.c_uint(0), None, None, None),
                ("decrypt_file", client, b"/tmp/x", None, None, c.c_uint(0), None, None, None),
                ("verify_file", client, None, None, None, None),
                ("encrypt_buffer", client, None, one, b"n", key, c.byref(out), c.byref(size)),
                ("encrypt_buffer", client, b"x", one, None, key, c.byref(out), c.byref(size)),
                ("encrypt_buffer", client, b"x", one, b"n", key, None, c.byref(size)),
                ("encrypt_buffer", client, b"x", one, b"n", key, c.byref(out), None),
                ("decrypt_buffer", client, None, one, c.byref(out), c.byref(size), None),
                ("decrypt_into", client, b"x", one, None, one, c.byref(size)),
                ("inspect", None, None, None)):
            with self.subTest(function=function):
                self.assertEqual("USAGE", code(function, *arguments))
        self.assertIsNone(out.value)
        self.assertEqual(0, size.value)
        self.assertEqual(2, lib.omegasafe_list_keys(None, None, None))  # without an error too

    def test_closed_and_foreign_clients(self):
        other = opened()
        self.assertEqual("OK", code("close", other))
        for handle in (other, c.c_void_p(0xDEADBEEF)):
            self.assertEqual("USAGE", code("close", handle))
            self.assertEqual("USAGE", code("list_keys", handle, None))
            self.assertEqual("USAGE", code("verify_file", handle, b"/tmp/x", None, None, None))

    def test_foreign_and_twice_freed_memory(self):
        keys = c.POINTER(Keys)()
        self.assertEqual("OK", code("list_keys", client, c.byref(keys)))
        for _ in range(2):
            lib.omegasafe_free(keys)
        lib.omegasafe_free(None)
        lib.omegasafe_free(c.c_void_p(0xDEADBEEF))

    def test_buffers_that_are_too_small(self):
        container = encrypted(b"eleven byte")
        buffer, size = c.create_string_buffer(b"." * 11, 11), c.c_size_t()
        into = ("decrypt_into", client, container, c.c_size_t(len(container)))
        self.assertEqual("USAGE", code(*into, buffer, c.c_size_t(10), c.byref(size)))
        self.assertEqual((11, b"." * 11), (size.value, buffer.raw))
        self.assertEqual("OK", code(*into, buffer, c.c_size_t(11), c.byref(size)))
        self.assertEqual(b"eleven byte", buffer.raw)

        @Password
        def endless(_user, _buffer, capacity, given):
            given[0] = capacity + 1
            return 0

        other = opened(endless)
        self.assertEqual("USAGE", code("list_keys", other, None))
        self.assertEqual("OK", code("close", other))

    def test_values_that_mean_nothing(self):
        file = folder / "plain"
        file.write_bytes(b"x")
        paths = (os.fsencode(file), os.fsencode(folder / "made"))
        self.assertEqual("USAGE", code("encrypt_file", client, *paths, b"no UUID", c.c_uint(0), None, None, None))
        self.assertEqual("USAGE", code("encrypt_file", client, *paths, key, c.c_uint(64), None, None, None))
        nobody = b"00000000-0000-4000-8000-000000000000"
        self.assertEqual("ALPHA_MISSING", code("encrypt_file", client, *paths, nobody, c.c_uint(0), None, None, None))
        self.assertEqual("USAGE", code("encrypt_buffer", client, b"x", c.c_size_t(1), b"a/b", key,
                                       c.byref(c.c_void_p()), c.byref(c.c_size_t())))
        self.assertEqual("USAGE", code("set_log", None, None, 9))
        self.assertEqual("CONFIG_MISSING", code("open", os.fsencode(folder / "nowhere"), c.c_uint(0), None, None,
                                                c.byref(c.c_void_p())))
        self.assertFalse((folder / "made").exists())

    def test_damaged_bytes(self):
        container = bytearray(encrypted(b"x" * 100))
        container[len(container) // 2] ^= 1
        size, out = c.c_size_t(), c.c_void_p()
        for content, expected in ((bytes(container), {"CONTAINER_DAMAGED"}), (b"", {"CONTAINER_DAMAGED"})):
            self.assertIn(code("decrypt_buffer", client, content, c.c_size_t(len(content)), c.byref(out),
                               c.byref(size), None), expected)
            self.assertIsNone(out.value)


class Work(unittest.TestCase):
    def test_buffers(self):
        for content in (b"", b"x", os.urandom(300_000)):
            container = encrypted(content)
            size, out, name = c.c_size_t(), c.c_void_p(), c.c_void_p()
            self.assertEqual("OK", code("decrypt_buffer", client, container, c.c_size_t(len(container)), c.byref(out),
                                        c.byref(size), c.byref(name)))
            self.assertEqual((content, b"note.txt"), (c.string_at(out, size.value), c.string_at(name)))
            lib.omegasafe_free(out)
            lib.omegasafe_free(name)

    def test_files(self):
        place = Path(tempfile.mkdtemp(dir=folder))
        (place / "plain.bin").write_bytes(os.urandom(3 * MIB))
        report = c.POINTER(Report)()
        plain, container = os.fsencode(place / "plain.bin"), os.fsencode(place / "plain.omegasafe")
        self.assertEqual("OK", code("encrypt_file", client, plain, container, key, c.c_uint(0), None, None,
                                    c.byref(report)))
        self.assertEqual((container, 3 * MIB, key), (report.contents.output, report.contents.bytes,
                                                     report.contents.key_uuid))
        lib.omegasafe_free(report)
        again = (client, plain, container, key)
        self.assertEqual("OUTPUT_REFUSED", code("encrypt_file", *again, c.c_uint(0), None, None, None))
        self.assertEqual("OK", code("encrypt_file", *again, c.c_uint(1), None, None, None))
        self.assertEqual("OK", code("verify_file", client, container, None, None, None))
        self.assertEqual("OK", code("decrypt_file", client, container, os.fsencode(place), b"back", c.c_uint(0), None,
                                    None, None))
        self.assertEqual((place / "plain.bin").read_bytes(), (place / "back").read_bytes())
        found = c.POINTER(Inspection)()
        self.assertEqual("OK", code("inspect", container, None, c.byref(found)))
        self.assertEqual((key, 2, 0), (found.contents.key_uuid, found.contents.entry_count,
                                       found.contents.password_protected))
        self.assertGreater(found.contents.encrypted_length, 3 * MIB)
        lib.omegasafe_free(found)

    def test_a_client_closed_under_a_call(self):
        other, codes = opened(), []
        file = folder / "large"
        file.write_bytes(b"x" * (8 * MIB))

        def work():
            codes.append(code("encrypt_file", other, os.fsencode(file), os.fsencode(folder / "large.omegasafe"), key,
                              c.c_uint(0), started, None, None))

        running, ended = threading.Event(), threading.Event()

        @Progress
        def started(_user, _done, _total):
            running.set()
            time.sleep(0.5)  # the call cannot return before this does
            ended.set()
            return 0

        thread = threading.Thread(target=work)
        thread.start()
        running.wait(60)
        self.assertEqual("OK", code("close", other))
        self.assertTrue(ended.is_set())
        thread.join()
        self.assertEqual(["OK"], codes)
        self.assertEqual("OK", code("verify_file", client, os.fsencode(folder / "large.omegasafe"), None, None, None))


class Callbacks(unittest.TestCase):
    def setUp(self):
        self.place = Path(tempfile.mkdtemp(dir=folder))

    def test_progress_that_stops_leaves_nothing_behind(self):
        (self.place / "plain").touch()
        os.truncate(self.place / "plain", 200 * MIB)  # still at work when the callback has said stop

        @Progress
        def stop(_user, done, total):
            self.assertLessEqual(done, total)
            return 1

        self.assertEqual("ABORTED", code("encrypt_file", client, os.fsencode(self.place / "plain"),
                                         os.fsencode(self.place / "made"), key, c.c_uint(0), stop, None, None))
        self.assertEqual(["plain"], os.listdir(self.place))

    def test_a_password_callback_that_has_none(self):
        none = Password(lambda *_: 1)  # must live as long as the client
        other = opened(none)
        self.assertEqual("PASSWORD_MISSING", code("list_keys", other, None))
        self.assertEqual("OK", code("close", other))

    def test_the_log_is_heard_until_it_is_not(self):
        heard = []
        listener = Log(lambda _user, level, sentence: heard.append((level, sentence)))
        self.assertEqual("OK", code("set_log", listener, None, 0))
        encrypted(b"x")
        self.assertEqual("OK", code("set_log", None, None, 0))
        count = len(heard)
        self.assertGreater(count, 0)
        encrypted(b"x")
        self.assertEqual(count, len(heard))
        self.assertFalse(any(PASSWORD in sentence or b"\n" in sentence for _, sentence in heard))


if __name__ == "__main__":
    unittest.main(verbosity=2)
