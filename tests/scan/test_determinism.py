# SPDX-License-Identifier: MIT OR Apache-2.0
"""Same tree, same bytes: whatever the number of threads and the order in which the files were made."""

import unittest

from harness import GOLDENS, LEAF, ScanTest, Tree, main, run

FORMATS = ["paths", "paths0", "table", "json", "ndjson", "csv", "sha256sums", "cyclonedx"]
JOBS = ["1", "2", "8"]


def files():
    """path -> content: many directories, real artifacts of several compilers."""
    for release in ("1.63.0", "1.75.0", "1.96.0", "1.98.1"):
        for golden in sorted((GOLDENS / release).glob("lib*")):
            yield f"{release}/{golden.name}", golden.read_bytes()
    for i in range(60):
        yield f"many/{i % 7}/{i}/lib{i}.rmeta", LEAF.read_bytes()


def fill(tree, content):
    for path, data in content:
        tree.write(path, data)
    tree.link("link.rmeta", "1.96.0/libleaf-1a2b3c4d.rmeta")


class Determinism(ScanTest):
    def test_the_number_of_threads_changes_nothing(self):
        fill(self.tree, files())
        for form in FORMATS:
            runs = [self.tree.scan("--format", form, "--jobs", jobs) for jobs in JOBS * 3]
            self.assertEqual({(done.code, done.stderr) for done in runs}, {(0, "")})
            self.assertEqual(len({done.stdout for done in runs}), 1, form)

    def test_the_order_in_which_files_were_made_changes_nothing(self):
        fill(self.tree, files())
        other = Tree(self.folder / "other")
        fill(other, reversed(list(files())))
        for form in FORMATS:
            self.assertEqual(self.tree.scan("--format", form).stdout, other.scan("--format", form).stdout, form)

    def test_the_order_of_operands_changes_nothing(self):
        fill(self.tree, files())
        there = run("scan", "1.63.0", "many", "1.96.0", cwd=self.tree.root)
        back = run("scan", "1.96.0", "many", "1.63.0", cwd=self.tree.root)
        self.assertEqual((there.code, there.stdout), (0, back.stdout))

    def test_complaints_come_in_the_same_order(self):
        for i in range(40):
            self.tree.write(f"{i % 5}/lib{i}.rmeta", LEAF.read_bytes()[:100 + i])
        runs = [self.tree.scan("--keep-going", "--jobs", jobs) for jobs in JOBS * 3]
        self.assertEqual(len(runs[0].complaints), 40)
        self.assertEqual(len({done.stderr for done in runs}), 1)


if __name__ == "__main__":
    main()
