# SPDX-License-Identifier: MIT OR Apache-2.0
"""Damaged, strange and hostile files: named on one line, exit code 3, never a crash, never a hang."""

import os
import random
import resource
import socket
import stat
import unittest

from harness import GOLDENS, LEAF, ScanTest, main, run, run_as_nobody

MAGICS = {
    "huge.rmeta": b"rust\0\0\0\x0a",
    "huge.rlib": b"!<arch>\n",
    "thin.rlib": b"!<thin>\n",
    "huge.so": b"\x7fELF\2\1\1".ljust(16, b"\0") + b"\3\0\x3e\0\1\0\0\0".ljust(48, b"\xff"),
    "zero.so": b"\x7fELF\2\1\1",
    "none.rmeta": b"",
}


class Damage(ScanTest):
    def test_metadata_cut_off_anywhere_is_named(self):
        content = LEAF.read_bytes()
        cuts = sorted({1, 7, 8, 15, 16, 17, 40, len(content) - 1, *range(64, len(content), 97)})
        for cut in cuts:
            self.tree.write(f"lib{cut:05}.rmeta", content[:cut])
        done = self.tree.scan()
        self.fails(done, 3, problems=len(cuts))
        self.assertEqual([line.split(": ")[1] for line in done.complaints], [f"lib{cut:05}.rmeta" for cut in cuts])

    def test_an_rlib_cut_off_anywhere_is_named(self):
        content = (GOLDENS / "1.96.0" / "libleaf-1a2b3c4d.rlib").read_bytes()
        cuts = list(range(9, len(content), max(1, len(content) // 40)))
        for cut in cuts:
            self.tree.write(f"lib{cut:05}.rlib", content[:cut])
        self.fails(self.tree.scan(), 3, problems=len(cuts))

    def test_a_proc_macro_cut_off_is_never_listed(self):
        self.tree.config("RUST")
        content = (GOLDENS / "1.96.0" / "libpm-deadbeef.so").read_bytes()
        for part in (1, 10, 30, 50, 70, 90, 99):
            self.tree.write("rust/libpm.so", content[:len(content) * part // 100])
            with self.subTest(f"{part} percent"):
                done = self.tree.scan("--kind", "proc-macro")
                self.assertEqual((done.code, done.stdout), (3, b""))

    def test_an_empty_rmeta_in_a_kernel_tree_is_an_error(self):
        self.tree.config("RUST")
        self.tree.write("rust/libcore.rmeta")
        done = self.tree.scan()
        self.assertEqual((done.code, done.stdout), (3, b""))
        self.assertIn("rust/libcore.rmeta: empty", done.stderr)

    def test_an_empty_rmeta_elsewhere_is_what_cargo_check_leaves_for_programs(self):
        self.tree.write("target/debug/deps/libprogram.rmeta")
        self.tree.copy("target/debug/deps/libx.rmeta")
        self.lists(self.tree.scan(), "target/debug/deps/libx.rmeta")

    def test_a_file_that_only_calls_itself_metadata_is_named(self):
        self.tree.write("text.rmeta", "hello\n")
        self.tree.write("text.rlib", "hello\n")
        self.fails(self.tree.scan(), 3, "text.rmeta", "text.rlib", problems=2)

    def test_a_library_without_rust_is_no_artifact_and_no_error(self):
        self.tree.write("vdso64.so", "hello\n")
        self.tree.copy("libx.rmeta")
        self.lists(self.tree.scan(), "libx.rmeta")

    def test_mutated_files_are_listed_or_refused_but_never_crash(self):
        chance = random.Random(1)
        sources = [LEAF, *(GOLDENS / "1.96.0").glob("*.rlib"), GOLDENS / "1.96.0/libpm-deadbeef.so", GOLDENS / "1.96.0/libnocore.so",
                   GOLDENS / "1.96.0/leaf.o", GOLDENS / "1.96.0/libnocore.a", GOLDENS / "1.63.0/libpm-deadbeef.so", GOLDENS / "1.41.0/libmid-99aa.rmeta"]
        for source in sources:
            original = source.read_bytes()
            for i in range(120):
                content = bytearray(original)
                for _ in range(1 + i % 5):
                    near = chance.choice([16, 64, 512, len(content)])
                    content[chance.randrange(min(near, len(content)))] = chance.choice([0, 1, 0x7f, 0x80, 0xff, chance.randrange(256)])
                self.tree.write(f"{source.parent.name}{i}/{source.name}", bytes(content))
        for profile in ("oot", "all"):
            done = self.tree.scan("--profile", profile, "--keep-going", "--format", "json")
            self.assertIn(done.code, (0, 3))
            for line in done.complaints:
                self.assertTrue(line.startswith("rartifacts: ") and line.isprintable(), ascii(line))

    def test_a_sparse_file_of_a_terabyte_is_refused_at_once(self):
        for name, magic in MAGICS.items():
            os.truncate(self.tree.write(name, magic), 1 << 40)
        for arguments in (["--keep-going"], ["--profile", "all"], ["--sniff"]):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = self.tree.scan(*arguments)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.assertEqual((done.code, done.stdout), (3, b""), done)
            self.assertLess(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2)

    def test_sizes_in_headers_are_not_believed(self):
        huge = b"9999999999"
        self.tree.write("a.rlib", b"!<arch>\n" + b"lib.rmeta/".ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"644".ljust(8) + huge + b"`\n")
        self.tree.write("b.rmeta", b"rust\0\0\0\x0a" + b"\xff" * 8 + b"\xff" * 64)
        self.fails(self.tree.scan(), 3, "a.rlib", "b.rmeta", problems=2)


class OddFiles(ScanTest):
    def odd_files(self, name):
        """Makes one file of each kind that must never be read, each called `name`."""
        os.mkfifo(self.tree.write(f"fifo/{name}").with_suffix(".x"))
        os.rename((self.tree / f"fifo/{name}").with_suffix(".x"), self.tree / f"fifo/{name}")
        here = os.open(self.tree.write(f"socket/{name}").parent, os.O_RDONLY)
        os.unlink(self.tree / f"socket/{name}")
        server = socket.socket(socket.AF_UNIX)
        server.bind(f"/proc/self/fd/{here}/{name}")
        self.addCleanup(server.close)
        os.close(here)
        made = ["fifo", "socket"]
        if os.geteuid() == 0:
            (self.tree / "device").mkdir()
            try:
                os.mknod(self.tree / f"device/{name}", stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero: endless
                made.append("device")
            except PermissionError:
                pass  # a container without the right to
        return made

    def test_fifos_sockets_and_devices_are_named_and_never_waited_for(self):
        for name in ("libx.rmeta", "libx.so", "auto.conf"):
            with self.subTest(name):
                self.setUp()
                made = self.odd_files(name)
                if name == "auto.conf":
                    for kind in made:
                        os.renames(self.tree / kind / name, self.tree / kind / "include/config" / name)
                done = self.tree.scan()
                self.fails(done, 3, *made, problems=len(made))

    def test_sniff_does_not_touch_what_is_no_file(self):
        self.odd_files("x")
        self.tree.copy("libx.rmeta")
        self.lists(self.tree.scan("--sniff"), "libx.rmeta")

    def test_a_fifo_as_operand_is_refused(self):
        os.mkfifo(self.tree / "libx.rmeta")
        self.fails(run("scan", "libx.rmeta", cwd=self.tree.root), 3, "libx.rmeta")

    def test_an_unreadable_file_is_named(self):
        os.chmod(self.tree.copy("rust/libx.rmeta"), 0)
        self.fails(run_as_nobody("scan", ".", cwd=self.tree.root), 3, "rust/libx.rmeta", "ermission")

    def test_an_unreadable_file_that_cannot_matter_is_no_error(self):
        os.chmod(self.tree.write("secret.txt"), 0)
        self.tree.copy("libx.rmeta")
        self.lists(run_as_nobody("scan", ".", cwd=self.tree.root), "libx.rmeta")

    def test_an_unreadable_directory_is_named(self):
        self.tree.copy("open/libx.rmeta")
        self.tree.copy("closed/liby.rmeta")
        os.chmod(self.tree / "closed", 0)
        done = run_as_nobody("scan", ".", cwd=self.tree.root)
        kept = run_as_nobody("scan", "--keep-going", ".", cwd=self.tree.root)
        os.chmod(self.tree / "closed", 0o700)
        self.fails(done, 3, "closed", "ermission")
        self.assertEqual((kept.code, kept.stdout), (3, b"open/libx.rmeta\n"))

    def test_a_directory_that_can_be_listed_but_not_entered_is_named(self):
        self.tree.copy("closed/libx.rmeta")
        os.chmod(self.tree / "closed", 0o444)
        done = run_as_nobody("scan", ".", cwd=self.tree.root)
        os.chmod(self.tree / "closed", 0o700)
        self.fails(done, 3, "closed", "ermission")

    def test_paths_longer_than_the_system_takes_at_once_are_read_and_listed(self):
        names = [f"{i:02}" + "d" * 240 for i in range(20)]
        here = os.open(self.tree.root, os.O_RDONLY)
        for name in names:
            os.mkdir(name, dir_fd=here)
            below = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        with open(os.open("libx.rmeta", os.O_WRONLY | os.O_CREAT, dir_fd=here), "wb") as file:
            file.write(LEAF.read_bytes())
        os.symlink("libx.rmeta", "link.rmeta", dir_fd=here)
        os.close(here)
        folder = "/".join(names)
        self.assertGreater(len(folder), 4096)
        self.lists(self.tree.scan(), folder + "/libx.rmeta", folder + "/link.rmeta")
        self.assertEqual(self.tree.scan("--format", "json").code, 0)


if __name__ == "__main__":
    main()
