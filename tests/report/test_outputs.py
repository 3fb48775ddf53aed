# SPDX-License-Identifier: MIT OR Apache-2.0
"""What is written: never through a link of a stranger's, with owner and permissions of what it replaces, under any name that the
system takes, as a whole or not at all, whatever ends the run."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
from harness import GOLDENS, NOBODY, ScanTest, Tree, run, run_as_nobody

RLIB = GOLDENS / "1.96.0/libleaf-1a2b3c4d.rlib"


class OutputTest(ScanTest):
    def setUp(self):
        super().setUp()
        self.tree.copy("libleaf.rmeta", GOLDENS / "1.97.0-nightly/libleaf-1a2b3c4d.rmeta")
        self.out = self.folder / "out"

    def audit(self, report, cwd=None, **more):
        return run("audit", "-q", "--report", f"json={report}", ".", cwd=cwd or self.tree.root, **more)

    def is_report(self, path):
        self.assertEqual(json.loads(Path(path).read_bytes())["verdict"], "ok")

    def leaves_nothing(self, *folders):
        for folder in folders or (self.folder, self.tree.root):
            self.assertEqual([name for name in os.listdir(folder) if name.startswith(".rartifacts")], [])


class Links(OutputTest):
    """The commands that write, each through a link that stands in what is read."""

    def writers(self, target):
        yield "audit", "-q", "--report", f"json={target}", "."
        yield "audit", "-q", "--report", f"junit={target}", "libleaf.rmeta"
        yield "audit", "-q", "--write-baseline", target, "."
        yield "toolchain", "-o", target, "."
        yield "audit", "-q", "--report", f"json={self.tree.root}/{target}", str(self.tree.root)

    def test_no_link_of_the_tree_is_followed(self):
        victim = self.folder / "victim"
        (self.folder / "victims").mkdir()
        (self.tree / "a").mkdir()
        for target, link, text in (("report", "report", "../victim"), ("report", "report", str(victim)), ("to/report", "to", "../victims"),
                                   ("a/../report", "report", "../victim"), ("hop", "hop", "report"), ("report", "report", "nowhere")):
            victim.write_text("mine")
            made = self.tree.link(link, text)
            for arguments in self.writers(target):
                with self.subTest(text=text, arguments=arguments):
                    done = run(*arguments, cwd=self.tree.root)
                    self.assertEqual(done.code, 3, done)
                    self.assertIn("is a symbolic link below a directory that is read", done.stderr)
                    self.assertEqual((victim.read_text(), os.listdir(self.folder / "victims")), ("mine", []))
                    self.assertFalse((self.tree / "nowhere").exists())
            made.unlink()
        self.leaves_nothing()

    def test_extract_follows_none_either(self):
        self.tree.copy("libleaf.rlib", RLIB)
        victims = self.folder / "victims"
        victims.mkdir()
        self.tree.link("out", "../victims")
        for output in "out", "out/deeper", f"{self.tree.root}/out":
            done = run("extract", "--all", "-o", output, "libleaf.rlib", cwd=self.tree.root)
            self.fails(done, 3, "out is a symbolic link below a directory that is read")
            self.assertEqual(os.listdir(victims), [])

    def test_links_outside_of_what_is_read_are_followed_and_stay(self):
        (self.folder / "real").mkdir()
        self.out.symlink_to("real")
        (self.folder / "real/report").symlink_to("../report.json")
        self.assertEqual(self.audit(self.out / "report").code, 0)
        self.assertTrue((self.folder / "real/report").is_symlink())
        self.is_report(self.folder / "report.json")
        self.assertEqual(run("extract", "--all", "-o", self.out, str(RLIB), cwd=self.tree.root).code, 0)
        self.assertTrue(self.out.is_symlink())
        self.assertGreater(len(os.listdir(self.folder / "real")), 1)

    def test_a_link_beside_a_package_is_the_users(self):
        if not (Path(harness.program).parent / "modules/libarchive.so").exists():
            self.skipTest("built without libarchive")
        subprocess.run(["tar", "-C", self.tree.root, "-cf", self.folder / "x.tar", "libleaf.rmeta"], check=True)
        (self.folder / "real").mkdir()
        (self.folder / "latest").symlink_to("real/report.json")
        self.assertEqual(run("audit", "-q", "--report", "json=latest", "x.tar", cwd=self.folder).code, 0)
        self.is_report(self.folder / "real/report.json")

    def test_a_report_may_stand_in_the_tree(self):
        (self.tree / "reports").mkdir()
        for target in "report.json", "reports/r.json", self.tree / "absolute.json":
            self.assertEqual(self.audit(target).code, 0)
            self.is_report(self.tree / target)

    def test_what_is_no_file_is_not_written_to_in_a_tree(self):
        os.mkfifo(self.tree / "fifo")
        done = self.audit("fifo")
        self.assertEqual(done.code, 3, done)
        self.assertIn("fifo: not a regular file", done.stderr)

    def test_devices_of_the_system_are_written_to_whatever_is_read(self):
        for target in "/dev/null", "/dev/stderr", "/proc/self/fd/2":
            done = run("audit", "-q", "--report", f"json={target}", str(self.tree.root), cwd="/")
            self.assertEqual(done.code, 0, done)
        self.assertIn('"verdict"', done.stderr)


class Files(OutputTest):
    def test_owner_and_permissions_of_what_is_replaced_stay(self):
        for mode in 0o600, 0o640, 0o664, 0o604:
            target = self.folder / f"report-{mode:o}"
            target.write_text("old")
            target.chmod(mode)
            if os.geteuid() == 0:
                os.chown(target, NOBODY, 12345)
            before = target.stat()
            self.assertEqual(self.audit(target).code, 0)
            self.is_report(target)
            after = target.stat()
            self.assertEqual((after.st_mode, after.st_uid, after.st_gid), (before.st_mode, before.st_uid, before.st_gid))
            self.assertNotEqual(after.st_ino, before.st_ino, "it was replaced as a whole")

    def test_extract_keeps_them_too(self):
        self.out.mkdir()
        self.assertEqual(run("extract", "--all", "-o", self.out, str(RLIB)).code, 0)
        for path in self.out.iterdir():
            path.chmod(0o600)
            if os.geteuid() == 0:
                os.chown(path, NOBODY, 12345)
        before = {path.name: path.stat() for path in self.out.iterdir()}
        self.assertEqual(run("extract", "--all", "--force", "-o", self.out, str(RLIB)).code, 0)
        for path in self.out.iterdir():
            after = path.stat()
            self.assertEqual((after.st_mode, after.st_uid, after.st_gid), (stat.S_IFREG | 0o600, before[path.name].st_uid, before[path.name].st_gid))

    def test_a_new_file_has_what_umask_says(self):
        for mask in 0o022, 0o077, 0o002:
            target = self.folder / f"new-{mask:o}"
            self.assertEqual(self.audit(target, preexec_fn=lambda: os.umask(mask)).code, 0)
            self.assertEqual(stat.S_IMODE(target.stat().st_mode), 0o666 & ~mask)

    def test_a_user_keeps_the_owner_of_a_file_that_only_its_mode_lets_them_write(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be two users")
        place = self.folder / "shared"
        place.mkdir()
        place.chmod(0o777)
        target = place / "report"
        target.write_text("old" * 10000)
        target.chmod(0o666)
        done = run_as_nobody("audit", "-q", "--report", f"json={target}", ".", cwd=self.tree.root)
        self.assertEqual(done.code, 0, done)
        self.is_report(target)
        self.assertEqual((target.stat().st_uid, stat.S_IMODE(target.stat().st_mode)), (0, 0o666))
        self.leaves_nothing(place)

    def test_a_file_in_a_folder_that_is_not_ours_is_written_in_place(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be two users")
        place = self.folder / "closed"
        place.mkdir()
        target = place / "report"
        target.write_text("old" * 10000)
        os.chown(target, NOBODY, NOBODY)
        self.assertEqual(run_as_nobody("audit", "-q", "--report", f"json={target}", ".", cwd=self.tree.root).code, 0)
        self.is_report(target)
        done = run_as_nobody("audit", "-q", "--report", f"json={place}/new", ".", cwd=self.tree.root)
        self.assertEqual(done.code, 3)
        self.assertIn(f"{place}/new: cannot be written: Permission denied", done.stderr)

    def test_a_file_with_several_names_is_never_written_in_place(self):
        """In place would be in all places. Replaced, the others keep what they had."""
        target, other = self.folder / "report", self.folder / "other"
        other.write_text("mine")
        os.link(other, target)
        self.assertEqual(self.audit(target).code, 0)
        self.is_report(target)
        self.assertEqual(other.read_text(), "mine")

    def test_every_name_that_the_system_takes(self):
        for name in "r" * 255, "ä" * 127, "-", " ", "a\nb", "...", ".rartifacts-0", "XXXXXX", b"\xff".decode(errors="surrogateescape") * 255:
            with self.subTest(name=name):
                for _ in range(2):
                    self.assertEqual(self.audit(self.out.parent / name).code, 0)
                    self.is_report(self.folder / name)
                os.unlink(self.folder / name)
        done = self.audit(self.folder / ("r" * 256))
        self.assertEqual(done.code, 3)
        self.assertIn("File name too long", done.stderr)

    def test_a_mounted_file_is_written_in_place(self):
        target, mounted = self.folder / "report", self.folder / "mounted"
        target.write_text("old" * 10000)
        mounted.write_text("")
        command = f"mount --bind {target} {mounted} && {harness.program} audit -q --report json={mounted} . && cat {mounted}"
        done = subprocess.run(["unshare", "-m", "sh", "-c", command], cwd=self.tree.root, capture_output=True)
        if b"mount:" in done.stderr or b"unshare:" in done.stderr:
            self.skipTest("mount namespaces cannot be made here")
        self.assertEqual(done.returncode, 0, done)
        self.is_report(target)
        self.leaves_nothing()

    def test_a_full_disk_keeps_the_old_file_and_names_the_right_one(self):
        place = self.folder / "small"
        place.mkdir()
        self.tree.copy("libbig.rlib", RLIB)
        command = (f"mount -t tmpfs -o size=16k none {place} && echo old > {place}/report && (dd if=/dev/zero of={place}/fill 2>/dev/null; "
                   f"{harness.program} audit -q --report json={place}/report . ; echo $?; cat {place}/report; "
                   f"{harness.program} extract --all -o {place}/out libbig.rlib; echo $?; ls -A {place})")
        done = subprocess.run(["unshare", "-m", "sh", "-c", command], cwd=self.tree.root, capture_output=True, text=True)
        if "mount:" in done.stderr or "unshare:" in done.stderr:
            self.skipTest("mount namespaces cannot be made here")
        self.assertEqual(done.stdout.split("\n")[1:], ["3", "old", "3", "fill", "report", ""], done)
        first, second = done.stderr.splitlines()
        self.assertTrue(first.startswith(f"rartifacts: {place}/report: cannot be written: No space left"), first)
        self.assertTrue(second.startswith(f"rartifacts: {place}/out"), second)
        self.assertIn("No space left", second)


class Ends(OutputTest):
    """A run that is ended while it writes: a member of some GB, of which the disk holds nothing, takes it long enough."""

    SIZE = 3 << 30
    PATIENCE = 3 * harness.TIMEOUT  # disks that are busy keep what writes gigabytes waiting

    def archive(self):
        place = self.tree / "slow.a"
        with open(place, "wb") as file:
            file.write(b"!<arch>\n" + b"big.o/".ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"644".ljust(8) + str(self.SIZE).encode().ljust(10) + b"`\n")
            file.truncate(68 + self.SIZE)
        return place

    def begin(self, *more, **popen):
        """A run of extract that has begun to write."""
        archive = self.archive()
        running = subprocess.Popen([harness.program, "extract", "--all", *more, "-o", self.out, archive], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **popen)
        end = time.monotonic() + self.PATIENCE
        while not list(self.out.glob(".rartifacts-*/big.o")) and running.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        self.assertLess(time.monotonic(), end, "nothing was begun")
        if running.poll() is not None:
            self.skipTest(f"ended too soon to be ended: {running.communicate()}")
        return running

    def test_signals_leave_nothing_behind_and_are_what_ends_the_program(self):
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            for is_there in False, True:
                with self.subTest(number=number, is_there=is_there):
                    shutil.rmtree(self.out, ignore_errors=True)
                    if is_there:
                        self.out.mkdir()
                        (self.out / "mine").write_text("mine")
                    running = self.begin()
                    running.send_signal(number)
                    output, complaints = running.communicate(timeout=self.PATIENCE)
                    self.assertEqual((running.returncode, output, complaints), (-number, b"", b""))
                    self.assertEqual(os.listdir(self.out) if is_there else self.out.exists(), ["mine"] if is_there else False)

    def test_a_shell_sees_128_and_the_number(self):
        running = self.begin()
        running.kill()
        running.communicate()
        shell = f"{harness.program} extract --all -o {self.out} {self.tree / 'slow.a'} & child=$!; while ! [ -e {self.out}/.rartifacts-extract-0/big.o ]; do :; done; kill -TERM $child; wait $child; echo $?"
        shutil.rmtree(self.out)
        done = subprocess.run(["sh", "-c", shell], capture_output=True, timeout=self.PATIENCE)
        self.assertEqual(done.stdout, b"143\n", done)
        self.assertFalse(self.out.exists())

    def test_what_a_caller_ignores_stays_ignored(self):
        self.SIZE = 200 << 20
        running = self.begin(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        running.send_signal(signal.SIGHUP)
        self.assertEqual((running.communicate(timeout=self.PATIENCE)[1], running.returncode), (b"", 0))
        self.assertEqual(os.listdir(self.out), ["big.o"])

    def test_what_is_left_when_it_is_killed_goes_with_the_next_run(self):
        running = self.begin()
        running.kill()
        running.communicate()
        self.assertEqual(os.listdir(self.out), [".rartifacts-extract-0"])
        self.assertEqual(run("extract", "--all", "-o", self.out, str(RLIB)).code, 0)
        self.leaves_nothing(self.out)

    def test_a_run_beside_it_is_let_be(self):
        running = self.begin()
        self.assertEqual(run("extract", "--all", "-o", self.out, str(RLIB)).code, 0)
        is_let_be = (self.out / ".rartifacts-extract-0/big.o").exists()
        if running.poll() is not None or (self.out / "big.o").exists():
            self.skipTest("ended too soon to be beside another")
        self.assertTrue(is_let_be)
        running.terminate()
        running.communicate()
        self.leaves_nothing(self.out)

    def test_what_a_killed_report_leaves_goes_with_the_next_run(self):
        target = self.folder / "report.json"
        strace = shutil.which("strace")
        if not strace:
            self.skipTest("no strace to kill it with at the right moment")
        subprocess.run([strace, "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:signal=KILL", harness.program, "audit", "-q", "--report",
                        f"json={target}", "."], cwd=self.tree.root, capture_output=True)
        left = [name for name in os.listdir(self.folder) if name.startswith(".rartifacts-")]
        if not left:
            self.skipTest("strace cannot trace here")
        self.assertEqual(self.audit(target).code, 0)
        self.is_report(target)
        self.leaves_nothing()

    def test_names_in_the_way_that_are_not_ours_are_let_be(self):
        for number in range(3):
            os.mkfifo(self.folder / f".rartifacts-extract-{number}")
        self.assertEqual(run("extract", "--all", "-o", self.folder, str(RLIB)).code, 0)
        self.assertEqual(len(list(self.folder.glob(".rartifacts-*"))), 3)


if __name__ == "__main__":
    harness.main()
