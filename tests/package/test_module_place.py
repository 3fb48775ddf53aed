# SPDX-License-Identifier: MIT OR Apache-2.0
"""Reader modules: loaded from where only root and the user can have put them, and from nowhere else."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
from harness import NOBODY, ScanTest

# A module that leaves a trace when it is loaded, by whatever way.
EVIL = """
#include <fcntl.h>
__attribute__((constructor)) static void loaded(void) { open("TRACE", O_CREAT | O_WRONLY, 0666); }
const char rartifacts_module_version[] = "VERSION";
"""


class ModulePlace(ScanTest):
    """A program in a folder of its own, with modules/ beside it."""

    def setUp(self):
        super().setUp()
        built = Path(harness.program).parent / "modules/libarchive.so"
        if not built.exists():
            self.skipTest("built without libarchive")
        if not shutil.which("gcc"):
            self.skipTest("no gcc")
        self.place = self.folder / "place"
        self.modules = self.place / "modules"
        self.modules.mkdir(parents=True)
        self.program = Path(shutil.copy(harness.program, self.place))
        self.good = built
        shutil.copy(built, self.modules)
        (self.folder / "trace").mkdir()
        (self.folder / "trace").chmod(0o777)
        self.trace = self.folder / "trace/trace"
        self.evil = self.folder / "evil.so"
        version = subprocess.run([harness.program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
        source = EVIL.replace("TRACE", str(self.trace)).replace("VERSION", version)
        subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-o", self.evil, "-"], input=source.encode(), check=True)
        self.tree.copy("libx.rmeta")
        subprocess.run(["tar", "-C", self.tree.root, "-cf", self.folder / "x.tar", "libx.rmeta"], check=True)

    def scan(self, program=None, **more):
        return subprocess.run([program or self.program, "scan", "x.tar"], cwd=self.folder, capture_output=True, timeout=harness.TIMEOUT, **more)

    def loads(self, **more):
        done = self.scan(**more)
        self.assertEqual((done.returncode, done.stdout), (0, b"x.tar:libx.rmeta\n"), done)

    def refuses(self, *says, **more):
        done = self.scan(**more)
        self.assertFalse(self.trace.exists(), "the module was loaded")
        if done.returncode == 0:
            return self.skipTest("a module is installed, and is used instead")
        self.assertEqual(done.returncode, 3, done)
        for one in says:
            self.assertIn(one, done.stderr.decode())

    def plant(self):
        shutil.copy(self.evil, self.modules / "libarchive.so")

    def test_a_build_in_a_folder_of_ones_own_works(self):
        self.loads()
        self.place.chmod(0o700)
        self.loads()
        sticky = self.folder / "sticky"
        sticky.mkdir()
        sticky.chmod(0o1777)
        shutil.copytree(self.place, sticky / "build")
        self.loads(program=sticky / "build/rartifacts")

    def test_a_build_by_a_user_with_a_group_of_ones_own_works(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be another user")
        for path in (self.place, self.modules, *self.modules.iterdir(), self.program):
            os.chown(path, NOBODY, NOBODY)
            path.chmod(0o775)
        self.loads(user=NOBODY, group=NOBODY, extra_groups=[])

    def test_where_others_may_write_nothing_is_loaded(self):
        self.plant()
        for path in self.modules / "libarchive.so", self.modules, self.place, self.folder:
            before = path.stat().st_mode & 0o7777
            path.chmod(0o777)
            with self.subTest(path):
                self.refuses("others may write to", str(path))
            path.chmod(before)

    def test_what_belongs_to_another_user_is_not_loaded(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        self.plant()
        for path in self.modules / "libarchive.so", self.modules, self.place:
            os.chown(path, NOBODY, NOBODY)
            with self.subTest(path):
                self.refuses("belongs to another user", str(path))
            os.chown(path, 0, 0)

    def test_links_lead_to_where_only_we_may_write(self):
        shutil.move(self.modules, self.folder / "elsewhere")
        self.modules.symlink_to("../elsewhere")
        self.loads()
        (self.folder / "elsewhere").chmod(0o777)
        shutil.copy(self.evil, self.folder / "elsewhere/libarchive.so")
        self.refuses("others may write to", str(self.folder / "elsewhere"))

    def test_a_race_for_a_folder_that_others_may_write_to_is_never_won(self):
        """The good module and another one change places as fast as they can."""
        self.modules.chmod(0o777)
        good, stop = self.good.read_bytes(), threading.Event()

        def swap():
            new = self.modules / "new"
            while not stop.is_set():
                shutil.copy(self.evil, new)
                os.rename(new, self.modules / "libarchive.so")
                new.write_bytes(good)
                os.rename(new, self.modules / "libarchive.so")

        swapper = threading.Thread(target=swap)
        swapper.start()
        try:
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                self.scan()
        finally:
            stop.set()
            swapper.join()
        self.assertFalse(self.trace.exists())

    def test_environment_and_current_folder_have_no_say(self):
        shutil.rmtree(self.modules)
        (self.folder / "modules").mkdir()
        for name in "libarchive.so", "modules/libarchive.so":
            shutil.copy(self.evil, self.folder / name)
        self.refuses(env={**os.environ, "LD_LIBRARY_PATH": str(self.folder)})

    def test_a_program_that_is_reached_by_a_link_has_the_modules_of_its_own_place(self):
        (self.folder / "bin").mkdir()
        (self.folder / "bin/rartifacts").symlink_to("../place/rartifacts")
        self.loads(program=self.folder / "bin/rartifacts")


if __name__ == "__main__":
    harness.main()
