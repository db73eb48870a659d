#!/usr/bin/env python3
"""Checks of the source tree itself. Usage: check_tree.py CHECK [ROOT]; CHECK is one of the functions in CHECKS.

Prints one line a finding and ends with 1 when there is any. test_check_tree.py shows each check failing.
"""

import re
import sys
from pathlib import Path

# What each room may include of the others (docs/architecture.md). A room is a folder or a folder in it; "folder/file" allows
# one file, and what is allowed for a folder is allowed for the rooms in it.
VALUES = {"messages/account.hpp", "messages/limits.hpp", "messages/messages.hpp", "messages/tree.hpp", "crypto"}
BELOW_SERVER = {"server/refusal.hpp", "server/settings.hpp", "wire", "storage/files", "storage/config", "messages", "crypto"}
BELOW_ENGINE = {"actors", "ecs", "net", "wire", "storage", "messages", "crypto"}
# The words of the public API are those of every folder; what opens the library is for its users.
WORDS = {f"include/omegasafe/{name}.hpp" for name in "ecs error export files keys log secret settings types".split()}
FIELD_RULES = {"wire/command_line.hpp", "wire/field_rules.hpp", "wire/storage_rules.hpp", "wire/storage_providers.hpp"}
MAY_INCLUDE = {
    "crypto": {"crypto"},
    "messages": {"messages", "crypto"},
    "storage/files": {"storage/files"} | VALUES,
    "storage/container": {"storage/container", "storage/files"} | VALUES,
    "storage/records": {"storage/records", "storage/container", "storage/files"} | VALUES,
    "storage/tree": {"storage/tree", "storage/records", "storage/container", "storage/files"} | VALUES,
    "storage/config": {"storage/config", "storage/records", "storage/container", "storage/files"} | VALUES,
    "net": {"net"} | VALUES,
    "wire": {"wire"} | VALUES,
    "ecs": {"ecs", "net", "wire", "storage"} | VALUES,
    "actors": {"actors", "ecs", "wire", "storage", "messages", "crypto"},
    "engine": {"engine", "include"} | BELOW_ENGINE,
    "include/omegasafe/client.hpp": {"include"},
    "include/omegasafe/omegasafe.hpp": {"include"},
    "include": set(),
    "cli": {"cli", "include", "messages/limits.hpp", "crypto"} | FIELD_RULES,
    # Of the actors the server uses how they are made, for its one writer; of containers whether an upload is one.
    "server/store": {"server/store", "actors/runtime.hpp", "actors/make_actor.hpp"} | BELOW_SERVER,
    "server/auth": {"server/auth", "server/store"} | BELOW_SERVER,
    "server/http": {"server/http"} | BELOW_SERVER,
    "server/objects": {"server/objects", "server/auth", "server/http", "server/store", "net"} | BELOW_SERVER,
    "server/api": {"server/api", "server/objects", "server/auth", "server/http", "server/store", "storage/container/sfc.hpp"}
    | BELOW_SERVER,
    "server/commands": {"server/commands", "server/api", "server/objects", "server/auth", "server/http", "server/store"}
    | BELOW_SERVER,
    "server/main.cpp": {"server/commands"} | BELOW_SERVER,
    "server/settings.cpp": BELOW_SERVER,
    "server/settings.hpp": BELOW_SERVER,
    "server/refusal.hpp": BELOW_SERVER,
}

# Libraries that would break what a folder stands for.
NO_ACTORS = re.compile(r"<(caf|spdlog)/")
MUST_NOT_INCLUDE = {
    "cli": re.compile(r"<caf/"),
    "actors": re.compile(r'"actors/runtime.hpp"'),  # asks whomever; actors ask with their asker, downwards
    "crypto": re.compile(r"<(caf|spdlog|nlohmann|libsecret|boost/asio|boost/beast)/|<(filesystem|fstream)>"),
    "storage": NO_ACTORS,
    "net": NO_ACTORS,
    "wire": NO_ACTORS,
    "ecs": NO_ACTORS,
}

MAX_LINES = 500
MARKS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
SOURCES = {".cpp", ".hpp"}
TEXTS = SOURCES | {".py", ".sh", ".md", ".cmake", ".txt", ".json", ".yaml", ".yml", ""}
NOT_OURS = {".git", "build"}


def files(root, suffixes):
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and path.suffix in suffixes and inside.parts[0] not in NOT_OURS:
            yield inside


def lines(root, file):
    return (root / file).read_text(encoding="utf-8", errors="replace").splitlines()


def within(path, places):
    """Whether one of the places is the path or a folder above it."""
    return any(path == place or path.startswith(place + "/") for place in places)


def includes(root):
    """Includes point one way, between the top folders and between the rooms of storage/ and of server/."""
    for file in files(root, SOURCES):
        top, name = file.parts[0], file.as_posix()
        room = next((room for room in MAY_INCLUDE if within(name, {room})), None)
        if room is None:
            if top in {known.split("/")[0] for known in MAY_INCLUDE}:
                yield f"{file}:1: {top}/ has no such room (MAY_INCLUDE in tests/tree/check_tree.py)"
            continue
        for number, line in enumerate(lines(root, file), 1):
            own = line.endswith(f'"{file.with_suffix(".hpp").as_posix()}"')
            if top in MUST_NOT_INCLUDE and line.startswith("#include") and MUST_NOT_INCLUDE[top].search(line) and not own:
                yield f"{file}:{number}: {top}/ must not use {line.split()[1]}"
            include = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if not include:
                continue
            mark, target = include.groups()
            if (root / "include" / target).is_file():  # as programs that use the library name it
                target = "include/" + target
            if not (root / target).is_file():
                if mark == '"':
                    yield f'{file}:{number}: "{target}" is not a file of this tree (name it from the root)'
            elif not within(target, MAY_INCLUDE[room] | WORDS):
                yield f'{file}:{number}: {room}/ must not include "{target}"'


def head_comments(root):
    """Every header begins with a comment that says what it is for."""
    for file in files(root, {".hpp"}):
        head = (lines(root, file) + ["", ""])[0]
        if not re.match(r"// \S+", head):
            yield f"{file}:1: begin with a comment that says what this header is for"


def marks(root):
    """No left-over marks: what is open belongs into an issue."""
    for file in files(root, TEXTS):
        for number, line in enumerate(lines(root, file), 1):
            if MARKS.search(line):
                yield f"{file}:{number}: left-over mark"


def test_names(root):
    """CTest splits names at ';' and Catch takes '-' and '[' at the start for options: such a test passes unseen."""
    for file in files(root, {".cpp"}):
        text = (root / file).read_text(encoding="utf-8", errors="replace")
        for case in re.finditer(r'\bTEST_CASE(?:_METHOD)?\((?:\w+,\s*)?"([^"]*)"', text):
            if ";" in case[1] or case[1][:1] in ("-", "[") or case[1] != case[1].strip():
                yield f"{file}:{text.count(chr(10), 0, case.start()) + 1}: CTest cannot run a test named \"{case[1]}\""


def lengths(root):
    """A longer file has more than one subject."""
    for file in files(root, SOURCES | {".py", ".sh"}):
        count = len(lines(root, file))
        if count > MAX_LINES:
            yield f"{file}: {count} lines, more than {MAX_LINES}"


def names_itself(root, file):
    """Whether the CMakeLists.txt of the file's own folder names it."""
    beside = root / file.parent / "CMakeLists.txt"
    return beside.is_file() and re.search(rf"(^|[\s(]){re.escape(file.name)}\b", beside.read_text()) is not None


def targets(root):
    """Every source file is built: in a folder that CMake takes all of, or named."""
    project = (root / "CMakeLists.txt").read_text()
    tests = (root / "tests/CMakeLists.txt").read_text()
    libraries = set(re.findall(r"omegasafe_library\(\w+ (\w+)", project))
    test_folders = {"tests/" + folder for folder in re.findall(r"omegasafe(?:_actor)?_test\(\w+ ([\w/]+)", tests)}
    for file in files(root, {".cpp"}):
        parent = file.parent.as_posix()
        known = (
            file.parts[0] in libraries
            or parent in test_folders
            or parent in {"tests/fuzz", "tests/support", "bench"}
            or file.as_posix() in project
            or names_itself(root, file)
        )
        if not known:
            yield f"{file}: belongs to no target of CMakeLists.txt or tests/CMakeLists.txt"


def links(root):
    """Pages link to files that exist."""
    for file in files(root, {".md"}):
        for number, line in enumerate(lines(root, file), 1):
            for target in re.findall(r"\]\(([^)#\s]+)", line):
                if "://" not in target and not (root / file.parent / target).exists():
                    yield f"{file}:{number}: link to {target}, which does not exist"


# The reference's numbered rules: letter and number of the last one.
RULES = {"P": 6, "O": 8, "M": 12, "E": 8, "D": 8}


def test_cases(root):
    """The names of all test cases in C++."""
    sources = "".join((root / file).read_text() for file in files(root, {".cpp"}) if file.parts[0] == "tests")
    return re.findall(r'TEST_CASE(?:_METHOD)?\(\s*(?:\w+,\s*)?"([^"]+)"', sources)


def named_tests(root):
    """Pages that say which test shows what name tests that exist, and docs/security.md has one for every claim in its table."""
    names = set(test_cases(root))
    for page in (Path("docs/conformance.md"), Path("docs/security.md")):
        for number, line in enumerate(lines(root, page), 1):
            for name in re.findall(r'`"([^"]+)"`', line):
                if name not in names:
                    yield f'{page}:{number}: there is no test "{name}"'
            for path in re.findall(r"\btests/[\w/.-]*\w", line):
                if not (root / path).exists():
                    yield f"{page}:{number}: there is no {path}"
    claims = "\n".join(lines(root, Path("docs/security.md"))).partition("\n## Claims and their tests\n")[2]
    for claim, shown in re.findall(r"^\| (.+?) \|(.*)\|$", claims, re.MULTILINE)[2:]:
        if not re.search(r'`"|\btests/', shown):
            yield f'docs/security.md: no test for "{claim}"'


def conformance(root):
    """Every numbered rule of the reference has a test with its id in the name."""
    with_rules = " ".join(name.split(":")[0] for name in test_cases(root) if ":" in name)
    for letter, last in RULES.items():
        for rule in (f"{letter}{number}" for number in range(1, last + 1)):
            if not re.search(rf"\b{rule}\b", with_rules):
                yield f"no test has {rule} in its name"


def third_party(root):
    """docs/third-party.md has a row for every library that CMake looks for, and no row for any other."""
    page = Path("docs/third-party.md")
    sought = {}
    for file in files(root, {".txt", ".cmake"}):
        if file.name != "CMakeLists.txt" and file.suffix != ".cmake" or file.parts[0] == "examples":
            continue
        text = re.sub(r"#.*", "", (root / file).read_text())
        for call, arguments in re.findall(r"\b(find_package|pkg_check_modules|find_path|find_library)\s*\(([^)]*)\)", text):
            first, *others = arguments.split()
            others = [word for word in others if not re.fullmatch(r"[A-Z_]+|[\d.]+", word)]
            for name in [first] if call == "find_package" else others:
                sought.setdefault(name, file)
    rows = [line.split("|")[1] for line in lines(root, page) if line.startswith("|")]
    named = {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}
    for name in sorted(set(sought) - named):
        yield f"{page}: no row for {name}, which {sought[name]} looks for"
    for name in sorted(named - set(sought)):
        yield f"{page}: {name} has a row, and no CMakeLists.txt looks for it"


CHECKS = {
    check.__name__: check
    for check in (includes, head_comments, marks, test_names, lengths, targets, links, named_tests, conformance, third_party)
}


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in CHECKS:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(CHECKS)} [ROOT]")
    root = Path(sys.argv[2] if len(sys.argv) == 3 else Path(__file__).parents[2])
    findings = list(CHECKS[sys.argv[1]](root))
    print("\n".join(findings))
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
