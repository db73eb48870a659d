#!/usr/bin/env python3
"""Installs a build into a temporary prefix and uses it there, outside the source tree. Usage: install_test.py BUILD_DIR"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else SOURCE / "build/release"
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]
HEADERS = sorted(path.name for path in (SOURCE / "include/omegasafe").iterdir())
VERSION = re.search(r"project\(omegasafe VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text())[1]


def run(*command, **options):
    """What a command printed; fails the test when it fails."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def setUpModule():
    global folder, prefix, library, environment
    folder = Path(tempfile.mkdtemp(prefix="omegasafe-install-"))
    unittest.addModuleCleanup(shutil.rmtree, folder)
    prefix = folder / "prefix"
    for component in ("library", "client", "server"):
        run("cmake", "--install", BUILD, "--prefix", prefix, "--component", component)
    library = next(prefix.glob("lib*/**/libomegasafe.so")).parent
    environment = dict(os.environ, LD_LIBRARY_PATH=str(library), PKG_CONFIG_PATH=str(library / "pkgconfig"),
                       CMAKE_PREFIX_PATH=str(prefix), CMAKE_GENERATOR="Ninja", OMEGASAFE_CONFIG_PASSWORD="of the installed tree")


class Tree(unittest.TestCase):
    def test_every_component_is_where_it_belongs(self):
        for file in ("bin/omegasafe", "bin/omegasafe-ecs", "lib/systemd/system/omegasafe-ecs.service",
                     *(f"include/omegasafe/{header}" for header in HEADERS)):
            self.assertTrue((prefix / file).is_file(), file)
        for file in ("libomegasafe.a", "libomegasafe.so", "libomegasafe.so.0", f"libomegasafe.so.{VERSION}",
                     "pkgconfig/omegasafe.pc", "cmake/omegasafe/omegasafeConfig.cmake"):
            self.assertTrue((library / file).is_file(), file)
        self.assertIn(VERSION, run(prefix / "bin/omegasafe", "--version"))

    def test_headers_compile_alone(self):
        for header in HEADERS:
            languages = ["c++"] if header.endswith(".hpp") else ["c", "c++"]
            for language in languages:
                standard = "-std=c11" if language == "c" else "-std=c++20"
                with self.subTest(header=header, standard=standard):
                    source = folder / f"alone.{'c' if language == 'c' else 'cpp'}"
                    source.write_text(f"#include <omegasafe/{header}>\nint main(void) {{ return 0; }}\n")
                    run("gcc", f"-I{prefix}/include", standard, *WARNINGS, source)

    def test_shared_library_exports_the_public_symbols_only(self):
        symbols = run("nm", "-D", "--defined-only", library / "libomegasafe.so")
        names = [line.split()[-1] for line in symbols.splitlines()]
        public = re.compile(r"(omegasafe_\w+|_ZNK?9omegasafe\w+|_ZT[ISV]N9omegasafe\w+)@@OMEGASAFE_1$|OMEGASAFE_1(@@OMEGASAFE_1)?$")
        rooms = re.compile(r"9omegasafe(6crypto|7storage|6actors|6engine|3ecs|3net|4wire|3cli|3log)")
        self.assertEqual([], [name for name in names if not public.fullmatch(name) or rooms.search(name)])
        header = (SOURCE / "include/omegasafe/omegasafe.h").read_text()
        declared = set(re.findall(r"OMEGASAFE_API\s[\w\s*]*?\b(omegasafe_\w+)\(", header))
        self.assertGreater(len(declared), 10)
        self.assertEqual(declared, {name.split("@")[0] for name in names if name.startswith("omegasafe_")})
        self.assertIn("_ZTIN9omegasafe7failureE@@OMEGASAFE_1", names)


class Packages(unittest.TestCase):
    def configure(self, line):
        project = folder / "wrong"
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            f"cmake_minimum_required(VERSION 3.25)\nproject(wrong LANGUAGES CXX)\n{line}\n")
        return subprocess.run(["cmake", "-S", project, "-B", project / "build"], env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def test_a_wrong_version_is_refused_with_its_reason(self):
        for version in ("9.0", "0.99"):
            answer = self.configure(f"find_package(omegasafe {version} REQUIRED)")
            self.assertNotEqual(0, answer.returncode)
            self.assertIn(f'compatible with requested version "{version}"', " ".join(answer.stdout.split()))
            self.assertIn(f"version: {VERSION}", answer.stdout)

    def test_an_unknown_component_is_refused(self):
        answer = self.configure("find_package(omegasafe REQUIRED COMPONENTS dynamic)")
        self.assertNotEqual(0, answer.returncode)
        self.assertIn("dynamic", answer.stdout)

    def test_pkg_config_names_the_version(self):
        self.assertEqual(VERSION, run("pkg-config", "--modversion", "omegasafe", env=environment).strip())


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.config = folder / "config"
        cls.config.mkdir()
        program = prefix / "bin/omegasafe"
        place = ["--config-dir", cls.config]
        run(program, "init", *place, "--skip-http-ecs", env=environment)
        run(program, "create-sfc-ecs", *place, "--ecs-name", "local", "--sfc-path", folder / "claims.sfc",
            "--confirm-sfc-ecs", env=environment)
        run(program, "create-key", *place, "--key-name", "example-key", "--nucleus-size-mb", "0.10", "--rotor-size-mb",
            "0.10", "--number-of-rotors", "3", env=environment)

    def use(self, name, *command):
        """Runs an example on a file of its own; it must say all that the examples show."""
        place = folder / name
        place.mkdir()
        file = place / "original.bin"
        file.write_bytes(os.urandom(3_000_000))
        said = run(*command, self.config, file, env=environment, cwd=place)
        self.assertEqual(file.read_bytes(), (place / "original.bin.back").read_bytes())
        self.assertNotIn(file.read_bytes()[:64], (place / "original.bin.omegasafe").read_bytes())
        for shown in ("example-key: ", ", identical", "file: 3000000 bytes", "refused: "):
            self.assertIn(shown, said)
        self.assertNotIn("DIFFERENT", said)
        return said

    def cpp(self, name, *options):
        build = folder / f"build-{name}"
        shutil.copytree(SOURCE / "examples/cpp", folder / f"source-{name}")
        run("cmake", "-S", folder / f"source-{name}", "-B", build, *options, env=environment)
        run("cmake", "--build", build, env=environment)
        return build / "example"

    def test_cpp_with_the_shared_library(self):
        program = self.cpp("shared")
        self.assertIn("libomegasafe.so.0", run("ldd", program, env=environment))
        self.assertIn("refused: ", self.use("cpp-shared", program))

    def test_cpp_with_the_static_library(self):
        program = self.cpp("static", "-DEXAMPLE_STATIC=ON")
        self.assertNotIn("libomegasafe", run("ldd", program, env=environment))
        self.use("cpp-static", program)

    def test_c_by_pkg_config(self):
        program = folder / "example-c"
        flags = run("pkg-config", "--cflags", "--libs", "omegasafe", env=environment).split()
        run("gcc", "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", SOURCE / "examples/c/example.c", "-o", program,
            *flags)
        self.assertIn("refused: usage: ", self.use("c", program))

    def test_python_by_ctypes(self):
        self.assertIn("refused: usage: ", self.use("python", sys.executable, "-B", SOURCE / "examples/python/example.py"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
