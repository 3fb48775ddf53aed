#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a reader that was taken over can still do: nothing that a reader does not need.

    test_sandbox.py RARTIFACTS BROKEN_READER
"""

import errno
import io
import lzma
import os
import shutil
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

import harness
from harness import LEAF, ScanTest, main, run

broken = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else sys.exit(__doc__)


def status():
    """What the program says of the sandbox."""
    lines = run("--version", "--verbose").stdout.decode().splitlines()
    assert len(lines) == 2 and lines[1].startswith("sandbox: "), lines
    return lines[1]


class Doors(ScanTest):
    def setUp(self):
        if harness.is_sanitized():
            self.skipTest("the sanitizers open doors of their own, and end with an error when they are traced")
        super().setUp()
        # Beside the program, which stands where it may load modules from.
        place = Path(tempfile.mkdtemp(prefix="sandbox-", dir=os.path.dirname(harness.program)))
        self.addCleanup(shutil.rmtree, place)
        place.chmod(0o755)
        (place / "modules").mkdir()
        self.program = shutil.copy(harness.program, place / "rartifacts")
        shutil.copy(broken, place / "modules/libarchive.so")
        with tarfile.open(self.tree / "x.tar", "w") as package:
            package.addfile(tarfile.TarInfo("a"), io.BytesIO())
        self.tree.write("beside", "x")

    def tried(self, *arguments):
        """What the broken reader could do: what -> errno, 0 when it could."""
        done = run(*arguments, cwd=self.tree.root, executable=self.program)
        self.assertEqual(done.code, 3, done)
        said, *_ = [line for line in done.complaints if "open=" in line]
        return {what: int(number) for what, _, number in (word.partition("=") for word in said.split() if "=" in word)}

    def commands(self):
        return [("scan", "x.tar"), ("audit", "x.tar"), ("tree", "x.tar"), ("toolchain", "x.tar"), ("diff", "x.tar", "x.tar"), ("inspect", "x.tar")]

    def test_no_program_is_started_and_no_process(self):
        if "no seccomp" in status():
            self.skipTest(status())
        for command in self.commands():
            tried = self.tried(*command)
            self.assertEqual([tried[what] for what in ("fork", "exec", "ptrace")], [errno.EPERM] * 3, command)
            self.assertEqual(tried["thread"], 0)

    def test_no_socket_is_opened(self):
        if "no seccomp" in status():
            self.skipTest(status())
        for command in self.commands():
            tried = self.tried(*command)
            self.assertEqual([tried[what] for what in ("socket", "local", "io_uring", "tiocsti")], [errno.EPERM] * 4, command)
            self.assertEqual(tried["connect"], errno.EBADF)

    def test_no_file_is_opened_that_no_operand_leads_to(self):
        if "no landlock" in status():
            self.skipTest(status())
        for command in self.commands():
            tried = self.tried(*command)
            self.assertEqual([tried[what] for what in ("open", "list", "write", "remove", "mkdir")], [errno.EACCES] * 5, command)
            self.assertEqual(tried["beside"], 0)
        self.assertEqual(sorted(os.listdir(self.tree.root)), ["beside", "x.tar"])

    def test_when_a_file_is_read_in_a_directory_no_other_is_listed(self):
        """Until then directories are open to the walk, which opens no file."""
        if "no landlock" in status():
            self.skipTest(status())
        self.tree.write("folder/x.ko.xz", lzma.compress(b"x"))
        for command in ("scan", "--kind", "kernel-module"), ("scan", "--sniff"):
            tried = self.tried(*command, "folder")
            self.assertEqual([tried[what] for what in ("open", "list", "write", "remove", "mkdir")], [errno.EACCES] * 5, command)

    def test_no_privileges_and_no_core(self):
        tried = self.tried("scan", "x.tar")
        self.assertEqual((tried["core"], tried["nnp"]), (0, 1))

    def test_the_doors_are_open_with_no_sandbox(self):
        """Or the other tests would show nothing."""
        tried = self.tried("--no-sandbox", "scan", "x.tar")
        for what in ("fork", "open", "list", "write", "beside", "remove", "mkdir", "socket", "local", "ptrace"):
            self.assertEqual(tried[what], 0, what)
        self.assertEqual(tried["connect"], errno.ECONNREFUSED)
        self.assertEqual(tried["nnp"], 0)
        self.assertEqual(run("--no-sandbox", "--version", "--verbose").stdout.splitlines()[1], b"sandbox: off (--no-sandbox)")

    def test_a_file_with_the_name_of_the_option_opens_no_door(self):
        self.tree.write("--no-sandbox", "x")
        self.assertEqual(self.tried("scan", "--keep-going", "--", "--no-sandbox", "x.tar")["nnp"], 1)

    def test_a_report_is_written_into_its_folder_alone(self):
        (self.tree / "reports").mkdir()
        tried = self.tried("audit", "--report", "json=reports/x", "x.tar")
        if "no landlock" not in status():
            self.assertEqual((tried["write"], tried["remove"]), (errno.EACCES, errno.EACCES))


class Work(ScanTest):
    """What must go on working."""

    def test_outputs_are_written(self):
        self.tree.copy("libleaf-1a2b3c4d.rmeta")
        (self.tree / "there").write_text("old")
        (self.tree / "folder").mkdir()
        for place in "report", "folder/report", "there":
            done = self.tree.scan()
            self.assertEqual(done.code, 0)
            done = run("audit", "-q", "-r", f"json={place}", "libleaf-1a2b3c4d.rmeta", cwd=self.tree.root)
            self.assertIn(done.code, (0, 1), done)
            self.assertTrue((self.tree / place).read_text().startswith("{"))
            done = run("toolchain", "-f", "version", "-o", place, ".", cwd=self.tree.root)
            self.assertEqual(done.code, 0, done)
            self.assertRegex((self.tree / place).read_text(), r"^1\.\d+\.\d+$")

    def test_a_pipe_and_a_descriptor_are_written(self):
        self.tree.copy("libleaf-1a2b3c4d.rmeta")
        done = run("audit", "-q", "-r", "json=/dev/stdout", ".", cwd=self.tree.root)
        self.assertIn(b'"verdict"', done.stdout)
        self.assertEqual(run("audit", "-q", "-r", "json=/dev/null", ".", cwd=self.tree.root).code, done.code)

    def test_packages_are_read_by_the_module_in_place(self):
        with tarfile.open(self.tree / "x.tar.xz", "w:xz") as package:
            package.add(LEAF, "usr/lib/libleaf.rmeta")
        done = run("scan", "x.tar.xz", cwd=self.tree.root)
        if "not installed" in done.stderr:
            self.skipTest(done.stderr)
        self.assertEqual((done.code, done.stderr), (0, ""))

    def test_what_is_active_is_said_in_one_line(self):
        self.assertRegex(status(), r"^sandbox: (landlock \d+|no landlock in this kernel), (seccomp|no seccomp in this build), "
                                   r"no new privileges, no core dumps$")
        self.assertEqual(len(run("--version").stdout.splitlines()), 1)


if __name__ == "__main__":
    main()
