# SPDX-License-Identifier: MIT OR Apache-2.0
"""The lists for packagers, each given to the program it is for: dh_install, rpmbuild, make."""

import os
import subprocess
import time
import unittest

from harness import LEAF, ScanTest, Tree, main
from packagers import dh_install, needs, rpmbuild

# Names and formats that hold them. Each stands alone in a tree, with neighbours that a glob would take instead.
NAMES = {
    "plain.rmeta": {"dh-install", "rpm-files", "make"},
    "two words.rmeta": {"dh-install", "rpm-files", "make"},
    " leading blank.rmeta": {"dh-install", "rpm-files", "make"},
    "trailing blank /x.rmeta": {"dh-install", "rpm-files", "make"},
    "[ab].rmeta": {"dh-install", "rpm-files", "make"},
    "st*r.rmeta": {"dh-install", "rpm-files", "make"},
    "wh?t.rmeta": {"dh-install", "rpm-files", "make"},
    "[ab] x*y.rmeta": {"dh-install", "make"},
    "{a,b}.rmeta": {"dh-install", "make"},
    "100%.rmeta": {"dh-install", "rpm-files", "make"},
    "%s%n.rmeta": {"dh-install", "rpm-files", "make"},
    "%{nil}.rmeta": {"dh-install", "make"},
    "%dir/%doc.rmeta": {"dh-install", "rpm-files", "make"},
    "%name/%1.rmeta": {"dh-install", "rpm-files", "make"},
    "%_libdir%%nil%.rmeta": {"dh-install", "rpm-files", "make"},
    "%[1+1]%(touch ran).rmeta": {"dh-install", "make"},
    "%(id>ran).rmeta": {"dh-install", "rpm-files", "make"},
    "% x.rmeta": {"dh-install", "make"},
    "x]y.rmeta": {"dh-install", "rpm-files", "make"},
    "[x]y].rmeta": {"dh-install", "rpm-files", "make"},
    "%attr(x).rmeta": {"dh-install", "make"},
    "%attr(x)/y.rmeta": {"dh-install", "make"},
    "-rf.rmeta": {"dh-install", "rpm-files", "make"},
    "--delete.rmeta": {"dh-install", "rpm-files", "make"},
    "-dir/-file.rmeta": {"dh-install", "rpm-files", "make"},
    "#comment.rmeta": {"dh-install", "rpm-files", "make"},
    "#dir/#x.rmeta": {"dh-install", "rpm-files", "make"},
    "quote'.rmeta": {"dh-install", "rpm-files", "make"},
    'double".rmeta': {"dh-install", "make"},
    "`id`.rmeta": {"dh-install", "rpm-files", "make"},
    "$HOME.rmeta": {"dh-install", "rpm-files", "make"},
    "${Space}$(x)${}.rmeta": {"dh-install", "make"},
    "$$.rmeta": {"dh-install", "rpm-files", "make"},
    "~user.rmeta": {"dh-install", "rpm-files"},
    "~user/x.rmeta": {"dh-install", "rpm-files"},
    "host:file.rmeta": {"dh-install", "rpm-files", "make"},
    "a=b.rmeta": {"dh-install", "rpm-files"},
    "a;b|c&d.rmeta": {"dh-install", "rpm-files"},
    "back\\slash.rmeta": {"dh-install"},
    "back\\[slash.rmeta": {"dh-install"},
    "tab\t.rmeta": {"dh-install"},
    "new\nline.rmeta": {"dh-install"},
    "dir\n/x.rmeta": {"dh-install"},
    "re\rturn.rmeta": set(),
    "a" + " b" * 19 + ".rmeta": {"dh-install", "rpm-files", "make"},
    "a" + " b" * 20 + ".rmeta": {"rpm-files", "make"},
    "gr\u00fc\u00df \u00e0.rmeta": {"dh-install", "rpm-files", "make"},
    os.fsdecode(b"latin-\xfc\xa0\x85.rmeta"): {"dh-install", "make"},
    "esc\x1b[31m.rmeta": {"dh-install", "make"},
}
NEIGHBOURS = ["a.txt", "a.rmet", "xa.rmetax", "two", "words.rmeta.txt", "st-r.rmetax", "100"]


class Packagers(ScanTest):
    def each_name(self, form):
        """A tree for every name that `form` holds; the others are refused with advice."""
        for number, (name, formats) in enumerate(NAMES.items()):
            tree = Tree(self.folder / f"{form}{number}")
            tree.copy(name)
            with self.subTest(name=name):
                done = tree.scan("--format", form, "--prefix", "usr/src/k")
                if form not in formats:
                    self.fails(done, 2, "rename it")
                    continue
                self.assertEqual((done.code, done.stderr), (0, ""), done)
                for neighbour in NEIGHBOURS + [name.replace("*", "-").replace("?", "-").replace("[ab]", "a") + "x"]:
                    tree.write(neighbour)
                yield tree, name, done.stdout

    @needs("dh_install")
    def test_dh_install_installs_exactly_what_is_listed(self):
        for tree, name, listed in self.each_name("dh-install"):
            self.assertEqual(dh_install(tree, listed).content(), {f"usr/src/k/{name}": LEAF.read_bytes()})

    @needs("rpmbuild", "rpm2cpio")
    def test_rpmbuild_packs_exactly_what_is_listed(self):
        names, lists = [], b""
        together = Tree(self.folder / "together")
        for tree, name, listed in self.each_name("rpm-files"):
            names.append(name)
            lists += listed
            for path, content in tree.content().items():
                together.write(f"usr/src/k/{path}", content)
        self.assertGreater(len(names), 20)
        packed = rpmbuild(together, lists)
        self.assertEqual(packed.content(), {f"usr/src/k/{name}": LEAF.read_bytes() for name in names})

    @needs("rpmbuild", "rpm2cpio")
    def test_each_name_alone_is_packed_by_rpmbuild(self):
        for tree, name, listed in self.each_name("rpm-files"):
            if not set("*?[%{ '\"").isdisjoint(name):
                root = Tree(self.folder / f"root{len(os.listdir(self.folder))}")
                for path, content in tree.content().items():
                    root.write(f"usr/src/k/{path}", content)
                self.assertEqual(rpmbuild(root, listed).content(), {f"usr/src/k/{name}": LEAF.read_bytes()})

    @needs("make")
    def test_make_rebuilds_when_a_listed_file_changed_or_went_away(self):
        for tree, name, _ in self.each_name("make"):
            listed = tree.scan("--format", "make", "--target", "the out").stdout
            tree.write("list.d", listed)
            tree.write("Makefile", "all: the\\ out\nthe\\ out:\n\t@touch '$@'; echo made\ninclude list.d\n")
            past = time.time() - 100
            for path in (name, "list.d"):
                os.utime(tree / path, (past, past))

            def make():
                done = subprocess.run(["make", "-s"], cwd=tree.root, capture_output=True, timeout=20)
                self.assertEqual((done.returncode, done.stderr), (0, b""), listed)
                return done.stdout == b"made\n"

            self.assertEqual([make(), make()], [True, False])
            os.utime(tree / "the out", (past + 10, past + 10))
            self.assertFalse(make(), "nothing changed")
            os.utime(tree / name, (past + 20, past + 20))
            self.assertTrue(make(), "a listed file changed")
            os.remove(tree / name)
            self.assertTrue(make(), "a listed file went away")


class Directories(ScanTest):
    def setUp(self):
        super().setUp()
        self.tree.copy("usr/src/k/rust/libx.rmeta")
        self.tree.write("usr/src/k/rust/other.c")

    def test_rpm_files_has_directories_as_dir_but_not_those_of_the_system(self):
        self.assertEqual(self.tree.scan("--format", "rpm-files", "--dirs").stdout.decode().splitlines(),
                         ['%dir "/usr/src/k"', '%dir "/usr/src/k/rust"', '"/usr/src/k/rust/libx.rmeta"'])

    @needs("rpmbuild", "rpm2cpio")
    def test_rpmbuild_packs_a_dir_without_what_is_in_it(self):
        listed = self.tree.scan("--format", "rpm-files", "--dirs").stdout
        self.assertEqual(list(rpmbuild(self.tree, listed).content()), ["usr/src/k/rust/libx.rmeta"])

    @needs("dh_install")
    def test_dh_install_is_given_no_directory(self):
        listed = self.tree.scan("--format", "dh-install", "--dirs").stdout
        self.assertEqual(listed, b"usr/src/k/rust/libx.rmeta usr/src/k/rust\n")
        self.assertEqual(list(dh_install(self.tree, listed).content()), ["usr/src/k/rust/libx.rmeta"])

    def test_a_prefix_is_a_place_in_the_package(self):
        for prefix in ("/a/b/", "a/b", "./a//b/."):
            self.assertEqual(self.tree.scan("--format", "rpm-files", "--prefix", prefix).stdout, b'"/a/b/usr/src/k/rust/libx.rmeta"\n')
        self.fails(self.tree.scan("--format", "rpm-files", "--prefix", "../a"), 2, "--prefix")

    def test_a_target_that_make_cannot_hold_is_refused(self):
        self.fails(self.tree.scan("--format", "make", "--target", "a=b"), 2, "a=b")


if __name__ == "__main__":
    main()
