#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""A package with crates depends on the rustc that reads them: real packages, with relations as Debian, Fedora and Arch write them.

Whether a relation of Debian is met is asked of dpkg itself.
"""

import json
import re
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
import packages

RULE = "rustc-dependency"


class Dependencies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.root = cls.folder / "root"
        (cls.root / "usr/src/k").mkdir(parents=True)
        tree = harness.Tree(cls.root / "usr/src/k")
        rustc = mini_kernel.build(tree)
        (tree / "rust/libquote.rlib").unlink(missing_ok=True)
        cls.version = rustc.run("-V").strip()
        cls.number = re.match(r"rustc (\d+\.\d+\.\d+)", cls.version)[1]
        major, minor, patch = (int(part) for part in cls.number.split("."))
        cls.next, cls.before = f"{major}.{minor}.{patch + 1}", f"{major}.{minor - 1}.0"
        cls.series = f"{major}.{minor}"
        asked = harness.run("toolchain", "--format", "debian", "usr/src/k", cwd=cls.root)
        cls.dependency = asked.stdout.decode().strip() if asked.code == 0 else None

    def setUp(self):
        # Nobody else's build: with one of the Rust project no package of a distribution has it.
        if not self.dependency:
            self.skipTest("this rustc is not a distribution's")

    def findings(self, *files):
        done = harness.run("audit", "--report", "json", *files, cwd=self.folder)
        self.assertIn(done.code, (0, 1), done)
        return [each for each in json.loads(done.stdout)["findings"] if each["rule"] == RULE]

    def deb(self, fields, name="headers", root=None):
        before, packages.CONTROL = packages.CONTROL, packages.CONTROL.replace("headers\n", f"{name}\n", 1).replace("Description", f"{fields}Description")
        try:
            packages.deb("none")(root or self.root, self.folder / f"{name}.deb")
        finally:
            packages.CONTROL = before
        return f"{name}.deb"

    def severity(self, file):
        found = self.findings(file)
        self.assertLessEqual(len(found), 1, found)
        return found[0]["severity"] if found else None

    def test_a_control_file(self):
        own, newer, older = self.number, self.next, self.before
        for depends, expected in ((None, "warning"), ("Depends: libc6, libelf1\n", "warning"),
                                  (f"Depends: libc6, {self.dependency}\n", None), (f"Recommends: {self.dependency}\n", None),
                                  (f"Depends: rustc (= {own}+dfsg1-1)\n", None), (f"Depends: rustc-web (= {own}+dfsg1-1~deb12u2)\n", None),
                                  (f"Depends: rustc:any (= 1:{own}-2ubuntu3)\n", None),
                                  (f"Depends: rustc-{self.series} | rustc (= {own}-1)\n", None), (f"Depends: rustc-{self.series}\n", None),
                                  (f"Depends: rustc (>= {own}), rustc (<< {newer}~)\n", None), ("Depends: rustc\n", "info"),
                                  (f"Depends: rustc (>= {own})\n", "info"), (f"Depends: rustc (>= {older}) | rustc-{self.series}\n", "info"),
                                  (f"Depends: rustc (<< {newer})\n", "info"), ("Depends: rustup\n", "info"),
                                  (f"Depends: rustc (= {older}+dfsg1-1)\n", "error"), (f"Depends: rustc (>= {newer})\n", "error"),
                                  (f"Depends: rustc (<< {own}~)\n", "error"), ("Depends: rustc-1.2\n", "error"),
                                  (f"Depends: rustc (>= {older}), rustc (<< {own}~)\n", "error")):
            with self.subTest(depends):
                file = self.deb(depends or "")
                self.assertEqual(self.severity(file), expected)
                written = re.fullmatch(r"Depends: rustc \((<<|>=) (\S+)\)\n", depends or "")
                if written and shutil.which("dpkg"):
                    met = subprocess.run(["dpkg", "--compare-versions", f"{own}+dfsg1-1", written[1], written[2]], check=False).returncode == 0
                    self.assertEqual(met, expected != "error")

    def test_what_is_said(self):
        found, = self.findings(self.deb(""))
        self.assertIn(self.version, found["message"])
        self.assertEqual((found["rustc_error"], found["fix"]), ("E0514", f"depend on {self.dependency}"))
        self.assertEqual(harness.run("audit", "-q", "headers.deb", cwd=self.folder).code, 0)
        self.deb(f"Depends: rustc (= {self.before}-1)\n")
        refused = harness.run("audit", "-q", "headers.deb", cwd=self.folder)
        self.assertEqual(refused.code, 1, refused)

    def test_the_package_that_it_depends_on_depends_on_it(self):
        other = self.folder / "other"
        (other / "usr/share/doc").mkdir(parents=True)
        (other / "usr/share/doc/notes").write_text("notes\n")
        both = self.deb("Depends: kbuild (= 1)\n"), self.deb(f"Depends: {self.dependency}\n", "kbuild", other)
        self.assertEqual(self.findings(*both), [])
        both = self.deb("Depends: kbuild (= 1)\n"), self.deb(f"Depends: rustc (= {self.before}-1)\n", "kbuild", other)
        self.assertEqual([each["severity"] for each in self.findings(*both)], ["error"])
        both = self.deb("Depends: elsewhere\n"), self.deb(f"Depends: {self.dependency}\n", "kbuild", other)
        self.assertEqual([each["severity"] for each in self.findings(*both)], ["warning"])

    def test_the_package_that_depends_on_it_depends_on_the_compiler(self):
        other = self.folder / "user"
        (other / "usr/share/doc").mkdir(parents=True)
        (other / "usr/share/doc/user").write_text("notes\n")
        both = self.deb(""), self.deb(f"Depends: headers, {self.dependency}\n", "user", other)
        self.assertEqual(self.findings(*both), [])

    def test_an_rpm(self):
        before = packages.SPEC
        self.addCleanup(setattr, packages, "SPEC", before)
        # No package of Fedora has this compiler, so that none can be asked for.
        for requires, expected in ((f"Requires: rust >= {self.before}\nRequires: rust < {self.number}\n", "error"),
                                   (f"Requires: (rust >= {self.before} with rust < {self.number})\n", None), (f"Recommends: rust = {self.number}\n", None)):
            with self.subTest(requires):
                packages.SPEC = before.replace("License", f"{requires}License")
                packages.rpm(self.root, self.folder / "a.rpm")
                self.assertEqual(self.severity("a.rpm"), expected)

    def test_a_package_of_pacman(self):
        before = packages.PKGINFO
        self.addCleanup(setattr, packages, "PKGINFO", before)
        for depends, expected in (("depend = pahole\n", None), (f"depend = rust=1:{self.number}-1\n", None), (f"depend = rust=1:{self.before}-1\n", "error"),
                                  (f"optdepend = rust<{self.number}: for modules in Rust\n", "error"), ("depend = rust\n", None)):
            with self.subTest(depends):
                packages.PKGINFO = before + depends
                packages.pacman(self.root, self.folder / "a.pkg.tar.zst")
                self.assertEqual(self.severity("a.pkg.tar.zst"), expected)

    def test_a_folder_is_no_package(self):
        self.assertEqual(self.findings("root"), [])


if __name__ == "__main__":
    harness.main()
