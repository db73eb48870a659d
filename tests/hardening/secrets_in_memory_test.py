#!/usr/bin/python3
"""Looks through the memory of commands that take a secret: while they run it is in locked memory and nowhere else, and when
they end it is nowhere. Usage: secrets_in_memory_test.py FOLDER_OF_THE_PROGRAMS"""
import ctypes
import json
import os
import pathlib
import pty
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path()
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
TRACEME, CONTINUE, SET_OPTIONS, STOP_AT_EXIT, EXIT_EVENT = 0, 7, 0x4200, 0x40, 6
SECONDS = 120


def a_secret():
    """Longer than what std::string keeps in itself, and found nowhere by chance."""
    return "typed " + secrets.token_hex(12) + " 7"


class Command:
    """A command on a terminal, traced from its first instruction and stopped before its memory goes."""

    def __init__(self, words, environment):
        self.shown, self.stopped, self.code = b"", False, None
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            LIBC.ptrace(TRACEME, 0, None, None)
            os.execve(words[0], words, environment)
        os.waitpid(self.pid, 0)  # at its exec: from here on its memory is what these two read
        self.memory = open(f"/proc/{self.pid}/mem", "rb", buffering=0)
        self.map = open(f"/proc/{self.pid}/smaps", encoding="utf-8", errors="replace")
        LIBC.ptrace(SET_OPTIONS, self.pid, None, STOP_AT_EXIT)
        self.go_on(0)

    def go_on(self, with_signal):
        LIBC.ptrace(CONTINUE, self.pid, None, with_signal)

    def step(self):
        """Takes what is shown and what happened."""
        if select.select([self.terminal], [], [], 0.02)[0]:
            try:
                self.shown += os.read(self.terminal, 65536)
            except OSError:  # nobody has the terminal open any more
                time.sleep(0.02)
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return
        if os.WIFSTOPPED(status):
            if status >> 8 == signal.SIGTRAP | EXIT_EVENT << 8:
                self.stopped = True
            else:
                self.go_on(0 if os.WSTOPSIG(status) == signal.SIGTRAP else os.WSTOPSIG(status))
        else:
            self.code = os.waitstatus_to_exitcode(status)

    def wait_for(self, done):
        end = time.monotonic() + SECONDS
        while not done():
            if time.monotonic() > end or self.code is not None:
                raise AssertionError("the command shows: " + self.shown.decode(errors="replace"))
            self.step()

    def answer(self, question, text):
        self.wait_for(lambda: question.encode() in self.shown)
        self.shown = b""
        os.write(self.terminal, text.encode() + b"\n")

    def regions(self):
        self.map.seek(0)
        first = last = None
        for line in self.map:
            words = line.split()
            if words and "-" in words[0] and not words[0].endswith(":"):
                first, last = (int(address, 16) for address in words[0].split("-"))
                usable = words[1].startswith("rw")
            elif words and words[0] == "VmFlags:" and usable:
                yield first, last, "lo" in words[1:]

    def places(self, needles):
        """Where a needle is, as "locked" and "unlocked"."""
        found = set()
        for first, last, locked in self.regions():
            try:
                self.memory.seek(first)
                content = self.memory.read(last - first)
            except OSError:
                continue
            found |= {("locked" if locked else "unlocked", needle) for needle in needles if needle in content}
        return found

    def end(self):
        self.go_on(0)
        while self.code is None:
            self.step()
        self.memory.close()
        self.map.close()
        os.close(self.terminal)
        return self.code


class MemoryTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.root = self.folder / "root"
        self.root.mkdir(0o700)
        self.config_password, self.layer_password = a_secret(), "layer" + secrets.token_hex(12) + "7"
        self.environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent",
                            "OMEGASAFE_UPDATE_CHECK": "false",
                            "OMEGASAFE_CONFIG_PASSWORD_FILE": self.secret_file("config", self.config_password),
                            "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS_FILE": self.secret_file("layer", self.layer_password)}
        self.kept = {self.config_password.encode(), self.layer_password.encode()}
        self.plain("init", "-s")
        self.plain("create-sfc-ecs", "-n", "local", "-p", str(self.folder / "claims.sfc"), "-y")
        self.plain("create-key", "-k", "some", "-n", "0.1", "-r", "0.1", "-c", "2")
        self.key = json.loads(self.plain("list-keys", "-j"))["keys"][0]["key_uuid"]
        self.ecs = json.loads(self.plain("list-ecs", "-j"))["entries"][0]["ecs_uuid"]

    def secret_file(self, name, secret):
        path = self.folder / (name + ".secret")
        path.write_text(secret + "\n", encoding="ascii")
        path.chmod(0o600)
        return str(path)

    def words(self, command, *rest):
        return [str(PROGRAMS / "omegasafe"), command, "-d", str(self.root), *rest]

    def plain(self, *words):
        done = subprocess.run(self.words(*words), env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def end_of(self, command, typed, code=0):
        """Lets it run to its end, where neither what was typed nor the passwords from files are left."""
        command.wait_for(lambda: command.stopped)
        self.assertEqual(command.places({str(self.root).encode()} - {b""}) & {("unlocked", str(self.root).encode())},
                         {("unlocked", str(self.root).encode())}, "the search finds what is there")
        left = command.places({secret.encode() for secret in typed} | self.kept)
        self.assertEqual(command.end(), code, command.shown.decode(errors="replace"))
        self.assertEqual({place for place in left if place[0] == "unlocked"}, set(), "unlocked at the end")
        self.assertEqual(left, set(), "at the end")

    def only_locked(self, command, question, secret):
        command.wait_for(lambda: question.encode() in command.shown)
        self.assertEqual(command.places({secret.encode()}), {("locked", secret.encode())}, "while it is needed")

    def run_on_terminal(self, words, answers, code=0):
        command = Command(words, self.environment)
        for question, text in answers:
            command.answer(question, text)
        self.end_of(command, [text for _, text in answers if len(text) > 1], code)  # "n" is no secret

    def test_typed_passphrases(self):
        passphrase, exported = a_secret(), str(self.folder / "exported")
        command = Command(self.words("export-key", "-k", self.key, "-o", exported), self.environment)
        command.answer("Passphrase", passphrase)
        self.only_locked(command, "The same again", passphrase)
        command.answer("The same again", passphrase)
        self.end_of(command, [passphrase])
        self.run_on_terminal(self.words("import-key", "-e", self.ecs, "-i", exported), [("Passphrase", passphrase)])
        self.run_on_terminal(self.words("import-key", "-e", self.ecs, "-i", exported), [("Passphrase", a_secret())], 31)

    def test_passwords_of_every_command(self):
        source = self.folder / "file"
        source.write_bytes(os.urandom(100_000))
        for words in (["encrypt", "-i", str(source), "-k", self.key, "-f", "sealed"],
                      ["decrypt", "-i", str(self.folder / "sealed"), "-f", "back"],
                      ["verify", "-i", str(self.folder / "sealed")],
                      ["inspect", "-i", str(self.folder / "sealed")],
                      ["view-key", "-k", self.key],
                      ["set-config", "-f", "5"]):
            with self.subTest(words[0]):
                self.run_on_terminal(self.words(*words), [])
        self.assertEqual((self.folder / "back").read_bytes(), source.read_bytes())

    def test_password_in_config(self):
        del self.environment["OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS_FILE"]
        self.plain("set-config", "-t", self.layer_password)
        source = self.folder / "file"
        source.write_bytes(b"something")
        self.run_on_terminal(self.words("encrypt", "-i", str(source), "-k", self.key), [])

    def test_api_keys(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        data = self.folder / "server"
        server = str(PROGRAMS / "omegasafe-ecs")
        made = subprocess.run([server, "init", "--data-dir", data, "--listen", f"127.0.0.1:{port}", "--email", "o@example.com"],
                              check=True, capture_output=True, text=True).stdout
        api_key = next(line.split()[-1] for line in made.splitlines() if "API key:" in line)
        process = subprocess.Popen([server, "serve", "--data-dir", data], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        process.stdout.readline()
        self.environment["SSL_CERT_FILE"] = str(data / "tls" / "certificate.pem")
        self.run_on_terminal(self.words("create-http-ecs", "-n", "office", "-u", f"localhost:{port}"),
                             [("API key", api_key), ("Development mode", "n")])
        self.kept.add(api_key.encode())
        ecs = next(one["ecs_uuid"] for one in json.loads(self.plain("list-ecs", "-j"))["entries"] if one["ecs_name"] == "office")
        self.run_on_terminal(self.words("list-ecs-storages", "-e", ecs), [])
        self.run_on_terminal(self.words("edit-ecs", "-e", ecs, "-k", "", "-N", "-U"), [("New API key", "ose_" + "x" * 60)], 64)
        self.run_on_terminal(
            self.words("create-ecs-storage", "-e", ecs, "-n", "mine", "-p", "s3", "-b", "some-bucket", "-r", "eu-central-1",
                       "-m", ""),
            [("Access key ID", secrets.token_hex(10)), ("Secret access key", secrets.token_hex(20))], 65)


if __name__ == "__main__":
    unittest.main()
