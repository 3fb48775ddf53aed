# SPDX-License-Identifier: MIT OR Apache-2.0
"""How a run ends when the system has nothing left to give: one line, exit code 3; and with fewer threads than were asked for, as ever."""

import os
import resource
import shutil
import subprocess

import harness
from harness import GOLDENS, ScanTest, main, run


class Ends(ScanTest):
    def setUp(self):
        super().setUp()
        for i in range(40):
            self.tree.copy(f"d{i}/e/libx.rmeta")
            self.tree.copy(f"d{i}/liby.rlib", GOLDENS / "1.96.0/libleaf-1a2b3c4d.rlib")

    def limited(self, kind, limit, *arguments, **more):
        return run(*arguments, cwd=self.tree.root, preexec_fn=lambda: resource.setrlimit(kind, (limit, limit)), **more)

    def test_without_memory_there_is_one_line(self):
        if harness.is_sanitized():
            self.skipTest("the address sanitizer needs more")
        whole = self.tree.scan("-j", "1")
        codes = set()
        for limit in range(8 << 20, 40 << 20, 1 << 20):
            for arguments in (("scan", "-j", "1", "."), ("scan", "-j", "4", "."), ("audit", "-q", "."), ("inspect", "-f", "json", "d0/liby.rlib")):
                with self.subTest(limit=limit, arguments=arguments):
                    done = subprocess.run([harness.program, *arguments], cwd=self.tree.root, capture_output=True, timeout=harness.TIMEOUT,
                                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
                    if done.returncode == 127 or (done.returncode == -11 and not done.stderr) or b"error while loading" in done.stderr:
                        continue  # the loader had not enough for the program itself
                    codes.add(done.returncode)
                    self.assertIn(done.returncode, (0, 1, 3), done)
                    self.assertNotIn(b"terminate called", done.stderr)
                    if done.returncode == 3:
                        self.assertTrue(done.stderr.startswith(b"rartifacts: "), done)
                        self.assertEqual(done.stderr.count(b"\n"), 1, done)
                        self.assertEqual(done.stdout, b"")
                    elif arguments[0] == "scan":
                        self.assertEqual(done.stdout, whole.stdout)
        self.assertIn(0, codes)

    def test_many_threads_with_room_for_few(self):
        """Where addresses are limited, stacks and the allocator's arenas may leave nothing for the work; then that is said."""
        if harness.is_sanitized():
            self.skipTest("the address sanitizer needs more")
        whole = self.tree.scan("-f", "json", "-j", "1").stdout
        for limit in 64 << 20, 256 << 20, 1 << 30:  # the stack of a thread takes 8 MiB of addresses
            done = self.limited(resource.RLIMIT_AS, limit, "scan", "-f", "json", "-j", "256", ".")
            self.assertIn((done.code, done.stdout, done.stderr), [(0, whole, ""), (3, b"", "rartifacts: out of memory\n")])

    def test_many_threads_where_a_user_may_have_few(self):
        if os.geteuid() != 0:
            self.skipTest("other processes of this user count as well")
        if harness.is_sanitized():
            self.skipTest("the sanitizer wants a thread of its own")
        nobody = 54321  # who runs nothing else
        executable = shutil.copy(harness.program, self.folder)
        for most in 1, 3:
            done = self.limited(resource.RLIMIT_NPROC, most, "scan", "-j", "256", ".", executable=executable, user=nobody, group=nobody, extra_groups=[])
            self.assertEqual((done.code, done.stderr), (0, ""), done)
            self.assertEqual(len(done.paths), 80)

    def test_the_same_with_all_threads(self):
        self.assertEqual(len(self.tree.scan("-j", "256").paths), 80)

    def test_a_signal_ends_a_scan_as_it_does_anything(self):
        running = subprocess.Popen([harness.program, "-C", "/", "scan", "--sniff", "."], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        running.terminate()
        self.assertEqual(running.wait(timeout=harness.TIMEOUT), -15)

    def test_what_the_system_refuses_is_told_of_the_right_file(self):
        os.symlink("loop", self.tree / "loop")
        for command in "scan", "inspect", "audit", "extract", "tree", "toolchain":
            done = run(command, "loop", cwd=self.tree.root)
            self.assertEqual(done.code, 3, done)
            self.assertIn("rartifacts: loop: ", done.stderr)
            self.assertIn("Too many levels", done.stderr)
        for option in "waivers", "requested-config":
            self.fails(run("audit", f"--{option}", "loop", ".", cwd=self.tree.root), 3, "rartifacts: loop: Too many levels")
        done = run("audit", "-q", "--report", "json=/nowhere/r", ".", cwd=self.tree.root)
        self.assertEqual(done.code, 3)
        self.complains(done, "/nowhere/r: cannot be written: No such file")
        self.fails(run("extract", "--all", "-o", "/nowhere/out", "d0/liby.rlib", cwd=self.tree.root), 3, "/nowhere/out: cannot be written: No such file")
        self.fails(run("extract", "--all", "-o", "d0/e/libx.rmeta", "d0/liby.rlib", cwd=self.tree.root), 3, "d0/e/libx.rmeta: ", "Not a directory")


if __name__ == "__main__":
    main()
