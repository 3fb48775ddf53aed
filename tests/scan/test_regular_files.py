# SPDX-License-Identifier: MIT OR Apache-2.0
"""Nothing but regular files is ever opened: not a device, not for a moment, and not by another name. The kernel says what was opened."""

import ctypes
import os
import shutil
import signal
import stat
import struct
import subprocess
import threading
import time
import unittest

import harness
from harness import GOLDENS, LEAF, ScanTest, main, run

IN_OPEN, IN_NONBLOCK = 0x20, 0o4000


class Watch:
    """inotify(7): which of some files were opened. O_PATH does not count as opening, to the kernel as to us."""

    def __init__(self, *paths):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(IN_NONBLOCK)
        self.names = {}
        for path in paths:
            watch = self.libc.inotify_add_watch(self.fd, os.fsencode(path), IN_OPEN)
            if self.fd < 0 or watch < 0:
                raise unittest.SkipTest("no inotify here")
            self.names[watch] = os.fspath(path)

    def opened(self):
        found = set()
        try:
            while data := os.read(self.fd, 65536):
                while data:
                    watch, _, _, length = struct.unpack_from("iIII", data)
                    found.add(self.names[watch])
                    data = data[16 + length:]
        except BlockingIOError:
            return found

    def close(self):
        os.close(self.fd)


class RegularFiles(ScanTest):
    def odd(self, name):
        """FIFO and, for root, a device, of this name in folders of their own."""
        made = []
        for kind in "fifo", "device":
            place = self.tree / kind / name
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.mkfifo(place) if kind == "fifo" else os.mknod(place, stat.S_IFCHR | 0o600, os.makedev(1, 3))
                made.append(place)
            except PermissionError:
                pass
        return made

    def never_opens(self, places, *runs):
        watch = Watch(*places)
        self.addCleanup(watch.close)
        for arguments in runs:
            with self.subTest(arguments):
                done = run(*arguments, cwd=self.tree.root)
                self.assertEqual(watch.opened(), set(), done)
        for place in places:  # the watch works
            os.close(os.open(place, os.O_RDONLY | os.O_NONBLOCK))
        self.assertEqual(watch.opened(), {os.fspath(place) for place in places})

    def test_walks_and_operands(self):
        self.tree.copy("libgood.rmeta")
        places = self.odd("libx.rmeta") + self.odd("libm.so") + self.odd("include/config/auto.conf") + self.odd("plain")
        named = [str(place.relative_to(self.tree.root)) for place in places]
        for number, place in enumerate(places):  # links to them
            link = self.tree.link(f"links/{number}-{place.name}", place)
            named.append(str(link.relative_to(self.tree.root)))
        self.never_opens(places, ("scan", "."), ("scan", "--sniff", "."), ("scan", "--profile", "all", "."), ("audit", "."), ("audit", "--modules", "."),
                         *(("scan", name) for name in named), ("inspect", *named), ("audit", *named), ("extract", named[0]), ("tree", named[0]),
                         ("diff", ".", named[0]), ("toolchain", named[0]))

    def test_auxiliary_files_and_links_to_devices(self):
        self.tree.config("RUST")
        places = self.odd("target")
        for number, path in enumerate(("include/generated/rustc_cfg", "scripts/target.json", "Module.symvers", "include/config/kernel.release")):
            self.tree.link(path, os.path.relpath(places[number % len(places)], (self.tree / path).parent))
        self.tree.copy("rust/libcore.rmeta")
        self.never_opens(places, ("scan", "."), ("audit", "."), ("scan", "--profile", "rust-analyzer", "."), ("inspect", "rust/libcore.rmeta"))

    def test_members_of_thin_archives(self):
        if not shutil.which("ar"):
            self.skipTest("no ar")
        for place in self.odd("a.o"):
            self.tree.write("a.o", (GOLDENS / "1.96.0/leaf.o").read_bytes())
            subprocess.run(["ar", "rcT", "libthin.a", "a.o"], cwd=self.tree.root, check=True)
            (self.tree / "a.o").unlink()
            self.tree.link("a.o", place)
            with self.subTest(place):
                self.never_opens([place], ("inspect", "libthin.a"), ("extract", "--all", "-o", "out", "libthin.a"), ("scan", "--profile", "all", "."),
                                 ("audit", "libthin.a"))
            for left in "libthin.a", "a.o":
                (self.tree / left).unlink()

    def test_texts_that_the_user_names(self):
        self.tree.copy("libx.rmeta")
        places = self.odd("text")
        runs = []
        for place in places:
            runs += [("verify", place, "."), ("inspect", "--symvers", place, "libx.rmeta")]
            runs += [("audit", f"--{option}", place, ".") for option in ("waivers", "baseline", "requested-config", "diversions")]
        self.never_opens(places, *runs)
        for arguments in runs:
            done = run(*arguments, cwd=self.tree.root)
            self.assertIn(done.code, (2, 3), done)
            self.complains(done, "not a regular file")

    def test_a_manifest_may_come_through_a_pipe_that_is_open(self):
        self.tree.copy("libx.rmeta")
        manifest = run("scan", "-f", "json", ".", cwd=self.tree.root).stdout
        reader, writer = os.pipe()
        os.write(writer, manifest)
        os.close(writer)
        self.assertEqual(run("verify", f"/dev/fd/{reader}", ".", cwd=self.tree.root, pass_fds=[reader]).code, 0)
        os.close(reader)

    def test_a_fifo_that_takes_the_place_of_a_file_never_blocks(self):
        """The moment between looking and opening: thousands of times a file, a FIFO, a link to a FIFO."""
        place = self.tree.copy("libx.rmeta")
        manifest = self.folder / "manifest"
        manifest.write_bytes(run("scan", "-f", "json", ".", cwd=self.tree.root).stdout)
        os.mkfifo(self.folder / "fifo")
        stop = threading.Event()

        def swap():
            new = self.folder / "new"
            while not stop.is_set():
                for target, content in (place, LEAF.read_bytes()), (manifest, manifest_text):
                    for make in (lambda: os.mkfifo(new), lambda: new.write_bytes(content), lambda: new.symlink_to("../fifo"), lambda: new.write_bytes(content)):
                        make()
                        os.rename(new, target)

        manifest_text = manifest.read_bytes()
        swapper = threading.Thread(target=swap)
        swapper.start()
        try:
            end = time.monotonic() + 3
            codes = set()
            while time.monotonic() < end:
                for arguments in (("scan", "."), ("scan", "libx.rmeta"), ("scan", "-f", "json", str(manifest)), ("verify", str(manifest), ".")):
                    codes.add(run(*arguments, cwd=self.tree.root).code)  # within harness.TIMEOUT
        finally:
            stop.set()
            swapper.join()
        self.assertLessEqual(codes, {0, 1, 3})
        self.assertIn(0, codes)

    def test_it_works_where_proc_is_not_mounted(self):
        if harness.is_sanitized():
            self.skipTest("the sanitizer reads /proc")
        unshare = shutil.which("unshare")
        self.tree.copy("libx.rmeta")
        os.mkfifo(self.tree / "liby.rmeta")
        command = f"mount -t tmpfs none /proc && exec {harness.program} scan --keep-going ."
        done = unshare and subprocess.run([unshare, "-m", "sh", "-c", command], cwd=self.tree.root, capture_output=True, timeout=harness.TIMEOUT)
        if not done or b"mount:" in done.stderr or b"unshare:" in done.stderr:
            self.skipTest("mount namespaces cannot be made here")
        self.assertEqual((done.returncode, done.stdout), (3, b"libx.rmeta\n"), done)
        self.assertIn(b"liby.rmeta: not a regular file", done.stderr)


if __name__ == "__main__":
    main()
