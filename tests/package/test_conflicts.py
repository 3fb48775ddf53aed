# SPDX-License-Identifier: MIT OR Apache-2.0
"""Two packages with one path: audit says what dpkg does.

linux-libc-dev and oss4-dev both ship /usr/include/linux/soundcard.h, and oss4-dev diverts it; a test for missing Breaks once took
that for a conflict. Here both are made again as real packages, installed by the real dpkg into a root of their own, and audited.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
from harness import ScanTest, main, run

PATH = "/usr/include/linux/soundcard.h"
KERNEL, OSS = "linux-libc-dev", "oss4-dev"
AS_ROOT = () if os.geteuid() == 0 else ("fakeroot",)
ENVIRONMENT = {**os.environ, "LC_ALL": "C", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}


def tool(*command, ok=True):
    """Runs a tool of Debian's, without translations."""
    done = subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if ok and done.returncode != 0:
        raise AssertionError(f"{command}\n{done.stdout}{done.stderr}")
    return done


@unittest.skipUnless(shutil.which("dpkg-deb"), "dpkg is not here")
class Conflicts(ScanTest):
    def setUp(self):
        super().setUp()
        self.diversions = self.folder / "diversions"

    def package(self, name, *fields, content=None, mode=0o644, also=()):
        """A real .deb of `name`, with more `fields` in its control file; it ships PATH, and what `also` makes in its root."""
        root = self.folder / f"{name}.root"
        control = root / "DEBIAN" / "control"
        control.parent.mkdir(parents=True, exist_ok=True)
        control.write_text("\n".join([f"Package: {name}", "Version: 4.2-1", "Architecture: all", "Maintainer: A <a@b.example>",
                                      *fields, "Description: headers", ""]))
        file = Path(f"{root}{PATH}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content or f"/* of {name} */\n")
        file.chmod(mode)
        for make in also:
            make(root)
        deb = self.folder / f"{name}.deb"
        tool("dpkg-deb", "--root-owner-group", "--build", root, deb)
        return deb

    def divert(self, root, *wishes):
        """Has dpkg-divert divert PATH in `root`, and keeps what it lists."""
        for wish in wishes:
            tool("dpkg-divert", "--root", root, "--no-rename", *wish, "--divert", f"{PATH}.linux", "--add", PATH)
        self.diversions.write_text(tool("dpkg-divert", "--root", root, "--list").stdout)

    def dpkg_refuses(self, debs, *wishes):
        """True when dpkg refuses to overwrite a file; also writes the list of diversions."""
        root = self.folder / "installed"
        for folder in ("info", "updates"):
            (root / "var/lib/dpkg" / folder).mkdir(parents=True)
        for file in ("status", "diversions"):
            (root / "var/lib/dpkg" / file).touch()
        self.divert(root, *wishes)
        complaints = ""
        for deb in debs:
            complaints += tool(*AS_ROOT, "dpkg", "--root", root, "--force-not-root", "--force-bad-path", "--log=/dev/null",
                               "--install", deb, ok=False).stderr
        tool("rm", "-rf", root)
        return f"trying to overwrite '{PATH}'" in complaints

    def conflicts(self, *debs):
        """What audit says of the packages together: its findings of the rule."""
        done = run("audit", "--diversions", self.diversions, "--report", "json", *debs)
        findings = [one for one in json.loads(done.stdout)["findings"] if one["rule"] == "path-conflict"]
        self.assertEqual(done.code, 1 if findings else 0, done)
        return findings

    def agree(self, refuses, *wishes, kernel=(), oss=()):
        """dpkg and audit are of one mind about the two packages, in either order."""
        debs = self.package(KERNEL, *kernel), self.package(OSS, *oss)
        for order in itertools.permutations(debs):
            self.assertEqual(self.dpkg_refuses(order, *wishes), refuses)
            self.assertEqual(bool(self.conflicts(*order)), refuses)

    def test_without_a_diversion_it_is_a_conflict_and_both_are_named(self):
        self.agree(True)
        finding, = self.conflicts(self.folder / f"{KERNEL}.deb", self.folder / f"{OSS}.deb")
        self.assertEqual(finding["severity"], "error")
        for name in (KERNEL, OSS, PATH.lstrip("/")):
            self.assertIn(name, finding["message"])
        self.assertEqual({finding["evidence"][key].rsplit("/")[-1] for key in ("first", "second")},
                         {f"{KERNEL}.deb", f"{OSS}.deb"})

    def test_a_diversion_by_one_of_them_makes_it_none(self):
        self.agree(False, ("--package", OSS))

    def test_a_diversion_by_a_third_package_does_not_help(self):
        self.agree(True, ("--package", "somebody-else"))

    def test_a_local_diversion_does_not_help(self):
        self.agree(True, ("--local",))

    def test_what_replaces_the_other_may_overwrite_it(self):
        self.agree(False, oss=(f"Replaces: {KERNEL} (<< 5)",))

    def test_what_conflicts_with_the_other_is_never_beside_it(self):
        self.agree(False, oss=(f"Conflicts: {KERNEL}",))

    def test_what_conflicts_with_a_name_that_both_provide_is_never_beside_the_other(self):
        virtual = ("Provides: sound-headers", "Conflicts: sound-headers")
        self.agree(False, kernel=virtual, oss=virtual)

    def test_a_directory_and_a_link_to_a_directory_are_the_same_place(self):
        def merged(root):
            (root / "usr/lib").mkdir()
            (root / "lib").symlink_to("usr/lib")

        def apart(root):
            (root / "lib/oss").mkdir(parents=True)
            (root / "lib/oss/oss.conf").touch()

        debs = [self.package(KERNEL, content="same", also=[merged]), self.package(OSS, content="same", also=[apart])]
        self.divert_nothing()
        for order in itertools.permutations(debs):
            self.assertEqual(self.conflicts(*order), [])

    def test_every_pair_of_packages_is_compared(self):
        debs = [self.package(name, *fields) for name, fields in
                (("a", ["Replaces: b, c"]), ("b", []), ("c", []))]
        self.divert_nothing()
        for order in itertools.permutations(debs):
            finding, = self.conflicts(*order)
            self.assertEqual({finding["evidence"][key] for key in ("first_package", "second_package")}, {"b 4.2-1", "c 4.2-1"})

    def test_many_shared_files_hide_no_conflict(self):
        def shared(root):
            for i in range(1100):
                (root / f"usr/include/{i}.h").write_text("same")

        debs = [self.package(name, also=[shared]) for name in (KERNEL, OSS)]
        self.divert_nothing()
        self.assertEqual([one["path"].partition(":")[2] for one in self.conflicts(*debs)], [PATH.lstrip("/")])

    def test_more_conflicts_than_can_be_listed_are_no_verdict(self):
        def others(root):
            for i in range(1100):
                (root / f"usr/include/{i}.h").write_text(root.name)

        debs = [self.package(name, also=[others]) for name in (KERNEL, OSS)]
        self.fails(run("audit", *debs), 3, "more than 1000 paths")

    def test_a_breaks_is_taken_for_an_answer(self):
        self.divert_nothing()
        self.assertEqual(self.conflicts(self.package(KERNEL), self.package(OSS, f"Breaks: {KERNEL}")), [])

    def test_the_same_content_is_no_conflict(self):
        self.divert_nothing()
        same = {"content": "/* one */\n"}
        self.assertEqual(self.conflicts(self.package(KERNEL, **same), self.package(OSS, **same)), [])
        self.assertNotEqual(self.conflicts(self.package(KERNEL, **same), self.package(OSS, mode=0o755, **same)), [])

    def test_what_is_wrong_with_the_second_package_is_shown_as_its_own(self):
        self.divert_nothing()
        first = self.package(KERNEL, content="/* one */\n")
        (self.folder / f"{OSS}.root/usr/share/oss").mkdir(parents=True)
        (self.folder / f"{OSS}.root/usr/share/oss").chmod(0o777)
        second = self.package(OSS, content="/* one */\n")
        done = run("audit", "--report", "json", "--fail-on", "warning", first, second)
        self.assertEqual(done.code, 1, done)
        finding, = json.loads(done.stdout)["findings"]
        self.assertEqual(finding["rule"], "world-writable")
        self.assertTrue(finding["path"].endswith(f"{OSS}.deb:usr/share/oss"), finding)

    def divert_nothing(self):
        self.diversions.write_text("")


@unittest.skipUnless(shutil.which("dpkg-divert"), "dpkg is not here")
class Lists(ScanTest):
    """The file of --diversions is what dpkg-divert prints, and nothing else."""

    def audit_with(self, text):
        self.tree.write("diversions", text)
        self.tree.copy("good.rmeta")
        return run("audit", "--diversions", "diversions", "-q", ".", cwd=self.tree.root)

    def test_what_dpkg_divert_lists_is_read(self):
        state = self.folder / "admin"
        (state / "info").mkdir(parents=True)
        (state / "diversions").touch()
        divert = ("dpkg-divert", "--admindir", state, "--no-rename")
        tool(*divert, "--local", "--divert", "/usr/x y.distrib", "--add", "/usr/x y")
        tool(*divert, "--package", "oss4-dev", "--divert", f"{PATH}.linux", "--add", PATH)
        tool(*divert, "--package", "a", "--divert", "/usr/by b", "--add", "/usr/of to by c")
        listed = tool(*divert, "--list").stdout
        self.assertEqual(len(listed.splitlines()), 3)
        done = self.audit_with(listed)
        self.assertEqual((done.code, done.stderr), (0, ""))

    def test_a_translated_or_other_list_is_refused_with_its_line(self):
        for text in ("Umleitung von /a zu /b durch c\n", "a b c\n", "diversion of /a to /b to /c by d\n"):
            done = self.audit_with("local diversion of /x to /y\n" + text)
            self.assertEqual(done.code, 3, done)
            self.assertIn("diversions: line 2 ", done.stderr)


if __name__ == "__main__":
    main()
