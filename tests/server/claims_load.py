"""Clients that claim, break their connections at random places and try again under the same Idempotency-Key; and the
account of what they were given. Used by claims_property_test.py, kill_test.py and backup_test.py."""
import collections
import http.client
import json
import random
import socket
import ssl
import threading

from harness import DOCUMENT, HANG, VIOLATIONS, Response, new_uuid

CUTS = ("before sending", "mid-request", "before reading")


class Target:
    """What is claimed from: the Alpha of a key, or its Delta."""

    def __init__(self, key_uuid, delta_uuid=None, seq_number=1, capacity=0):
        self.body = {"key_uuid": key_uuid, **({"delta_uuid": delta_uuid} if delta_uuid else {})}
        self.path = "/claims/delta" if delta_uuid else "/claims/alpha"
        self.begin = (seq_number - 1) * capacity if delta_uuid else 0


class Claim:
    def __init__(self, target, size):
        self.target, self.size = target, size
        self.idempotency_key = new_uuid()
        self.answer = None

    def request(self, api_key):
        body = json.dumps({**self.target.body, "size": self.size}).encode()
        return (f"POST {self.target.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {api_key}\r\n"
                f"Idempotency-Key: {self.idempotency_key}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body


class Connection:
    """Kept open between claims; any failure closes it."""

    def __init__(self, ports, api_key, context, dice):
        self.ports, self.api_key, self.context, self.dice = ports, api_key, context, dice
        self.socket = None

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def open(self):
        if self.socket is None:
            plain = socket.create_connection(("127.0.0.1", self.dice.choice(self.ports)), timeout=HANG)
            try:
                self.socket = self.context.wrap_socket(plain, server_hostname="127.0.0.1")
            except BaseException:
                plain.close()
                raise

    def exchange(self, claim, cut=None):
        """The answer; None when the connection was cut or broke, whoever did it."""
        try:
            self.open()
            request = claim.request(self.api_key)
            if cut == "mid-request":
                self.socket.sendall(request[:self.dice.randrange(1, len(request))])
            elif cut != "before sending":
                self.socket.sendall(request)
            if cut:
                self.close()
                return None
            answer = http.client.HTTPResponse(self.socket, method="POST")
            answer.begin()
            response = Response(answer.status, answer.headers, answer.read())
            if answer.will_close:
                self.close()
        except (OSError, http.client.HTTPException, ssl.SSLError):
            self.close()
            return None
        VIOLATIONS.add(list(DOCUMENT.check("POST", claim.target.path, response.status, response.headers, response.body)))
        return response


class Load:
    """`clients` threads; `claims` each, or until stop() when None. Every claim is in `claims_made`, answered or not."""

    def __init__(self, servers, targets, clients, claims=None, cut_share=0.3, abandoned_share=0.05, seed=None):
        self.seed = random.randrange(2**32) if seed is None else seed
        self.servers, self.targets, self.claims = servers, targets, claims
        self.cut_share, self.abandoned_share = cut_share, abandoned_share
        self.context = ssl.create_default_context(cafile=str(servers[0].certificate))
        self.claims_made, self.refused = [], []
        self.failed_tries = 0
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True) for number in range(clients)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.stopping.set()
        return self.join()

    def join(self):
        for thread in self.threads:
            thread.join(HANG * 4)
            if thread.is_alive():
                raise AssertionError(f"a client hangs (seed {self.seed})")
        return self

    def connection(self, dice):
        return Connection([server.port for server in self.servers], self.servers[0].api_key, self.context, dice)

    def current_targets(self):
        return self.targets() if callable(self.targets) else self.targets

    def run(self, number):
        dice = random.Random(self.seed + number)
        connection = self.connection(dice)
        made = 0
        while not self.stopping.is_set() and (self.claims is None or made < self.claims):
            made += 1
            claim = Claim(dice.choice(self.current_targets()), dice.randrange(1, 2000))
            self.claims_made.append(claim)
            while not self.attempt(connection, claim, dice):
                pass
        connection.close()

    def attempt(self, connection, claim, dice):
        """True when this claim is done with: answered, refused, or given up by a client that went away."""
        cut = dice.choice(CUTS) if dice.random() < self.cut_share else None
        response = connection.exchange(claim, cut)
        if response is None:
            self.failed_tries += 1
            if cut is None:
                self.stopping.wait(0.02)  # the server is away: ask again soon
            return (cut is not None and dice.random() < self.abandoned_share) or (cut is None and self.stopping.is_set())
        return self.take(claim, response)

    def take(self, claim, response):
        if response.status == 200:
            claim.answer = response.json
            return True
        if response.status == 503:
            return False
        self.refused.append((claim, response))
        return True

    def replay_unanswered(self):
        """Every claim whose answer nobody has is asked for once more, as its client would after a restart."""
        dice = random.Random(self.seed)
        connection = self.connection(dice)
        for claim in self.claims_made:
            for _ in range(200):
                if claim.answer is not None or self.is_refused(claim):
                    break
                response = connection.exchange(claim)
                if response is not None:
                    self.take(claim, response)
            else:
                raise AssertionError("a claim gets no answer")
        connection.close()

    def is_refused(self, claim):
        return any(other is claim for other, _ in self.refused)


def account(claims, pointers):
    """What is wrong with the ranges given: `pointers` says for each target how far it is claimed. Lines."""
    ranges = collections.defaultdict(list)
    for claim in claims:
        if claim.answer is not None:
            first, last = (int(claim.answer[f"{end}_global_position"]) for end in ("start", "end"))
            if last - first + 1 != claim.size:
                yield f"asked for {claim.size} positions, got {first}..{last}"
            ranges[claim.target].append((first, last))
    for target, pointer in pointers.items():
        next_free = target.begin
        for first, last in sorted(ranges[target]):
            if first < next_free:
                yield f"{target.body}: {first}..{last} overlaps with what ends before {next_free}"
            elif first > next_free:
                yield f"{target.body}: nobody has {next_free}..{first - 1}"
            next_free = max(next_free, last + 1)
        if next_free != pointer:
            yield f"{target.body}: the ranges end at {next_free}, the pointer is {pointer}"


def pointers_of(client, targets):
    """The server's pointer of each target."""
    found = {}
    for target in targets:
        key_uuid, delta_uuid = target.body["key_uuid"], target.body.get("delta_uuid")
        if delta_uuid is None:
            found[target] = int(client.get("/keys/view", key_uuid=key_uuid).json["key"]["alpha_next_global_position"])
        else:
            deltas = client.get("/deltas/list", key_uuid=key_uuid).json["deltas"]
            found[target] = next(int(d["next_global_position"]) for d in deltas if d["delta_uuid"] == delta_uuid)
    return found
