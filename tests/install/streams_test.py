#!/usr/bin/env python3
"""Streams of the C API from outside: callbacks that give, take, stop and lie. Usage: streams_test.py BUILD_DIR"""

import ctypes as c
import os
import tempfile
import threading
import unittest
from pathlib import Path

import c_api_test as api
from c_api_test import MIB, Progress, Report, code, lib

Read = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t, c.POINTER(c.c_size_t))
Write = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t)
NO_READ, NO_WRITE = c.cast(None, Read), c.cast(None, Write)


def setUpModule():
    place = tempfile.TemporaryDirectory(prefix="omegasafe-streams-")
    unittest.addModuleCleanup(place.cleanup)
    before = os.environ.get("TMPDIR")
    api.setUpModule()  # folder, root, key and client of that module
    os.environ["TMPDIR"] = place.name
    unittest.addModuleCleanup(lambda: os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before))
    unittest.addModuleCleanup(api.tearDownModule)


def reader(content, piece=100_000):
    """Gives `content` in pieces; answers 1 when it is asked after its end."""
    rest, ended = memoryview(content), False

    def read(_user, buffer, capacity, size):
        nonlocal rest, ended
        if ended or size[0] != 0:
            return 1
        part, rest = rest[:min(piece, capacity)], rest[min(piece, capacity):]
        c.memmove(buffer, bytes(part), len(part))
        size[0] = len(part)
        ended = not part
        return 0

    return Read(read)


def writer(out):
    def write(_user, data, size):
        out.append(c.string_at(data, size))
        return 0 if size else 1

    return Write(write)


def encrypted(content, name=b"note.txt"):
    out = []
    assert code("encrypt_stream", api.client, reader(content), writer(out), name, api.key, None, None, None) == "OK"
    return b"".join(out)


class Refused(unittest.TestCase):
    def test_null_pointers(self):
        read, write, report, name = reader(b"x"), writer([]), c.c_void_p(7), c.c_void_p(7)
        for function, *arguments in (
                ("encrypt_stream", None, read, write, b"n", api.key, None, None, c.byref(report)),
                ("encrypt_stream", api.client, NO_READ, write, b"n", api.key, None, None, c.byref(report)),
                ("encrypt_stream", api.client, read, NO_WRITE, b"n", api.key, None, None, c.byref(report)),
                ("encrypt_stream", api.client, read, write, None, api.key, None, None, c.byref(report)),
                ("encrypt_stream", api.client, read, write, b"n", None, None, None, c.byref(report)),
                ("encrypt_stream", api.client, read, write, b"a/b", api.key, None, None, c.byref(report)),
                ("encrypt_stream", api.client, read, write, b"n", b"no uuid", None, None, c.byref(report)),
                ("decrypt_stream", None, read, write, None, None, c.byref(name), c.byref(report)),
                ("decrypt_stream", api.client, NO_READ, write, None, None, c.byref(name), c.byref(report)),
                ("decrypt_stream", api.client, read, NO_WRITE, None, None, c.byref(name), c.byref(report))):
            with self.subTest(function=function, arguments=arguments):
                self.assertEqual("USAGE", code(function, *arguments))
        self.assertEqual((None, None), (report.value, name.value))
        # Nothing was read, and results and error may be unwanted.
        out = []
        self.assertEqual(0, lib.omegasafe_encrypt_stream(api.client, read, writer(out), b"n", api.key, None, None, None,
                                                         None))
        self.assertEqual(0, lib.omegasafe_decrypt_stream(api.client, reader(b"".join(out)), write, None, None, None, None,
                                                         None))

    def test_closed_and_foreign_clients(self):
        other = api.opened()
        self.assertEqual("OK", code("close", other))
        for handle in (other, c.c_void_p(0xDEADBEEF)):
            self.assertEqual("USAGE", code("encrypt_stream", handle, reader(b""), writer([]), b"n", api.key, None, None,
                                           None))
            self.assertEqual("USAGE", code("decrypt_stream", handle, reader(b""), writer([]), None, None, None, None))

    def test_a_read_callback_that_gives_more_than_fits(self):
        @Read
        def boastful(_user, _buffer, capacity, size):
            size[0] = capacity + 1
            return 0

        self.assertEqual("USAGE", code("encrypt_stream", api.client, boastful, writer([]), b"n", api.key, None, None,
                                       None))
        self.assertEqual("USAGE", code("decrypt_stream", api.client, boastful, writer([]), None, None, None, None))


class Work(unittest.TestCase):
    def test_there_and_back(self):
        for content in (b"", b"x", os.urandom(3 * MIB + 1)):
            container, out, report, name = [], [], c.POINTER(Report)(), c.c_void_p()
            self.assertEqual("OK", code("encrypt_stream", api.client, reader(content), writer(container), b"note.txt",
                                        api.key, None, None, c.byref(report)))
            made = report.contents
            self.assertEqual((b"", len(content), api.key, 1), (made.output, made.bytes, made.key_uuid,
                                                               made.delta_sequence))
            self.assertLessEqual(len(content) + 1024, made.positions)
            positions = made.positions
            lib.omegasafe_free(report)
            self.assertEqual("OK", code("decrypt_stream", api.client, reader(b"".join(container)), writer(out), None, None,
                                        c.byref(name), c.byref(report)))
            self.assertEqual((len(content), positions), (report.contents.bytes, report.contents.positions))
            self.assertEqual(b"note.txt", c.string_at(name))
            lib.omegasafe_free(name)
            lib.omegasafe_free(report)
            self.assertEqual(content, b"".join(out))
            self.assertEqual([], os.listdir(os.environ["TMPDIR"]))

    def test_it_is_what_files_and_buffers_are(self):
        content, place = os.urandom(300_000), Path(tempfile.mkdtemp(dir=api.folder))
        (place / "made").write_bytes(encrypted(content))
        self.assertEqual("OK", code("decrypt_file", api.client, os.fsencode(place / "made"), os.fsencode(place), None,
                                    c.c_uint(0), None, None, None))
        self.assertEqual(content, (place / "note.txt").read_bytes())
        out = []
        self.assertEqual("OK", code("decrypt_stream", api.client, reader(api.encrypted(content)), writer(out), None, None,
                                    None, None))
        self.assertEqual(content, b"".join(out))

    def test_what_was_altered_gives_nothing_out(self):
        container, out = bytearray(encrypted(os.urandom(3 * MIB))), []
        container[-2 * MIB] ^= 1
        self.assertEqual("CONTAINER_DAMAGED", code("decrypt_stream", api.client, reader(container), writer(out), None,
                                                   None, None, None))
        self.assertEqual([], out)

    def test_user_is_handed_to_every_callback(self):
        seen = set()

        @Read
        def read(user, _buffer, _capacity, _size):
            seen.add(("read", user))
            return 0

        @Write
        def write(user, _data, _size):
            seen.add(("write", user))
            return 0

        @Progress
        def progress(user, _done, _total):
            seen.add(("progress", user))
            return 0

        self.assertEqual("OK", code("encrypt_stream", api.client, read, write, b"n", api.key, progress, c.c_void_p(42),
                                    None))
        self.assertEqual({("read", 42), ("write", 42), ("progress", 42)}, seen)

    def test_a_client_closed_under_a_call(self):
        other, codes, running, closing = api.opened(), [], threading.Event(), threading.Event()

        @Read
        def read(_user, buffer, _capacity, size):
            if not running.is_set():
                c.memmove(buffer, b"text", 4)
                size[0] = 4
                running.set()
                closing.wait(60)
            return 0

        thread = threading.Thread(target=lambda: codes.append(
            code("encrypt_stream", other, read, writer([]), b"n", api.key, None, None, None)))
        thread.start()
        self.assertTrue(running.wait(60))
        threading.Timer(0.1, closing.set).start()
        self.assertEqual("OK", code("close", other))
        self.assertTrue(closing.is_set())  # it waited for the call
        thread.join()
        self.assertEqual(["OK"], codes)


class Stopped(unittest.TestCase):
    def tearDown(self):
        self.assertEqual([], os.listdir(os.environ["TMPDIR"]))

    def test_by_its_input(self):
        out = []
        for answer in (1, -1):
            stop = Read(lambda *_: answer)
            self.assertEqual("ABORTED", code("encrypt_stream", api.client, stop, writer(out), b"n", api.key, None, None,
                                             None))
            self.assertEqual("ABORTED", code("decrypt_stream", api.client, stop, writer(out), None, None, None, None))
        self.assertEqual([], out)

    def test_by_its_output(self):
        container, stop = encrypted(b"text"), Write(lambda *_: -1)
        self.assertEqual("ABORTED", code("encrypt_stream", api.client, reader(b"text"), stop, b"n", api.key, None, None,
                                         None))
        self.assertEqual("ABORTED", code("decrypt_stream", api.client, reader(container), stop, None, None, None, None))

    def test_by_its_progress(self):
        stopping = threading.Event()

        @Progress
        def stop(_user, _done, _total):
            stopping.set()
            return 1

        @Read
        def endless(_user, buffer, _capacity, size):
            stopping.wait(0.01)
            c.memmove(buffer, b"text", 4)
            size[0] = 4
            return 0

        self.assertEqual("ABORTED", code("encrypt_stream", api.client, endless, writer([]), b"n", api.key, stop, None,
                                         None))


if __name__ == "__main__":
    unittest.main(verbosity=2)
