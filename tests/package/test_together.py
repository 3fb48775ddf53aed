#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Directories that packages will be made of are judged like these packages: --together. And what packages are for each other."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("scan", "audit")]
import harness
import mini_kernel
from breakages import Copy, edit, other_version
from harness import Tree
from judge import Crates
from packages import tool
from rustlib_sets import link_or_copy

TREE = "usr/src/linux-headers-7.2"
KBUILD = "usr/lib/linux-kbuild-7.2"
ABOUT_PACKAGES = {"rustc-dependency", "unstripped", "unexpected-file", "mixed-machine"}


def found(*arguments, cwd):
    """(exit status, [(rule, path, crate)], report) of audit, without what is told of packages as such"""
    done = harness.run("audit", "--report", "json", *arguments, cwd=cwd)
    report = json.loads(done.stdout) if done.stdout else {"findings": []}
    report["findings"] = [each for each in report["findings"] if each["rule"] not in ABOUT_PACKAGES]
    return done.code, [(each["rule"], each["path"], each["crate"]) for each in report["findings"]], report


def deb(place):
    tool("dpkg-deb", "--root-owner-group", "-Znone", "-b", place, f"{place}.deb")


def control(place, name, depends=""):
    text = f"Package: {name}\nVersion: 7.2\nArchitecture: amd64\nMaintainer: A <a@b.example>\nDescription: x\n"
    Tree(place).write("DEBIAN/control", text + (f"Depends: {depends}\n" if depends else ""))


class Together(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.kit = Crates(cls.folder, harness.program)

    def setUp(self):
        """Headers whose rust/ is a link into a second package"""
        temporary = tempfile.TemporaryDirectory(dir=self.folder)
        self.addCleanup(temporary.cleanup)
        self.place = Path(temporary.name)
        self.headers, self.kbuild = Path("debian/headers"), Path("debian/kbuild")
        (self.place / self.headers / "usr/src").mkdir(parents=True)
        self.tree = Copy(self.place / self.headers / TREE, self.kit.root)
        (self.tree / "rust/libquote.rlib").unlink()
        (self.place / self.kbuild / KBUILD).mkdir(parents=True)
        shutil.move(self.tree / "rust", self.place / self.kbuild / KBUILD / "rust")
        self.tree.link("rust", f"/{KBUILD}/rust")
        control(self.place / self.headers, "linux-headers-7.2", "linux-kbuild-7.2 (= 7.2), gcc-14")
        control(self.place / self.kbuild, "linux-kbuild-7.2")
        self.rust = Tree(self.place / self.kbuild / KBUILD / "rust")

    def directories(self, *more):
        return found("--together", *more, str(self.headers), str(self.kbuild), cwd=self.place)

    def debs(self, *folders):
        for folder in folders:
            deb(self.place / folder)
        return found(*(f"{folder}.deb" for folder in folders), cwd=self.place)

    def test_directories_are_one_root(self):
        self.assertEqual(self.directories()[:2], (0, []))
        self.assertEqual(self.debs(self.headers, self.kbuild)[:2], (0, []))
        done = harness.run("audit", "--together", "--separate", ".", cwd=self.place)
        self.assertEqual(done.code, 2, done)

    def test_what_is_wrong_is_said_as_of_the_packages(self):
        for path, change in (("libffi.rmeta", other_version), ("libmacros.so", other_version), ("libkernel.rmeta", lambda _: b"rust")):
            with self.subTest(path):
                before = (self.rust / path).read_bytes()
                edit(self.rust_copy(), path, change)
                code, seen, _ = self.directories()
                packed, told, _ = self.debs(self.headers, self.kbuild)
                self.assertEqual((code, packed), (1, 1))
                self.assertEqual(seen, [(rule, name.replace(".deb:", "/"), crate) for rule, name, crate in told])
                self.assertTrue(all(name.startswith(f"{self.kbuild}/") for _, name, _ in seen), seen)
                self.rust.write(path, before)

    def rust_copy(self):
        """The crates, to be changed in place without a change of what they are hard links to"""
        for path in self.rust.root.iterdir():
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(content)
        copy = Copy.__new__(Copy)
        Tree.__init__(copy, self.rust.root)
        return copy

    def test_without_a_configuration_it_is_not_all_that_a_kernel_needs(self):
        shutil.rmtree(self.tree / "include/config")
        done = harness.run("audit", "--together", self.headers, self.kbuild, cwd=self.place)
        self.assertIn(b"no include/config/auto.conf", done.stdout)

    def test_a_path_of_two_directories_is_a_conflict(self):
        for folder, text in (self.headers, "one"), (self.kbuild, "other"):
            Tree(self.place / folder).write("usr/share/x", text)
        self.assertIn(("path-conflict", f"{self.headers}/usr/share/x", None), [(rule, path, crate or None) for rule, path, crate in self.directories()[1]])

    def test_a_link_into_a_package_that_was_not_named(self):
        code, seen, report = self.debs(self.headers)
        self.assertEqual(code, 1)
        self.assertIn("dangling-link", [rule for rule, *_ in seen])
        fixes = [each["fix"] for each in report["findings"] if each["rule"] == "dangling-link"]
        self.assertTrue(all("linux-kbuild-7.2" in fix and "gcc-14" in fix for fix in fixes), fixes)
        self.assertNotIn("name that package", json.dumps(self.debs(self.headers, self.kbuild)[2]))

    def test_libraries_of_c_are_nobodys_business(self):
        tree = Tree(self.place / "zlib")
        tree.write("usr/include/zlib.h", "")
        tree.link("usr/lib/libz.so", "libz.so.1")
        control(tree.root, "zlib1g-dev", "zlib1g")
        code, seen, _ = self.debs("zlib")
        self.assertEqual((code, seen), (3, []))

    def test_the_package_that_has_the_other_file_is_named(self):
        """One proc macro stands in another package than the rest, which links to it, and is of another build."""
        (self.tree / "rust").unlink()
        (self.tree / "rust").mkdir()
        for path in list(self.rust.root.iterdir()):
            if path.name != "libmacros.so":
                shutil.move(path, self.tree / "rust" / path.name)
        self.tree.link("rust/libmacros.so", f"/{KBUILD}/rust/libmacros.so")
        self.assertEqual(self.debs(self.headers, self.kbuild)[:2], (0, []))
        (self.rust / "libmacros.so").unlink()
        shutil.copy(self.kit.twin / "rust/libmacros.so", self.rust / "libmacros.so")
        code, seen, _ = self.debs(self.headers, self.kbuild)
        self.assertEqual((code, seen), (1, [("crate-hash-mismatch", f"{self.kbuild}.deb:{KBUILD}/rust/libmacros.so", "macros")]))


class Large(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.place = Path(temporary.name)

    def test_a_large_proc_macro_is_what_it_is_on_disk(self):
        tree = Tree(self.place / "set")
        mini_kernel.build(tree)
        before = shutil.copy(tree / "rust/libmacros.so", self.place)
        for megabytes in 30, 44:
            with self.subTest(megabytes):
                with (self.place / "data").open("wb") as data:
                    data.truncate(megabytes << 20)
                tool("objcopy", "--add-section", f".data.large={self.place}/data", before, tree / "rust/libmacros.so")
                self.assertEqual(found(".", cwd=tree.root)[:2], (0, []))
                tool("tar", "-cf", self.place / "set.tar", "-C", tree.root, ".")
                self.assertEqual(found("set.tar", cwd=self.place)[:2], (0, []))

    def test_a_compiler_in_its_packages_is_healthy(self):
        """The driver and the libraries to run with record what is linked into them; nobody needs that as files."""
        if not shutil.which("rustc"):
            self.skipTest("no rustc on PATH")
        sysroot = Path(subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True).stdout.strip())
        shutil.copytree(sysroot / "lib/rustlib", self.place / "dev/usr/lib/rustlib", copy_function=link_or_copy, symlinks=True,
                        ignore=lambda folder, names: {*names} & {"src", "etc"})
        libraries = [path for folder in (sysroot / "lib", *(sysroot / "lib").glob("*-linux-gnu")) for pattern in ("libstd-*", "librustc_driver-*")
                     for path in folder.glob(pattern) if path.is_file()]
        self.assertTrue(libraries)
        for path in libraries:
            to = self.place / "run/usr" / path.relative_to(sysroot)
            to.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(path.resolve(), to)
        code, seen, _ = found("--together", "dev", "run", cwd=self.place)
        self.assertEqual((code, seen), (0, []))


if __name__ == "__main__":
    harness.main()
