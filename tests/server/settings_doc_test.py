#!/usr/bin/python3
"""The table of settings in docs/operating.md has those of server/settings.cpp, in their order, with their variables and the
defaults of server/settings.hpp. Usage: settings_doc_test.py"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Defaults that settings.hpp has not in one word.
COMPOSED = {"listen", "public_url", "base_path", "tls_certificate", "tls_key", "server_key", "database", "internal_storage",
            "latest_cli_version"}
# Members whose names differ from their setting's.
MEMBERS = {"url_seconds": "url_lifetime", "rate_limit_per_key": "rate_per_key", "rate_limit_per_address": "rate_per_address",
           "rate_limit_burst": "burst", "max_connections": "connections",
           "max_connections_per_address": "connections_per_address", "header_timeout_seconds": "header_timeout",
           "body_timeout_seconds": "body_timeout", "idle_timeout_seconds": "idle_timeout", "shutdown_seconds": "shutdown",
           "internal_bucket_name": "name"}


def rows_of_page():
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `(\w+)` \| `(\w+)` \| ([^|]*) \|", page, re.MULTILINE)


def default_of(setting, header):
    member = MEMBERS.get(setting, setting.removeprefix("internal_"))
    found = re.search(rf"\b{member}(?: = |\{{)([^,;}}]+)", header)
    return found[1].strip('"') if found else "empty"


class SettingsTest(unittest.TestCase):
    def test_names(self):
        source = (ROOT / "server/settings.cpp").read_text(encoding="utf-8")
        names = re.findall(r'^\s*\{\{"(\w+)",', source, re.MULTILINE)
        self.assertGreater(len(names), 30)
        self.assertEqual([row[0] for row in rows_of_page()], names)

    def test_variables(self):
        for name, variable, _ in rows_of_page():
            self.assertEqual(variable, name.upper())

    def test_defaults(self):
        header = (ROOT / "server/settings.hpp").read_text(encoding="utf-8")
        for name, _, default in rows_of_page():
            if name not in COMPOSED:
                self.assertEqual(default.strip("`"), default_of(name, header), name)


if __name__ == "__main__":
    unittest.main()
