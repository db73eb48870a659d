#!/usr/bin/env python3
"""Each check of check_tree.py passes a good tree and finds what is wrong with a bad one."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import check_tree  # noqa: E402

RULES = [f"{letter}{n}" for letter, last in check_tree.RULES.items() for n in range(1, last + 1)]
RULE_TESTS = f'TEST_CASE_METHOD(fixture, "{", ".join(RULES)}: all at once") {{}}\n'

GOOD = {
    "CMakeLists.txt": "omegasafe_library(c crypto)\nomegasafe_library(s storage)\nomegasafe_library(a actors)\nadd_library(m messages/limits.cpp)\n",
    "tests/CMakeLists.txt": "add_library(test_main main.cpp)\nomegasafe_test(unit_crypto unit/crypto c)\n"
    "omegasafe_test(e2e e2e c)\n",
    "crypto/a.hpp": "// Something.\n#pragma once\n#include <string>\n",
    "crypto/a.cpp": '#include "crypto/a.hpp"\n',
    "messages/limits.hpp": "// Errors.\n#pragma once\n",
    "messages/actors.hpp": '// Actors.\n#pragma once\n#include "crypto/a.hpp"\n',
    "messages/limits.cpp": '#include "messages/limits.hpp"\n',
    "storage/files/b.cpp": '#include "crypto/a.hpp"\n#include "messages/limits.hpp"\n',
    "actors/runtime.hpp": "// For whoever is no actor.\n#pragma once\n",
    "actors/runtime.cpp": '#include "actors/runtime.hpp"\n',
    "tests/main.cpp": "\n",
    "tests/unit/crypto/a_test.cpp": '#include "crypto/a.hpp"\n',
    "tests/e2e/rules_test.cpp": 'TEST_CASE("it works") {}\n' + RULE_TESTS,
    "docs/security.md": "A page.\n\n## Claims and their tests\n\n| claim | test |\n| --- | --- |\n| so | tests/e2e/rules_test.cpp |\n",
    "docs/conformance.md": '| section | `"it works"`, tests/e2e |\n',
    "cmake/FindOther.cmake": "find_path(OTHER_INCLUDE_DIR NAMES other.h)\nfind_library(OTHER NAMES other REQUIRED) # other\n",
    "bench/CMakeLists.txt": "find_package(Boost 1.74 REQUIRED)\npkg_check_modules(XX REQUIRED IMPORTED_TARGET libxx)\n",
    "docs/third-party.md": "| CMake looks for | |\n| `Boost` | x |\n| `libxx`, `other` | |\n| `other.h` and more | `x.cpp` |\n",
    "build/release/ignored.cpp": "// " + "TO" + "DO\n",
}


class CheckTree(unittest.TestCase):
    def findings(self, check, changes):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in {**GOOD, **changes}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(check_tree.CHECKS[check](root))

    def expect(self, check, part, name, text):
        found = self.findings(check, {name: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(name, found[0])
        self.assertIn(part, found[0])

    def test_a_good_tree_passes(self):
        for check in check_tree.CHECKS:
            self.assertEqual(self.findings(check, {}), [], check)

    def test_includes(self):
        self.expect("includes", "must not include", "crypto/bad.cpp", '#include "messages/limits.hpp"\n')
        self.expect("includes", "must not include", "messages/bad.hpp", '// x\n#include "storage/files/b.cpp"\n')
        self.expect("includes", "must not include", "storage/files/bad.cpp", '#include "messages/actors.hpp"\n')
        self.expect("includes", ":2:", "storage/files/bad.cpp", '\n  # include "messages/actors.hpp"\n')
        self.expect("includes", "must not use", "actors/bad.cpp", '#include "actors/runtime.hpp"\n')
        self.expect("includes", "not a file", "storage/files/bad.cpp", '#include "b.hpp"\n')
        self.expect("includes", "<caf/all.hpp>", "storage/files/bad.cpp", "#include <caf/all.hpp>\n")
        self.expect("includes", "<fstream>", "crypto/bad.cpp", "#include <fstream>\n")
        rooms = {"storage/tree/t.hpp": "// x\n", "storage/records/bad.cpp": '#include "storage/tree/t.hpp"\n'}
        self.assertEqual(len(self.findings("includes", rooms)), 1)
        network = {"net/n.hpp": "// x\n", "storage/tree/bad.cpp": '#include "net/n.hpp"\n'}
        self.assertEqual(len(self.findings("includes", network)), 1)
        self.expect("includes", "no such room", "storage/bad.cpp", "\n")
        public = {"include/omegasafe/o.h": "// x\n", "engine/e.cpp": '#include "omegasafe/o.h"\n'}
        self.assertEqual(self.findings("includes", public), [])
        public["ecs/bad.cpp"] = '#include "omegasafe/o.h"\n'
        self.assertEqual(len(self.findings("includes", public)), 1)
        beside_the_library = {"messages/messages.hpp": "// x\n",
                              "cli/bad.cpp": '#include "messages/messages.hpp"\n#include <caf/all.hpp>\n'}
        self.assertEqual(len(self.findings("includes", beside_the_library)), 2)
        other_program = {"cli/x.hpp": "// x\n", "server/api/bad.cpp": '#include "cli/x.hpp"\n'}
        self.assertEqual(len(self.findings("includes", other_program)), 1)

    def test_includes_in_angle_brackets(self):
        """They are judged as those in quotation marks are; what opens the library is for its users alone."""
        opening = ("client.hpp", "config.hpp", "omegasafe.hpp", "omegasafe.h")
        for name in (*opening, "types.hpp"):
            for room in ("crypto", "messages", "storage/files", "net", "wire", "ecs", "actors", "server/api", "engine", "cli"):
                public = {f"include/omegasafe/{name}": "// x\n", f"{room}/x.cpp": f"#include <omegasafe/{name}>\n"}
                bad = name in opening and room not in ("engine", "cli")
                self.assertEqual(len(self.findings("includes", public)), bad, public)
        upward = {"engine/e.hpp": "// x\n", "wire/bad.cpp": "#include <engine/e.hpp>\n"}
        self.assertEqual(len(self.findings("includes", upward)), 1)
        words = {"include/omegasafe/client.hpp": "// x\n", "include/omegasafe/types.hpp": "// x\n#include <omegasafe/client.hpp>\n"}
        self.assertEqual(len(self.findings("includes", words)), 1)
        program = {"include/omegasafe/client.hpp": "// x\n", "examples/cpp/e.cpp": "#include <omegasafe/client.hpp>\n"}
        self.assertEqual(self.findings("includes", program), [])

    def test_includes_of_the_server(self):
        """Each arrow of its rooms turned round, and what it must not take of the client's side."""
        rooms = ["store", "auth", "objects", "api", "commands"]
        for low, high in zip(rooms, rooms[1:]):
            upward = {f"server/{high}/h.hpp": "// x\n", f"server/{low}/bad.cpp": f'#include "server/{high}/h.hpp"\n'}
            self.assertEqual(len(self.findings("includes", upward)), 1, upward)
            downward = {f"server/{low}/l.hpp": "// x\n", f"server/{high}/good.cpp": f'#include "server/{low}/l.hpp"\n'}
            self.assertEqual(self.findings("includes", downward), [])
        for target in ("storage/container/cbor.hpp", "storage/records/r.hpp", "ecs/e.hpp", "actors/a.hpp", "server/api/a.hpp"):
            bad = {target: "// x\n", "server/http/bad.cpp": f'#include "{target}"\n'}
            self.assertEqual(len(self.findings("includes", bad)), 1, target)
        wire = {"wire/w.hpp": "// x\n", "storage/files/bad.cpp": '#include "wire/w.hpp"\n'}
        self.assertEqual(len(self.findings("includes", wire)), 1)
        self.expect("includes", "must not include", "wire/bad.cpp", '#include "storage/files/b.cpp"\n')
        self.expect("includes", "no such room", "server/new/bad.cpp", "\n")

    def test_head_comments(self):
        self.expect("head_comments", "comment", "crypto/bad.hpp", "#pragma once\n")
        self.expect("head_comments", "comment", "crypto/bad.hpp", "")

    def test_marks(self):
        for mark in ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"):
            self.expect("marks", ":2:", "docs/bad.md", f"\nsomething ({mark}: more)\n")
        self.assertEqual(self.findings("marks", {"a.cpp": "mkdtemp XXXXXX\n"}), [])

    def test_test_names(self):
        for name in ("one; two", "--json alone", "[tag] first", "ends blank "):
            self.expect("test_names", "cannot run", "tests/unit/x_test.cpp", f'TEST_CASE("{name}") {{\n')
        self.assertEqual(self.findings("test_names", {"tests/x.cpp": 'TEST_CASE_METHOD(f, "a, b --c") {\n'}), [])

    def test_lengths(self):
        self.expect("lengths", "501 lines", "crypto/bad.cpp", "\n" * 501)
        self.assertEqual(self.findings("lengths", {"crypto/long.cpp": "\n" * 500}), [])

    def test_targets(self):
        for name in ("tests/unit/forgotten/x_test.cpp", "tests/unit/x_test.cpp", "messages/bad.cpp", "other/x.cpp"):
            self.expect("targets", "no target", name, "\n")

    def test_links(self):
        self.expect("links", "missing.md", "docs/bad.md", "\n[gone](missing.md#part)\n")
        good = "[code](../crypto/a.hpp) [part](#here) [site](https://example.org/x)\n"
        self.assertEqual(self.findings("links", {"docs/good.md": good}), [])

    def test_named_tests(self):
        self.expect("named_tests", 'no test "it worked"', "docs/conformance.md", '\n| a | `"it worked"` |\n')
        self.expect("named_tests", "no tests/e2e/gone.cpp", "docs/security.md", "\nas tests/e2e/gone.cpp shows\n")
        claim = "\n## Claims and their tests\n\n| claim | test |\n| --- | --- |\n| all is well | we hope |\n"
        self.expect("named_tests", 'no test for "all is well"', "docs/security.md", claim)

    def test_conformance(self):
        without = 'TEST_CASE("it works") {}\n' + RULE_TESTS.replace("M12, ", "")
        found = self.findings("conformance", {"tests/e2e/rules_test.cpp": without})
        self.assertEqual(found, ["no test has M12 in its name"])

    def test_third_party(self):
        for call, name in (
            ("find_package(New 3)", "New"),
            ("pkg_check_modules(NEW REQUIRED IMPORTED_TARGET libnew)", "libnew"),
            ("find_path(NEW_DIR\n  new.h REQUIRED)", "new.h"),
            ("find_library(NEW NAMES new)", "new"),
        ):
            self.assertEqual(
                self.findings("third_party", {"tests/CMakeLists.txt": call}),
                [f"docs/third-party.md: no row for {name}, which tests/CMakeLists.txt looks for"],
            )
        unsought = self.findings("third_party", {"cmake/FindOther.cmake": "find_library(OTHER NAMES other)\n"})
        self.assertEqual(unsought, ["docs/third-party.md: other.h has a row, and no CMakeLists.txt looks for it"])


if __name__ == "__main__":
    unittest.main()
