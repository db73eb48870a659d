#!/usr/bin/python3
"""Checks docs/openapi.yaml. Usage: lint_openapi.py [FILE] prints one line a finding and ends with 1 when there is any;
lint_openapi.py --self-test shows each rule failing on a small broken document."""
import copy
import pathlib
import re
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = {"get", "put", "post", "delete", "patch", "options", "head", "trace"}
SNAKE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
PASCAL = re.compile(r"^[A-Z][A-Za-z0-9]*$")
HTTP_FIELD = re.compile(r"^[A-Za-z][A-Za-z0-9-]*$")  # names of headers, also where JSON carries them

# What each kind of object may and must have: the parts of OpenAPI 3.1 that this document uses.
FIELDS = {
    "document": ({"openapi", "info", "paths"}, {"servers", "tags", "security", "components"}),
    "operation": ({"operationId", "responses", "summary", "tags"}, {"description", "parameters", "requestBody", "security"}),
    "parameter": ({"name", "in", "description", "schema"}, {"required", "example"}),
    "response": ({"description"}, {"headers", "content"}),
    "request_body": ({"content"}, {"description", "required"}),
    "media_type": ({"schema"}, {"example"}),
    "header": ({"description", "schema"}, {"required"}),
}


def pairs(value, path=""):
    """Every mapping and list item inside, with its path."""
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from pairs(child, f"{path}/{name}")


def resolve(document, value):
    """A value, or what its $ref leads to; None when that does not exist."""
    seen = 0
    while isinstance(value, dict) and "$ref" in value and seen < 32:
        target = document
        for part in str(value["$ref"]).removeprefix("#/").split("/"):
            target = target.get(part) if isinstance(target, dict) else None
        value, seen = target, seen + 1
    return value


def operations(document):
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def parameters(document, operation):
    return [resolve(document, parameter) or {} for parameter in operation.get("parameters", [])]


def parts(document):
    """(kind, path, object) of everything that has a kind in FIELDS, references followed once by their component."""
    yield "document", "", document
    for path, method, operation in operations(document):
        here = f"{method} {path}"
        yield "operation", here, operation
        for parameter in operation.get("parameters", []):
            if "$ref" not in parameter:
                yield "parameter", here, parameter
        if "requestBody" in operation:
            yield "request_body", here, operation["requestBody"]
            yield from media(operation["requestBody"], here)
        for status, response in operation.get("responses", {}).items():
            if "$ref" not in response:
                yield "response", f"{here} {status}", response
                yield from media(response, f"{here} {status}")
    components = document.get("components", {})
    for name, parameter in components.get("parameters", {}).items():
        yield "parameter", f"components/parameters/{name}", parameter
    for name, header in components.get("headers", {}).items():
        yield "header", f"components/headers/{name}", header
    for name, response in components.get("responses", {}).items():
        yield "response", f"components/responses/{name}", response
        yield from media(response, f"components/responses/{name}")


def media(holder, here):
    for kind, content in holder.get("content", {}).items():
        yield "media_type", f"{here} {kind}", content


def schemas(document):
    """(path, schema) of every schema that stands on its own."""
    for kind, here, part in parts(document):
        if "schema" in FIELDS.get(kind, ((), ()))[0] and "schema" in part:
            yield here, part["schema"]
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield f"components/schemas/{name}", schema


def structure(document):
    """Every object has the fields that OpenAPI wants there, and no others but extensions."""
    if not re.fullmatch(r"3\.1\.\d+", str(document.get("openapi"))):
        yield "openapi: the version must be 3.1"
    for kind, here, part in parts(document):
        needed, allowed = FIELDS[kind]
        for field in sorted(needed - set(part)):
            yield f"{here}: {kind} without {field}"
        for field in sorted(set(part) - needed - allowed):
            if not field.startswith("x-"):
                yield f"{here}: {kind} with unknown {field}"
        if kind == "parameter" and part.get("in") not in ("query", "header", "path"):
            yield f"{here}: parameter in {part.get('in')}"
    tags = {tag["name"] for tag in document.get("tags", [])}
    for path, method, operation in operations(document):
        for tag in set(operation.get("tags", [])) - tags:
            yield f"{method} {path}: tag {tag} is not described"
        for status in operation.get("responses", {}):
            if not (isinstance(status, str) and re.fullmatch(r"[1-5]\d\d", status)):
                yield f"{method} {path}: {status!r} is no status in quotes"


def operation_ids(document):
    """Every operation has a name of its own."""
    seen = set()
    for path, method, operation in operations(document):
        name = operation.get("operationId")
        if name in seen:
            yield f"{method} {path}: operationId {name} is taken"
        seen.add(name)


def references(document):
    """Every $ref leads somewhere inside the document."""
    for path, value in pairs(document):
        if isinstance(value, dict) and "$ref" in value:
            if not str(value["$ref"]).startswith("#/") or resolve(document, value) is None:
                yield f"{path}: {value['$ref']} leads nowhere"


def path_parameters(document):
    """What stands in braces in a path is declared by each of its operations, and nothing else is."""
    for path, method, operation in operations(document):
        in_path = set(re.findall(r"\{(\w+)\}", path))
        declared = {p.get("name") for p in parameters(document, operation) if p.get("in") == "path"}
        for name in sorted(in_path ^ declared):
            yield f"{method} {path}: path parameter {name} is not both in the path and declared"
        for parameter in parameters(document, operation):
            if parameter.get("in") == "path" and parameter.get("required") is not True:
                yield f"{method} {path}: path parameter {parameter.get('name')} must be required"


def statuses(document):
    """Every operation documents success and the refusals that reach it."""
    for path, method, operation in operations(document):
        found = set(operation.get("responses", {}))
        needed = {"431", "500"} | (set() if operation.get("x-not-limited") else {"429", "503"})
        security = operation.get("security", document.get("security", []))
        if any("bearer" == resolve_scheme(document, name).get("scheme") for choice in security for name in choice):
            needed.add("401")
        names = {p.get("name", "") for p in parameters(document, operation)}
        body = operation.get("requestBody", {}).get("content", {})
        if operation.get("parameters") or body:
            needed.add("400")
        for content in body.values():
            names |= set((resolve(document, content.get("schema")) or {}).get("properties", {}))
        if any(name.endswith("_uuid") for name in names):
            needed.add("404")
        if body:
            needed |= {"408", "411", "413"} | ({"415"} if "application/json" in body else set())
        if not any(status.startswith("2") for status in found):
            yield f"{method} {path}: no success"
        for status in sorted(needed - found):
            yield f"{method} {path}: no {status}"


def resolve_scheme(document, name):
    return document.get("components", {}).get("securitySchemes", {}).get(name, {})


def security(document):
    """Every security scheme that is asked for exists."""
    choices = [("security", choice) for choice in document.get("security", [])]
    for path, method, operation in operations(document):
        choices += [(f"{method} {path}", choice) for choice in operation.get("security", [])]
    for here, choice in choices:
        for name in choice:
            if not resolve_scheme(document, name):
                yield f"{here}: security scheme {name} does not exist"


def valid_schemas(document):
    """Every schema is a JSON Schema of 2020-12, and its pattern compiles."""
    for here, schema in schemas(document):
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            yield f"{here}: no JSON Schema: {error.message}"
        for path, value in pairs(schema):
            if isinstance(value, dict) and isinstance(value.get("pattern"), str):
                try:
                    re.compile(value["pattern"])
                except re.error as error:
                    yield f"{here}{path}: pattern {value['pattern']}: {error}"


def examples(document):
    """Every example is what its schema says, and every JSON body has one."""
    resolver = jsonschema.RefResolver("", document)

    def errors(schema, example, here):
        try:
            for error in jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(example):
                yield f"{here}: example: {'/'.join(map(str, error.absolute_path))}: {error.message}"
        except (jsonschema.RefResolutionError, jsonschema.SchemaError, re.error, jsonschema.exceptions.UnknownType):
            yield f"{here}: example cannot be checked"

    for kind, here, part in parts(document):
        if kind in ("media_type", "parameter") and "example" in part and "schema" in part:
            yield from errors(part["schema"], part["example"], here)
        elif kind == "media_type" and here.endswith("application/json"):
            yield f"{here}: no example"
    for here, schema in schemas(document):
        for path, value in pairs(schema):
            if isinstance(value, dict) and isinstance(value.get("examples"), list):
                for example in value["examples"]:
                    yield from errors(value, example, here + path)


def names(document):
    """snake_case for operations, paths, fields and query parameters; PascalCase for components."""
    for path, method, operation in operations(document):
        for part in re.sub(r"[{}]", "", path).strip("/").split("/"):
            if not SNAKE.match(part):
                yield f"{path}: {part} is not snake_case"
        if not SNAKE.match(str(operation.get("operationId"))):
            yield f"{method} {path}: operationId {operation.get('operationId')} is not snake_case"
    for kind, here, part in parts(document):
        if kind == "parameter":
            form = HTTP_FIELD if part.get("in") == "header" else SNAKE
            if not form.match(str(part.get("name"))):
                yield f"{here}: parameter {part.get('name')}"
    for here, schema in schemas(document):
        form = HTTP_FIELD if here == "components/schemas/UploadHeaders" else SNAKE
        for path, value in pairs(schema):
            if path.endswith("/properties") or path == "/properties":
                for name in value if isinstance(value, dict) else ():
                    if not form.match(str(name)):
                        yield f"{here}{path}: field {name} is not snake_case"
    components = document.get("components", {})
    for kind in ("schemas", "responses", "parameters", "headers"):
        for name in components.get(kind, {}):
            if not PASCAL.match(name):
                yield f"components/{kind}/{name} is not PascalCase"


def closed(document):
    """Every object says which fields it has: additionalProperties false, and required names only known fields."""
    for here, schema in schemas(document):
        for path, value in pairs(schema):
            if not isinstance(value, dict) or value.get("type") != "object":
                continue
            if value.get("additionalProperties") is not False:
                yield f"{here}{path}: an object without additionalProperties: false"
            if "required" not in value:
                yield f"{here}{path}: an object without required"
            for name in set(value.get("required", [])) - set(value.get("properties", {})):
                yield f"{here}{path}: required {name} is no field"
    for path, method, operation in operations(document):
        for status, response in operation.get("responses", {}).items():
            for content in (resolve(document, response) or {}).get("content", {}).values():
                schema = resolve(document, content.get("schema")) or {}
                optional = set(schema.get("properties", {})) - set(schema.get("required", []))
                for name in sorted(optional):
                    yield f"{method} {path} {status}: {name} must be required, null when there is nothing"


def request_ids(document):
    """Every response names its X-Request-Id, and an error code list names only codes of that status."""
    for path, method, operation in operations(document):
        for status, response in operation.get("responses", {}).items():
            if "X-Request-Id" not in (resolve(document, response) or {}).get("headers", {}):
                yield f"{method} {path} {status}: no X-Request-Id"
        for status, codes in operation.get("x-error-codes", {}).items():
            known = set(error_codes(document, operation, status))
            for code in codes:
                if code not in known:
                    yield f"{method} {path} {status}: {code} is no code of this status"


def error_codes(document, operation, status):
    response = resolve(document, operation.get("responses", {}).get(status, {})) or {}
    for _, value in pairs(response.get("content", {}).get("application/json", {}).get("schema", {})):
        if isinstance(value, dict) and "code" in value:
            yield from value["code"].get("enum", [])


def unused(document):
    """Every component is used."""
    used = {value["$ref"] for _, value in pairs(document) if isinstance(value, dict) and "$ref" in value}
    for kind, entries in document.get("components", {}).items():
        for name in entries:
            if kind != "securitySchemes" and f"#/components/{kind}/{name}" not in used:
                yield f"components/{kind}/{name} is not used"
    schemes = {name for _, value in pairs(document) if isinstance(value, dict) and isinstance(value.get("security"), list)
               for choice in value["security"] for name in choice}
    for name in set(document.get("components", {}).get("securitySchemes", {})) - schemes:
        yield f"components/securitySchemes/{name} is not used"


RULES = {rule.__name__: rule for rule in (structure, operation_ids, references, path_parameters, statuses, security,
                                          valid_schemas, examples, names, closed, request_ids, unused)}


def findings(document):
    return {name: list(rule(document)) for name, rule in RULES.items()}


def self_test():
    """Breaks the real document in one place for each rule, and wants that rule to say so."""
    good = load(ROOT / "docs/openapi.yaml")
    view = lambda d: d["paths"]["/keys/view"]["get"]
    create = lambda d: d["paths"]["/keys/create"]["post"]
    body = lambda d: create(d)["requestBody"]["content"]["application/json"]
    parts_of = lambda d: d["components"]
    breaks = [
        ("structure", lambda d: d.update(openapi="3.0.3")),
        ("structure", lambda d: view(d).pop("summary")),
        ("structure", lambda d: view(d).update(sumary="x")),
        ("structure", lambda d: view(d)["responses"].update({200: view(d)["responses"]["200"]})),
        ("structure", lambda d: view(d).update(tags=["nothing"])),
        ("operation_ids", lambda d: view(d).update(operationId="keys_list")),
        ("references", lambda d: view(d)["responses"].update({"404": {"$ref": "#/components/responses/Nothing"}})),
        ("path_parameters", lambda d: d["paths"].update({"/objects/{key_uuid}": d["paths"].pop("/keys/view")})),
        ("path_parameters", lambda d: parts_of(d)["parameters"]["ObjectKey"].update(required=False)),
        ("statuses", lambda d: view(d)["responses"].pop("404")),
        ("statuses", lambda d: view(d)["responses"].pop("401")),
        ("statuses", lambda d: view(d)["responses"].pop("429")),
        ("statuses", lambda d: view(d)["responses"].pop("500")),
        ("statuses", lambda d: view(d)["responses"].pop("200")),
        ("statuses", lambda d: create(d)["responses"].pop("415")),
        ("security", lambda d: view(d).update(security=[{"nothing": []}])),
        ("valid_schemas", lambda d: parts_of(d)["schemas"]["Uuid"].update(type="text")),
        ("valid_schemas", lambda d: parts_of(d)["schemas"]["Uuid"].update(pattern="(")),
        ("examples", lambda d: body(d)["example"].update(key_uuid="X")),
        ("examples", lambda d: body(d).pop("example")),
        ("examples", lambda d: parts_of(d)["schemas"]["Time"].update(examples=["yesterday"])),
        ("names", lambda d: view(d).update(operationId="keysView")),
        ("names", lambda d: d["paths"].update({"/keys/viewOne": d["paths"].pop("/keys/view")})),
        ("names", lambda d: body(d)["schema"]["properties"].update(keyUuid={"type": "string"})),
        ("names", lambda d: parts_of(d)["headers"].update(request_id=parts_of(d)["headers"]["RequestId"])),
        ("closed", lambda d: body(d)["schema"].pop("additionalProperties")),
        ("closed", lambda d: body(d)["schema"]["required"].append("nothing")),
        ("closed", lambda d: parts_of(d)["schemas"]["ClaimedRange"]["required"].remove("replayed")),
        ("request_ids", lambda d: parts_of(d)["responses"]["NotFound"].pop("headers")),
        ("request_ids", lambda d: view(d).update({"x-error-codes": {"404": ["key_exists"]}})),
        ("unused", lambda d: parts_of(d)["schemas"].update(Extra={"type": "string"})),
        ("unused", lambda d: parts_of(d)["securitySchemes"].update(extra={"type": "http", "scheme": "basic"})),
    ]
    failed = [f"the document itself: {line}" for lines in findings(good).values() for line in lines]
    for number, (rule, change) in enumerate(breaks):
        broken = copy.deepcopy(good)
        change(broken)
        if not list(RULES[rule](broken)):
            failed.append(f"break {number}: {rule} said nothing")
    failed += [f"no break for {rule}" for rule in RULES if rule not in {name for name, _ in breaks}]
    return failed


def load(path):
    return yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))


def main():
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        lines = self_test()
    elif len(arguments) <= 1:
        found = findings(load(arguments[0] if arguments else ROOT / "docs/openapi.yaml"))
        lines = [f"{rule}: {line}" for rule, lines in found.items() for line in lines]
    else:
        sys.exit(__doc__)
    print("\n".join(lines) if lines else "nothing found")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
