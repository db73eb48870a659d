#!/usr/bin/env python3
"""What the linker and the compiler did against bugs in memory, read from the built files.

elf_test.py --compiled|--linked FILE...   checks each; --linked leaves out what only an optimised build has
elf_test.py --self-test COMPILER          checks that each fault is seen, in small programs that have it
"""

import os
import platform
import re
import subprocess
import sys
import tempfile

ENDBR64 = bytes.fromhex("f30f1efa")


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options], env={**os.environ, "LC_ALL": "C"}, check=True, text=True,
                          capture_output=True).stdout


def code_at(path, address, size):
    """Bytes at an address, by the segment that brings it into memory."""
    for line in readelf("-l", path).splitlines():
        words = line.split()
        if words[:1] == ["LOAD"]:
            offset, begin, in_file = (int(words[i], 16) for i in (1, 2, 4))
            if begin <= address < begin + in_file:
                with open(path, "rb") as file:
                    file.seek(offset + address - begin)
                    return file.read(size)
    return b""


def linked_faults(path):
    header, segments, dynamic = (readelf(option, path) for option in ("-h", "-l", "-d"))
    shared = "(SONAME)" in dynamic
    if not re.search(r"Type:\s+DYN", header) or not (shared or re.search(r"FLAGS_1\).*\bPIE\b", dynamic)):
        yield "is loaded at a fixed address (no PIE)"
    if "GNU_RELRO" not in segments:
        yield "has no RELRO segment"
    if not re.search(r"BIND_NOW|\bNOW\b", dynamic):
        yield "binds functions late, so that RELRO is partial"
    stack = re.search(r"GNU_STACK\s+(?:0x\w+\s+){5}(\w+)", segments)
    if not stack or "E" in stack[1]:
        yield "has an executable stack"
    if re.search(r"^\s+LOAD\s.*\sRWE\s", segments, re.MULTILINE):
        yield "has memory that is writable and executable"
    if re.search(r"\((RPATH|RUNPATH)\).*\[(?!/)", dynamic):
        yield "looks for libraries in a relative path"


def functions_to_look_at(path):
    """`main`, or what a shared library exports."""
    for line in readelf("-s", path).splitlines():
        words = line.split()
        if len(words) >= 8 and words[3] == "FUNC" and words[6] != "UND":
            exported = words[4] == "GLOBAL" and words[7].startswith("omegasafe_") and "(SONAME)" in readelf("-d", path)
            if words[7] == "main" or exported:
                yield words[7], int(words[1], 16)


def compiled_faults(path):
    undefined = set(re.findall(r"UND\s+(\w+)", readelf("--dyn-syms", path)))
    if "__stack_chk_fail" not in undefined:
        yield "has no stack protector"
    if not any(re.fullmatch(r"__\w+_chk", name) and name != "__cxa_chk" for name in undefined):
        yield "calls no checked functions (FORTIFY)"
    if platform.machine() != "x86_64":
        return
    if not re.search(r"x86 feature:.*SHSTK", readelf("-n", path)):
        yield "is not marked for a shadow stack (CET)"
    functions = list(functions_to_look_at(path))
    if not functions:
        yield "shows neither main nor exported functions"
    for name, address in functions:
        if code_at(path, address, 4) != ENDBR64:
            yield f"has a function that is no target for indirect branches (CET): {name}"
            break


def faults(path, compiled):
    return [*linked_faults(path), *(compiled_faults(path) if compiled else ())]


SOURCE = """
#include <cstdio>
#include <cstring>
int main(int count, char** words) {
    char copy[64];
    std::strcpy(copy, words[count - 1]);
    return std::puts(copy) < 0;
}
"""
GOOD = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2",
        "-Wl,-z,relro,-z,now,-z,noexecstack"] + (
            ["-fcf-protection=full", "-Wl,-z,shstk"] if platform.machine() == "x86_64" else [])
BAD = {"fixed address": ["-no-pie"], "no RELRO": ["-Wl,-z,norelro"], "binds functions late": ["-Wl,-z,lazy"],
       "executable stack": ["-Wl,-z,execstack"], "stack protector": ["-fno-stack-protector"],
       "FORTIFY": ["-U_FORTIFY_SOURCE"], "relative path": ["-Wl,-rpath,here"]}
if platform.machine() == "x86_64":
    BAD["indirect branches"] = ["-fcf-protection=none"]


def self_test(compiler):
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "small.cpp"), os.path.join(folder, "small")
        with open(source, "w", encoding="utf-8") as file:
            file.write(SOURCE)

        def built(options):
            subprocess.run([compiler, source, "-o", program, *options], check=True, stderr=subprocess.DEVNULL)
            return faults(program, compiled=True)

        assert not built(GOOD), built(GOOD)
        for words, options in BAD.items():
            found = built(GOOD + options)
            assert any(words in fault for fault in found), f"{options} passed: {found}"
        if platform.machine() == "x86_64":
            found = built([option.replace("-Wl,-z,shstk", "-Wl,-z,now") for option in GOOD])
            assert any("shadow stack" in fault for fault in found), f"unmarked passed: {found}"


def main():
    kind, *names = sys.argv[1:]
    if kind == "--self-test":
        self_test(*names)
        return
    found = [f"{path} {fault}" for path in names for fault in faults(path, kind == "--compiled")]
    for line in found:
        print(line)
    sys.exit(bool(found))


main()
