"""docs/openapi.yaml as a checker of answers: finds the operation of a request, says what is wrong with the answer to it,
and remembers which (operation, status) pairs were seen."""
import json
import pathlib
import re
import threading

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "delete", "patch")
LARGEST_INTEGER = 2**53 - 1


def walk(value, path=()):
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from walk(child, path + (name,))


class Document:
    def __init__(self, path=ROOT / "docs/openapi.yaml"):
        self.text = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.resolver = jsonschema.RefResolver("", self.text)
        self.paths = []
        self.operations = {}
        for path, item in self.text["paths"].items():
            pattern = re.compile("^" + re.sub(r"\\\{\w+\\\}|\{\w+\}", "[^/]+", path) + "$")
            methods = {method.upper(): item[method] for method in METHODS if method in item}
            self.paths.append((path, pattern, methods))
            for method, operation in methods.items():
                self.operations[operation["operationId"]] = (method, path, operation)
        self.validators = {}
        self.seen = set()
        self.lock = threading.Lock()

    def resolve(self, value):
        while "$ref" in value:
            _, value = self.resolver.resolve(value["$ref"])
        return value

    def find(self, method, path):
        """(operation id or None, the responses that may come)."""
        for _, pattern, methods in self.paths:
            if pattern.match(path):
                if method in methods:
                    return methods[method]["operationId"], methods[method]["responses"]
                return None, {"405": self.text["x-unrouted"]["other_method"]}
        return None, {"404": self.text["x-unrouted"]["unknown_path"]}

    def validate(self, schema, value):
        with self.lock:
            validator = self.validators.get(id(schema))
            if validator is None:
                validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
                self.validators[id(schema)] = validator
            for error in validator.iter_errors(value):
                yield f"{'/'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:200]}"

    def check(self, method, path, status, headers, body):
        """What is wrong with this answer, line by line. `headers`: a mapping that ignores case."""
        operation_id, responses = self.find(method, path)
        here = f"{method} {path} {status}"
        response = responses.get(str(status))
        # These come before a route is known.
        for early, name in ((408, "RequestTimeout"), (429, "RateLimited"), (431, "HeaderTooLarge"), (400, "InvalidRequest")):
            if response is None and operation_id is None and status == early:
                response = self.text["components"]["responses"][name]
        if response is None:
            yield f"{here}: the status is not documented; body {body[:200]!r}"
            return
        if operation_id:
            self.seen.add((operation_id, status))
        response = self.resolve(response)
        yield from (f"{here}: {line}" for line in self.check_headers(response, headers))
        content = response.get("content", {})
        kind = (headers.get("Content-Type") or "").split(";")[0].strip()
        if kind not in content:
            yield f"{here}: Content-Type {kind!r} is not documented"
            return
        if kind != "application/json":
            return
        try:
            value = json.loads(body)
        except ValueError:
            yield f"{here}: the body is no JSON: {body[:200]!r}"
            return
        yield from (f"{here}: {line}" for line in self.validate(content[kind]["schema"], value))
        yield from (f"{here}: {line}" for line in self.check_values(value, headers, operation_id, status))

    def check_headers(self, response, headers):
        for name, header in response.get("headers", {}).items():
            header = self.resolve(header)
            text = headers.get(name)
            if text is None:
                if header.get("required"):
                    yield f"no header {name}"
                continue
            schema = self.resolve(header["schema"])
            value = int(text) if schema.get("type") == "integer" and text.isdigit() else text
            for line in self.validate(schema, value):
                yield f"header {name} {text!r}: {line}"

    def check_values(self, value, headers, operation_id, status):
        """What schemas cannot say."""
        for path, inner in walk(value):
            name = str(path[-1]) if path else ""
            if isinstance(inner, str) and ("position" in name) and inner.isdigit() and int(inner) <= LARGEST_INTEGER:
                yield f"{'/'.join(map(str, path))}: {inner} must be an integer, not a string"
        if status >= 400 and isinstance(value, dict) and isinstance(value.get("error"), dict):
            error = value["error"]
            if error.get("request_id") != headers.get("X-Request-Id"):
                yield "request_id is not X-Request-Id"
            if operation_id:
                codes = self.operations[operation_id][2].get("x-error-codes", {}).get(str(status))
                if codes is not None and error.get("code") not in codes:
                    yield f"code {error.get('code')} is not documented for this operation"

    def documented(self):
        for name, (_, _, operation) in self.operations.items():
            for status in operation["responses"]:
                yield name, int(status)


DOCUMENT = Document()
