"""Runs omegasafe-ecs in a temporary folder for the tests of this folder, and talks to it with a client that holds every
answer against docs/openapi.yaml.

The binary: OMEGASAFE_ECS_BINARY, or the option --binary FILE of every test program.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid

from openapi import DOCUMENT, ROOT

HANG = 60  # seconds after which something hangs: never a measure of speed
INTERNAL_STORAGE = "64753caf-2d47-4558-8933-9691b58f9b09"
GENEROUS = {"RATE_LIMIT_PER_KEY": "0", "RATE_LIMIT_PER_ADDRESS": "0", "UPLOADS_DAILY": "0", "UPLOADS_MONTHLY": "0",
            "UPLOADS_STORED": "0", "DOWNLOADS_DAILY": "0", "DOWNLOADS_MONTHLY": "0"}


def binary():
    if "--binary" in sys.argv:
        at = sys.argv.index("--binary")
        os.environ["OMEGASAFE_ECS_BINARY"] = sys.argv[at + 1]
        del sys.argv[at:at + 2]
    found = os.environ.get("OMEGASAFE_ECS_BINARY")
    if not found or not os.access(found, os.X_OK):
        sys.exit("name the server's binary by OMEGASAFE_ECS_BINARY or --binary FILE")
    return found


def new_uuid():
    return str(uuid.uuid4())


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(condition, what):
    """Until the condition holds; a generous deadline guards against hangs only."""
    deadline = time.monotonic() + HANG
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {HANG} s in vain: {what}")
        time.sleep(0.02)


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]

    @property
    def details(self):
        return self.json["error"]["details"]

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Violations:
    """What answers had wrong; a test fails for those that came while it ran (ContractTest)."""

    def __init__(self):
        self.lines = []

    def add(self, lines):
        self.lines += lines


VIOLATIONS = Violations()


class Client:
    """One connection, one API key. Not for several threads at once."""

    def __init__(self, server, api_key=None, checked=True):
        self.server, self.api_key, self.checked = server, api_key, checked
        self.connection = None

    def connect(self):
        self.close()
        self.connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=HANG,
                                                      context=self.server.tls_context())
        self.connection.connect()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def request(self, method, path, query=None, body=None, headers=None, raw=None, api_key=None):
        """`body`: an object that is sent as JSON. `raw`: bytes that are sent as they are. `api_key`: "" for none."""
        head = dict(headers or {})
        key = self.api_key if api_key is None else api_key
        if key and "Authorization" not in head:
            head["Authorization"] = f"Bearer {key}"
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None and "Content-Type" not in head:
            head["Content-Type"] = "application/json"
        head = {name: value for name, value in head.items() if value is not None}
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        reused = self.connection is not None and self.connection.sock is not None
        if not reused:
            self.connect()
        try:
            response = self.exchange(method, target, raw, head)
        except (ConnectionError, ssl.SSLEOFError):
            if not reused:
                raise
            self.connect()  # the server had closed the idle connection
            response = self.exchange(method, target, raw, head)
        except BaseException:
            self.close()
            raise
        if self.checked:
            self.check(method, path.split("?")[0], response)
        return response

    def exchange(self, method, target, raw, head):
        try:
            self.connection.request(method, target, raw, head)
            answer = self.connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException):
            self.close()  # half-used: of no use to the next request
            raise

    def check(self, method, path, response):
        path = path.removeprefix(self.server.base_path)
        VIOLATIONS.add(list(DOCUMENT.check(method, path, response.status, response.headers, response.body)))

    def get(self, path, **query):
        return self.request("GET", path, query)

    def delete(self, path, **query):
        return self.request("DELETE", path, query)

    def post(self, path, body, **more):
        return self.request("POST", path, body=body, **more)

    def patch(self, path, body, **more):
        return self.request("PATCH", path, body=body, **more)

    def claim(self, kind, body, idempotency_key=None):
        return self.post(f"/claims/{kind}", body, headers={"Idempotency-Key": idempotency_key or new_uuid()})

    def follow(self, url, method, headers=None, raw=None):
        """A signed URL of the server itself."""
        parts = urllib.parse.urlsplit(url)
        if parts.port != self.server.port:
            VIOLATIONS.add([f"signed URL {parts.scheme}://{parts.netloc} is not this server's, port {self.server.port}"])
        target = parts.path + ("?" + parts.query if parts.query else "")
        return self.request(method, target, headers={"Content-Type": None, **(headers or {})}, raw=raw, api_key="")


class Server:
    """A server with a data folder of its own; `settings` by their names in capitals."""

    def __init__(self, settings=None, folder=None, email="owner@example.com"):
        self.binary = binary()
        self.owned = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="omegasafe-ecs-test-"))
        self.data_dir = self.folder / "data"
        self.settings = {**GENEROUS, **(settings or {})}
        self.base_path = self.settings.get("BASE_PATH", "")
        self.port = free_port()
        self.process = None
        self.contexts = threading.local()
        self.log_path = self.folder / f"server-{self.port}.log"
        made = self.run("init", "--listen", f"127.0.0.1:{self.port}", "--email", email)
        self.api_key, self.user_uuid, self.email = made["api_key"], made["user_uuid"], made["email"]
        self.certificate = made["certificate"]
        self.made = made

    def environment(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OMEGASAFE_ECS_")}
        return {**clean, **{f"OMEGASAFE_ECS_{name}": str(value) for name, value in self.settings.items()}}

    def run(self, *arguments):
        """A subcommand that ends; gives its JSON."""
        command = [self.binary, *arguments, "--data-dir", str(self.data_dir), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, env=self.environment(), check=False)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def start(self, port=None):
        environment = self.environment()
        if port is not None:
            environment["OMEGASAFE_ECS_LISTEN"] = f"127.0.0.1:{port}"
            self.port = port
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen([self.binary, "serve", "--data-dir", str(self.data_dir)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=log, env=environment)
        ready = threading.Event()
        self.first_lines = []

        def read(pipe):
            for line in pipe:
                self.first_lines.append(line.decode(errors="replace").rstrip())
                log.write(line)
                log.flush()
                if line.startswith(b"listening on "):
                    ready.set()
            ready.set()
            pipe.close()
            log.close()

        threading.Thread(target=read, args=(self.process.stdout,), daemon=True).start()
        if not ready.wait(HANG) or f"listening on 127.0.0.1:{self.port}" not in self.first_lines:
            raise AssertionError(f"the server does not listen: {self.first_lines}\n{self.log()[-2000:]}")
        return self

    def beside(self):
        """Another process on the same data, on a port of its own."""
        other = object.__new__(Server)
        other.__dict__.update(self.__dict__, owned=False, process=None, contexts=threading.local())
        port = free_port()
        other.log_path = self.folder / f"server-{port}.log"
        return other.start(port)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(HANG)

    def stop(self):
        """Ends the server as an operator does; gives its exit code."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(HANG)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the server did not end on SIGTERM") from None
        return self.process.returncode if self.process else None

    def close(self):
        """Nothing is kept, so nothing has to end well (ShutdownTest and stop() do)."""
        if self.process and self.process.poll() is None:
            self.kill()
        if self.owned:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self if self.process else self.start()

    def __exit__(self, *_):
        self.close()

    def tls_context(self):
        """Trusts this server's certificate and nothing else."""
        if not hasattr(self.contexts, "value"):
            self.contexts.value = ssl.create_default_context(cafile=str(self.certificate))
        return self.contexts.value

    def client(self, api_key=None, **more):
        return Client(self, self.api_key if api_key is None else api_key, **more)

    def anonymous(self):
        return Client(self, "")

    def add_user(self, email, name="Test user"):
        return self.run("user", "add", "--email", email, "--name", name)

    def open_socket(self):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=HANG)
        return self.tls_context().wrap_socket(plain, server_hostname="127.0.0.1")

    def raw(self, request, method, path):
        """Bytes as they are on a connection of their own; the checked answer, or None when there is none."""
        with self.open_socket() as connection:
            connection.sendall(request)
            return self.read_answer(connection, method, path)

    def read_answer(self, connection, method, path):
        answer = http.client.HTTPResponse(connection, method=method)
        try:
            answer.begin()
            response = Response(answer.status, answer.headers, answer.read())
        except (http.client.HTTPException, ConnectionError):
            return None
        Client(self).check(method, path, response)
        return response


class Postgres:
    """A cluster for tests: the one in OMEGASAFE_TEST_POSTGRES_DIR, or one that lives as long as this object."""

    SCRIPT = ROOT / "tests/support/postgres"

    def __init__(self):
        self.shared = os.environ.get("OMEGASAFE_TEST_POSTGRES_DIR")
        self.folder = self.shared or tempfile.mkdtemp(prefix="omegasafe-postgres-")
        done = subprocess.run([self.SCRIPT, self.folder, "start"], stdout=subprocess.PIPE, text=True, check=True,
                              timeout=HANG * 2)
        self.conninfo = done.stdout.strip().splitlines()[-1]

    def new_database(self):
        """The conninfo of a fresh, empty database."""
        name = "test_" + uuid.uuid4().hex
        subprocess.run(["psql", "--no-psqlrc", "--quiet", "-d", self.conninfo, "-c", f"CREATE DATABASE {name}"],
                       check=True, timeout=HANG, stdout=subprocess.DEVNULL)
        return re.sub(r"\bdbname=\S+", "", self.conninfo).strip() + f" dbname={name}"

    def close(self):
        if not self.shared:
            subprocess.run([self.SCRIPT, self.folder, "stop"], check=False, timeout=HANG, stdout=subprocess.DEVNULL)
            shutil.rmtree(self.folder, ignore_errors=True)


def database_settings(mode):
    """(settings, what to close at the end) for sqlite or postgresql."""
    if mode == "postgresql":
        cluster = Postgres()
        return {"DATABASE": "postgresql:" + cluster.new_database()}, cluster
    if mode != "sqlite":
        sys.exit("name a mode: sqlite or postgresql")
    return {}, None


class ContractTest(unittest.TestCase):
    """A test whose answers must fit the document; `settings` and a server for each class."""

    settings = {}
    server = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.settings)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.owner = cls.server.client()

    def setUp(self):
        self.before = len(VIOLATIONS.lines)

    def tearDown(self):
        if len(VIOLATIONS.lines) > self.before:
            self.fail("answers that do not fit docs/openapi.yaml:\n" + "\n".join(VIOLATIONS.lines[self.before:]))

    def expect(self, response, status, code=None):
        self.assertEqual(response.status, status, response)
        if code:
            self.assertEqual(response.code, code, response)
        return response
