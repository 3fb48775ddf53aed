# SPDX-License-Identifier: MIT OR Apache-2.0
"""The lists: sorted, relative, and taken by cpio, rsync and tar as they are."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from base64 import b64decode

import harness
from harness import ScanTest, Tree, main, run

# Names that lines can hold, whatever a copying program makes of them.
ODD_NAMES = [
    "plain.rmeta", "two words.rmeta", " leading blank.rmeta", "trailing blank /x.rmeta", "\ttab.rmeta", "[ab].rmeta", "st*r.rmeta",
    "wh?t.rmeta", "{a,b}.rmeta", "100%.rmeta", "%s%n.rmeta", "quote'.rmeta", 'double".rmeta', "`id`.rmeta", "$HOME.rmeta", "-rf.rmeta",
    "--delete.rmeta", "--to-command=id.rmeta", " -C.rmeta", "\t--x.rmeta", "#comment.rmeta", ";comment.rmeta", "!not.rmeta", "~user.rmeta",
    "host:file.rmeta", "@file.rmeta", "a=b.rmeta", "-dir/-file.rmeta", "#dir/#file.rmeta", " -dir/x.rmeta", "...rmeta", "..x/x.rmeta",
    "gr\u00fc\u00df.rmeta", os.fsdecode(b"latin-\xfc.rmeta"), os.fsdecode(b"\xff\xfe/\xc3.rmeta"), "\u202egnp.rmeta", "esc\x1b[31m.rmeta",
]
NOT_IN_LINES = {"newline": "new\nline.rmeta", "trailing newline": "line\n/x.rmeta", "carriage return": "re\rturn.rmeta", "backslash": "\\057etc.rmeta"}

# How each program takes a list from standard input, started in {tree} to fill {dest}.
COPIERS = {
    "cpio": ("paths", 'cpio --quiet -pdmu "$DEST"'),
    "cpio -0": ("paths0", 'cpio --quiet -0 -pdmu "$DEST"'),
    "rsync": ("paths", 'rsync -a --files-from=- . "$DEST"'),
    "rsync --from0": ("paths0", 'rsync -a --from0 --files-from=- . "$DEST"'),
    "tar": ("paths", 'tar --no-recursion -cf - -T - | tar -C "$DEST" -xf -'),
    "tar --null": ("paths0", 'tar --no-recursion -cf - --null -T - | tar -C "$DEST" -xf -'),
}


class Copies(ScanTest):
    def copy(self, arguments, copier, cwd):
        """Runs `rartifacts ARGUMENTS | COPIER` and gives the destination."""
        dest = Tree(tempfile.mkdtemp(dir=self.folder))
        if not shutil.which(copier.split()[0]):
            self.skipTest(f"{copier.split()[0]} is not installed")
        done = subprocess.run(["bash", "-c", f'set -o pipefail; "$@" | {copier}', "bash", harness.program, *arguments], cwd=cwd, timeout=20,
                              env={**os.environ, "DEST": str(dest.root)}, capture_output=True, stdin=subprocess.DEVNULL)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return dest

    def copies_by_all(self, *formats):
        """Every program that takes one of `formats` makes a copy without a difference."""
        for name, (form, copier) in COPIERS.items():
            if form in formats:
                with self.subTest(name):
                    copied = self.copy(["scan", "--format", form, "."], copier, self.tree.root)
                    self.assertEqual(copied.content(), self.tree.content())

    def test_scan_tree_piped_into_cpio_copies_the_tree(self):
        self.tree.copy("rust/liba.rmeta")
        self.tree.copy("rust/deep/er/libb.rmeta")
        copied = self.copy(["scan", "tree/"], 'cpio --quiet -pdmu "$DEST"', self.folder)
        self.assertEqual(Tree(copied / "tree").content(), self.tree.content())

    def test_scan_with_C_piped_into_cpio_copies_the_tree(self):
        self.tree.copy("rust/liba.rmeta")
        copied = self.copy(["-C", str(self.tree.root), "scan", "."], 'cpio --quiet -pdmu "$DEST"', self.tree.root)
        self.assertEqual(copied.content(), self.tree.content())

    def test_every_copier_takes_odd_names_in_lines_and_with_nul(self):
        for name in ODD_NAMES:
            self.tree.copy(name)
        self.copies_by_all("paths", "paths0")

    def test_each_odd_name_alone_is_copied_by_every_copier(self):
        for name in ODD_NAMES:
            tree = Tree(self.folder / f"alone{ODD_NAMES.index(name)}")
            tree.copy(name)
            for copier in ("cpio", "rsync", "tar"):
                with self.subTest(name=name, copier=copier):
                    copied = self.copy(["scan", "."], COPIERS[copier][1], tree.root)
                    self.assertEqual(copied.content(), tree.content())

    def test_every_copier_takes_names_that_no_line_can_hold_with_nul(self):
        for name in NOT_IN_LINES.values():
            self.tree.copy(name)
        self.copies_by_all("paths0")

    def test_copied_links_lead_to_their_copied_targets(self):
        self.tree.copy("real/libx.rmeta")
        self.tree.link("rust/libx.rmeta", "../real/libx.rmeta")
        self.copies_by_all("paths", "paths0")

    def test_dirs_lets_cpio_keep_the_modes_of_directories(self):
        self.tree.copy("a/b/libx.rmeta")
        os.chmod(self.tree / "a", 0o700)
        os.chmod(self.tree / "a/b", 0o750)
        copied = self.copy(["scan", "--dirs", "."], 'cpio --quiet -pdmu "$DEST"', self.tree.root)
        modes = [os.stat(copied / path).st_mode & 0o777 for path in ("a", "a/b")]
        self.assertEqual(modes, [0o700, 0o750])


class Paths(ScanTest):
    def test_paths_are_sorted_by_bytes(self):
        names = ["b.rmeta", "a.rmeta", "a/z.rmeta", "a-b.rmeta", "B.rmeta", "\u00e9.rmeta", os.fsdecode(b"\xff.rmeta")]
        for name in names:
            self.tree.copy(name)
        self.lists(self.tree.scan(), *names)

    def test_paths_are_relative_to_where_the_command_was_started(self):
        self.tree.copy("rust/liba.rmeta")
        for typed in ("tree", "tree/", "./tree", ".//tree/.", str(self.tree.root), "tree/../tree", "tree/rust/liba.rmeta"):
            with self.subTest(typed):
                self.lists(run("scan", typed, cwd=self.folder), "tree/rust/liba.rmeta")

    def test_paths_are_relative_to_C(self):
        self.tree.copy("rust/liba.rmeta")
        for typed in (".", "rust", "rust/", str(self.tree / "rust")):
            with self.subTest(typed):
                self.lists(run("-C", "tree", "scan", typed, cwd=self.folder), "rust/liba.rmeta")

    def test_a_name_in_brackets_is_a_name(self):
        for tree in ("[mk]", "mk", "[]"):
            Tree(self.folder / tree).copy("libx.rmeta")
        self.lists(run("scan", "[mk]", cwd=self.folder), "[mk]/libx.rmeta")
        self.lists(run("scan", "--dirs", "--", "[mk]", "[]", cwd=self.folder), "[]", "[]/libx.rmeta", "[mk]", "[mk]/libx.rmeta")
        self.lists(run("-C", "[mk]", "scan", ".", cwd=self.folder), "libx.rmeta")
        for command in (["audit", "-q"], ["inspect"]):
            self.assertIn(b"[mk]", run(*command, "[mk]" + "/libx.rmeta" * (command == ["inspect"]), cwd=self.folder).stdout)

    def test_overlapping_operands_list_each_path_once(self):
        self.tree.copy("a/libx.rmeta")
        self.lists(run("scan", ".", "a", "a/", "a/libx.rmeta", str(self.tree / "a"), cwd=self.tree.root), "a/libx.rmeta")

    def test_a_leading_dash_or_comment_sign_is_written_so_that_nobody_takes_it_for_one(self):
        for name in ("-rf.rmeta", "#x.rmeta", ";x.rmeta"):
            self.tree.copy(name)
        self.lists(self.tree.scan(), "./#x.rmeta", "./-rf.rmeta", "./;x.rmeta")

    def test_dirs_lists_each_parent_once(self):
        self.tree.copy("a/b/libx.rmeta")
        self.tree.copy("a/c/liby.rmeta")
        self.lists(self.tree.scan("--dirs"), "a", "a/b", "a/b/libx.rmeta", "a/c", "a/c/liby.rmeta")

    def test_dirs_lists_no_parents_of_what_stands_in_a_package_or_manifest(self):
        self.tree.copy("usr/src/k/libx.rmeta")
        subprocess.run(["tar", "-cf", self.folder / "k.tar", "-C", self.tree.root, "usr"], check=True)
        (self.folder / "k.json").write_bytes(self.tree.scan("--format", "json").stdout)
        for name, path in (("k.tar", "k.tar:usr/src/k/libx.rmeta"), ("k.json", "usr/src/k/libx.rmeta")):
            done = run("scan", "--dirs", "--format", "json", name, cwd=self.folder)
            self.assertEqual((done.code, done.stderr), (0, ""), done)
            listed = json.loads(done.stdout)
            self.assertEqual(([each["path"] for each in listed["artifacts"]], listed.get("directories", [])), ([path], []))

    def test_a_name_that_no_line_can_hold_is_refused_with_advice(self):
        for what, name in NOT_IN_LINES.items():
            tree = Tree(self.folder / what)
            tree.copy(name)
            with self.subTest(what):
                self.fails(tree.scan(), 2, "paths0", "--from0", "--null")

    def test_paths0_ends_each_path_with_nul(self):
        self.tree.copy("a.rmeta")
        self.tree.copy("new\nline.rmeta")
        self.assertEqual(self.tree.scan("--format", "paths0").stdout, b"a.rmeta\0new\nline.rmeta\0")

    def test_json_carries_the_bytes_of_names_that_are_not_utf8(self):
        self.tree.copy(os.fsdecode(b"a\xff.rmeta"))
        self.tree.copy("b\nc.rmeta")
        broken, fine = json.loads(self.tree.scan("--format", "json").stdout)["artifacts"]
        self.assertEqual((broken["path"], b64decode(broken["path_base64"])), ("a\ufffd.rmeta", b"a\xff.rmeta"))
        self.assertEqual(fine["path"], "b\nc.rmeta")
        self.assertNotIn("path_base64", fine)

    def test_a_path_outside_is_refused_by_lists_and_accepted_by_reports(self):
        outside = self.folder / "outside"
        Tree(outside).copy("libx.rmeta")
        for form in ("paths", "paths0", "sha256sums"):
            for typed in (str(outside), "../outside", "../outside/libx.rmeta"):
                with self.subTest(form=form, typed=typed):
                    self.fails(run("scan", "--format", form, typed, cwd=self.tree.root), 2, "outside", "-C")
        for form in ("json", "ndjson", "csv", "table"):
            with self.subTest(form):
                self.assertEqual(run("scan", "--format", form, "../outside", cwd=self.tree.root).code, 0)


if __name__ == "__main__":
    main()
