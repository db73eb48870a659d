#!/usr/bin/python3
"""Checks docs/schemas: they are schemas, take the reference's payloads and refuse everything near them.

payloads.json has the shape and field order of the reference's six examples, which an SFC ECS cannot all produce, and
of the commands for an HTTP ECS that have none there.
"""
import copy
import importlib.machinery
import importlib.util
import json
import pathlib
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PAYLOADS = json.loads((HERE / "payloads.json").read_text())

# What may be null in the reference's field lists, by the last part of the path (list positions left out).
NULLABLE = {
    "list-ecs": {"default_ecs_uuid", "path", "url", "development_mode"},
    "list-keys": {
        "key_name_ecs", "total_key_encryption_capacity_left", "deltas_keys_size_on_disk", "latest_delta_uuid",
        "latest_delta_sequence", "latest_delta_capacity_left", "external_claims_storage_name",
        "external_claims_storage_uuid"},
    "key-storage-limits": {
        "ecs_name", "message", "usage", "used", "limit", "remaining", "percentage", "has_limit"},
    "list-ecs-storages": {
        "ecs_name", "ecs_type", "storage_uuid", "storage_name", "storage_is_internal", "storage_type_name",
        "storage_badge", "note"},
    "view-ecs-storage": {
        "ecs_name", "ecs_type", "name", "provider", "bucket_name", "region", "endpoint_url", "storage_type_id",
        "storage_type_name", "remote_path", "is_internal"},
    "create-http-ecs": set(),
    "delete-ecs-storage": {"warning"},
    "edit-ecs": {"path", "url", "development_mode"},
    "edit-key": {"key_name", "omegasafe_version", "storage_uuid", "message"},
    "share-key": set(),
    "list-invites": {"key_uuid", "invites", "shares"},
    "accept-invite": {"warning", "invite"},
    "revoke-share": {"warning"},
}
NULLABLE["create-ecs-storage"] = NULLABLE["edit-ecs-storage"] = {"warning", "storage"} | (
    NULLABLE["view-ecs-storage"] - {"ecs_name", "ecs_type"})
# In view-key: all of ecs_key_data, the Delta's fields in local_key_data, what is left in the cache and, beyond the
# reference, the cache's ecs_uuid.
NULLABLE["view-key"] = NULLABLE["list-keys"] | set(PAYLOADS["view-key"]["ecs_key_data"]) | {
    "latest_delta_iteration_uuid", "latest_delta_iteration_sequence", "performance_capacity_left",
    "offline_capacity_left"}
NEVER_NULL = {"key_summary/key_uuid", "local_key_data/key_uuid", "local_key_data/key_name",
              "local_key_data/omegasafe_version", "local_cache_data/key_uuid", "invites/0/key_uuid"}


def load_validator():
    loader = importlib.machinery.SourceFileLoader("validate_json", str(HERE.parent / "support/validate-json"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("validate_json", loader))
    loader.exec_module(module)
    return module


VALIDATE = load_validator()


def paths(value, path=()):
    """The path of every value inside."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield path + (name,)
        yield from paths(child, path + (name,))


def at(document, path):
    for part in path:
        document = document[part]
    return document


def changed(document, path, change):
    """A copy in which `change` has worked on the parent of `path`."""
    document = copy.deepcopy(document)
    change(at(document, path[:-1]), path[-1])
    return document


def fields(document):
    """Paths of named fields; the names under uploads, downloads and local_claims_by_reason are free."""
    for path in paths(document):
        if isinstance(path[-1], str) and not {"uploads", "downloads", "local_claims_by_reason"} & set(path[-2:-1]):
            yield path


class Schemas(unittest.TestCase):
    def findings(self, name, document):
        return list(VALIDATE.findings(name, json.dumps(document)))

    def refused(self, name, document, what):
        self.assertTrue(self.findings(name, document), f"{name}: {what} was taken")

    def test_are_schemas(self):
        for path in sorted(VALIDATE.SCHEMAS.glob("*.json")):
            VALIDATE.Ordered.check_schema(json.loads(path.read_text()))

    def test_take_the_payloads_of_the_reference_in_their_order(self):
        for name, payload in PAYLOADS.items():
            self.assertEqual(self.findings(name, payload), [])

    def test_refuse_another_order(self):
        def to_the_end(parent, field):
            parent[field] = parent.pop(field)

        for name, payload in PAYLOADS.items():
            for path in fields(payload):
                if list(at(payload, path[:-1]))[-1] != path[-1]:
                    self.refused(name, changed(payload, path, to_the_end), f"{path} at the end")

    def test_refuse_a_missing_field(self):
        for name, payload in PAYLOADS.items():
            for path in fields(payload):
                self.refused(name, changed(payload, path, dict.pop), f"no {path}")

    def test_refuse_an_unknown_field(self):
        for name, payload in PAYLOADS.items():
            for path in fields(payload):
                self.refused(name, changed(payload, path, lambda parent, _: parent.update(x=1)), f"x beside {path}")

    def test_refuse_another_type(self):
        for name, payload in PAYLOADS.items():
            for path in paths(payload):
                other = {} if not isinstance(at(payload, path), dict) else []
                self.refused(name, changed(payload, path, lambda p, f, v=other: p.update({f: v})
                             if isinstance(p, dict) else p.__setitem__(f, v)), f"{path} = {other}")

    def test_take_null_where_the_reference_has_it_and_nowhere_else(self):
        for name, payload in PAYLOADS.items():
            for path in fields(payload):
                document = changed(payload, path, lambda parent, field: parent.update({field: None}))
                may_be = path[-1] in NULLABLE[name] and "/".join(map(str, path)) not in NEVER_NULL
                may_be = may_be or path == ("local_cache_data", "ecs_uuid")
                self.assertEqual(not self.findings(name, document), may_be, f"{name}: {path} = null")

    def test_refuse_values_out_of_range(self):
        for name, path, value in (
            ("list-ecs", ("schema_version",), 2),
            ("list-ecs", ("default_ecs_uuid",), "0C5D7A10-4D0E-4C6E-9D25-6F1F0A3B7C11"),
            ("list-ecs-storages", ("ecs_type",), "S3"),
            ("list-keys", ("keys", 0, "external_claims_storage_status"), "offline"),
            ("list-keys", ("keys", 0, "alpha_capacity_left", "percent_remaining"), 100.1),
            ("list-keys", ("keys", 0, "alpha_capacity_left", "remaining_bytes"), 2**53),
            ("list-keys", ("keys", 0, "alpha_capacity_left", "remaining_bytes"), "123"),
            ("list-keys", ("keys", 0, "alpha_capacity_left", "remaining_bytes"), -1),
            ("list-keys", ("keys", 0, "latest_delta_sequence"), 0),
            ("view-key", ("local_key_data", "alpha_iteration_sequence"), 1),
            ("view-key", ("deltas", 0, "latest_claimed_global_position"), -2),
            ("view-key", ("ecs_key_data", "billing_exp_datetime"), "1 January 2027"),
            ("view-key", ("local_cache_data", "local_claims_by_reason"), {"other": 1}),
        ):
            self.refused(name, changed(PAYLOADS[name], path, lambda parent, field: parent.update({field: value})),
                         f"{path} = {value}")

    def test_validate_json_refuses_what_is_no_document(self):
        for text in ("", "{", "[1] x", '{"schema_version": 1, "keys": []} omegasafe: info: hello'):
            self.assertTrue(list(VALIDATE.findings("list-keys", text)), text)
        self.assertTrue(list(VALIDATE.findings("no-such-command", "{}")))


if __name__ == "__main__":
    unittest.main()
