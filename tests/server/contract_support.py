"""What the contract tests share: requests made from the document's own examples, keys, Deltas and strangers."""
import base64
import hashlib

from harness import DOCUMENT, INTERNAL_STORAGE, ROOT, ContractTest, new_uuid

CAPACITY = 907401035776  # of a MEDIUM key
SMALL_SFC = (ROOT / "tests/golden/sfc_empty.sfc").read_bytes()
DELTA_SFC = (ROOT / "tests/golden/delta_plain.omegadelta").read_bytes()
BELONGS_TO_NOBODY = "e5d9dd43-0a3f-4ad9-93a6-5a3e0d3f5e11"


def md5(content):
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def body_schema(operation):
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return (DOCUMENT.resolve(content["schema"]), content["example"]) if content else (None, None)


def parameters(operation, where):
    found = [DOCUMENT.resolve(parameter) for parameter in operation.get("parameters", [])]
    return [parameter for parameter in found if parameter["in"] == where]


WITH_JSON = [name for name, (_, _, operation) in DOCUMENT.operations.items() if body_schema(operation)[0]]


def example_request(operation_id):
    """(method, path, query, headers, body) that is right in form; what it names does not exist."""
    method, path, operation = DOCUMENT.operations[operation_id]
    query = {p["name"]: p.get("example", "1") for p in parameters(operation, "query") if p.get("required")}
    headers = {p["name"]: new_uuid() for p in parameters(operation, "header")}
    for parameter in parameters(operation, "path"):
        path = path.replace("{" + parameter["name"] + "}", parameter["example"])
    body = dict(body_schema(operation)[1] or {})
    if "endpoint_url" in body:
        body["endpoint_url"] = "https://127.0.0.1:1"  # no test may reach a network
    return method, path, query, headers, body


def send_example(client, operation_id, **more):
    method, path, query, headers, body = example_request(operation_id)
    if operation_id == "objects_put":
        more.setdefault("raw", b"x")
    if "raw" in more or operation_id not in WITH_JSON:
        body = None
    return client.request(method, path, query, body, {**headers, **more.pop("headers", {})}, **more)


class KeysTest(ContractTest):
    """Makes keys and Deltas."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger_account = cls.server.add_user("stranger@example.com")
        cls.stranger = cls.server.client(cls.stranger_account["api_key"])

    def make_key(self, client=None, capacity=CAPACITY, **more):
        key_uuid = new_uuid()
        body = {"key_uuid": key_uuid, "name": "Test-Key", "omegasafe_version": "1.0.0",
                "alpha_global_position_capacity": capacity, **more}
        self.expect((client or self.owner).post("/keys/create", body), 201)
        return key_uuid

    def upload_body(self, key_uuid, seq_number=1, content=DELTA_SFC, capacity=CAPACITY, **more):
        return {"key_uuid": key_uuid, "delta_uuid": new_uuid(), "seq_number": seq_number,
                "start_global_position": as_position((seq_number - 1) * capacity),
                "end_global_position": as_position(seq_number * capacity - 1), "size_bytes": len(content),
                "content_md5": md5(content), **more}

    def ask_upload(self, body, client=None):
        return self.expect((client or self.owner).post("/deltas/upload_url", body), 201).json

    def put(self, upload, content, **headers):
        return self.owner.follow(upload["upload_url"], "PUT", {**upload["headers"], **headers}, content)

    def confirm(self, body, upload, client=None):
        return (client or self.owner).post("/deltas/confirm_upload", {
            "key_uuid": body["key_uuid"], "delta_uuid": body["delta_uuid"],
            "upload_attempt_uuid": upload["upload_attempt_uuid"]})

    def make_delta(self, key_uuid, seq_number=1, content=SMALL_SFC, capacity=CAPACITY, client=None):
        """A registered Delta; gives its UUID."""
        body = self.upload_body(key_uuid, seq_number, content, capacity)
        upload = self.ask_upload(body, client)
        self.expect(self.put(upload, content), 200)
        self.expect(self.confirm(body, upload, client), 201)
        return body["delta_uuid"]

    def same_as_unknown(self, ask):
        """`ask(client, key_uuid)` about a key of others answers exactly like one that does not exist."""
        theirs = self.make_key(self.stranger)
        unknown = new_uuid()
        self.assert_alike(ask(self.owner, theirs), ask(self.owner, unknown), theirs, unknown)

    def assert_alike(self, first, second, first_uuid, second_uuid):
        """Both 404, and equal but for the request ids and the UUIDs that were asked for."""
        self.assertEqual((first.status, second.status), (404, 404), (first, second))
        one, two = first.json["error"], second.json["error"]
        self.assertNotEqual(one.pop("request_id"), two.pop("request_id"))
        one["message"] = one["message"].replace(first_uuid, "UUID")
        two["message"] = two["message"].replace(second_uuid, "UUID")
        self.assertEqual(one, two)
        self.assertEqual(sorted(first.headers.keys()), sorted(second.headers.keys()))


def as_position(number):
    return number if number < 2**53 else str(number)


__all__ = ["BELONGS_TO_NOBODY", "CAPACITY", "DELTA_SFC", "DOCUMENT", "INTERNAL_STORAGE", "ContractTest", "KeysTest", "SMALL_SFC",
           "WITH_JSON", "as_position", "body_schema", "example_request", "md5", "new_uuid", "parameters", "send_example"]
