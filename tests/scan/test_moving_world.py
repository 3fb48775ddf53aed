# SPDX-License-Identifier: MIT OR Apache-2.0
"""Files that change while they are read, readers that go away, disks that are full: a message, never a signal."""

import os
import threading
import time
import unittest

from harness import GOLDENS, LEAF, ScanTest, main

FORMATS = ["paths", "paths0", "table", "json", "ndjson", "csv", "sha256sums"]


class Output(ScanTest):
    def setUp(self):
        super().setUp()
        for i in range(50):
            self.tree.copy(f"{i}/libx.rmeta")

    def test_a_reader_that_has_gone_is_an_error(self):
        for form in FORMATS:
            reader, writer = os.pipe()
            os.close(reader)
            done = self.tree.scan("--format", form, stdout=writer)
            os.close(writer)
            with self.subTest(form):
                self.fails(done, 3, "standard output", "Broken pipe")

    def test_a_full_disk_is_an_error(self):
        for form in FORMATS:
            with self.subTest(form), open("/dev/full", "wb") as full:
                self.fails(self.tree.scan("--format", form, stdout=full), 3, "standard output", "No space left")

    def test_a_closed_standard_output_is_an_error(self):
        done = self.tree.scan(stdout=None, preexec_fn=lambda: os.close(1))
        self.fails(done, 3, "standard output")

    def test_a_closed_standard_output_never_writes_into_the_tree(self):
        before = self.tree.content()
        self.tree.scan("--format", "json", stdout=None, preexec_fn=lambda: os.close(1))
        self.assertEqual(self.tree.content(), before)

    def test_help_into_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            self.assertEqual(self.tree.scan("--help", stdout=full).code, 3)


class Change(ScanTest):
    """A writer keeps changing files; each run must end by itself, whole or with the file named."""

    def while_writing(self, change, arguments=(), seconds=2.0):
        stop = threading.Event()

        def write():
            while not stop.is_set():
                change()

        writer = threading.Thread(target=write)
        writer.start()
        codes = set()
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                done = self.tree.scan(*arguments)
                self.assertIn(done.code, (0, 3), done)
                if done.code == 3:
                    self.assertEqual(done.stdout, b"")
                    self.assertTrue(done.stderr.startswith("rartifacts: "), done)
                codes.add(done.code)
        finally:
            stop.set()
            writer.join()
        return codes

    def test_files_that_are_truncated_and_rewritten_while_they_are_read(self):
        content = {name: (GOLDENS / "1.96.0" / name).read_bytes() for name in ("libleaf-1a2b3c4d.rmeta", "libleaf-1a2b3c4d.rlib", "libpm-deadbeef.so")}

        def change():
            for name, data in content.items():
                self.tree.write(name, data)
                with open(self.tree / name, "r+b") as file:
                    file.truncate(len(data) // 3)

        self.while_writing(change, ["--format", "json"])

    def test_a_file_that_is_appended_to_while_it_is_read(self):
        place = self.tree.copy("liba.rmeta")

        def change():
            with open(place, "ab") as file:
                file.write(b"x" * 4096)
            if place.stat().st_size > 1 << 20:
                place.write_bytes(LEAF.read_bytes())

        self.while_writing(change, ["--format", "json"])

    def test_files_and_directories_that_come_and_go(self):
        self.tree.copy("stays/libx.rmeta")

        def change():
            for i in range(20):
                self.tree.copy(f"{i}/liby.rmeta")
            for i in range(20):
                os.unlink(self.tree / f"{i}/liby.rmeta")
                os.rmdir(self.tree / f"{i}")

        self.while_writing(change)

    def test_a_file_that_becomes_a_link_out_of_the_tree_is_not_followed(self):
        (self.folder / "secret").write_bytes(LEAF.read_bytes())
        place = self.tree / "libx.rmeta"

        def change():
            for replace in (lambda: os.symlink("../secret", self.folder / "new"), lambda: (self.folder / "new").write_bytes(LEAF.read_bytes())):
                replace()
                os.rename(self.folder / "new", place)

        change()
        self.while_writing(change, seconds=1.0)


if __name__ == "__main__":
    main()
