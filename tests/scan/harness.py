# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of `rartifacts scan` share: running the program, making trees, comparing copies.

Each test file runs alone: python3 tests/scan/test_X.py PATH_OF_RARTIFACTS
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

# nohup(1) ignores it, and what is started here would inherit that.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

GOLDENS = Path(__file__).resolve().parents[2] / "testdata" / "goldens"
LEAF = GOLDENS / "1.96.0" / "libleaf-1a2b3c4d.rmeta"
NOBODY = 65534
CLANGS = [f"clang-{version}" for version in (19, 20, 21, 22)]
TIMEOUT = 20  # seconds; nothing here takes one, so whoever needs more hangs

program = ""


def main():
    """Takes the program from the command line and leaves the rest to unittest."""
    global program
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PATH_OF_RARTIFACTS [TEST...]")
    program = os.path.abspath(sys.argv.pop(1))
    result = unittest.main(module="__main__", exit=False, testRunner=unittest.TextTestRunner(resultclass=Result)).result
    if not result.wasSuccessful():
        sys.exit(1)
    if result.skipped and not result.passed:  # for Meson, as for Automake: nothing could be tested here
        print("skipped:", result.skipped[0][1])
        sys.exit(77)
    sys.exit(0)


class Result(unittest.TextTestResult):
    """A test that needs a program which is not installed is skipped, and says which."""

    passed = 0

    def addSuccess(self, test):
        self.passed += 1
        super().addSuccess(test)

    def addError(self, test, err):
        if missing := missing_program(err[1]):
            self.addSkip(test, missing)
        else:
            super().addError(test, err)

    def addSubTest(self, test, subtest, err):
        if err and (missing := missing_program(err[1])):
            self.addSkip(subtest, missing)
        else:
            super().addSubTest(test, subtest, err)


def missing_program(error):
    """Why a test cannot run here, when `error` says that a program was not found; nothing for any other error."""
    name = os.fsdecode(error.filename or "") if isinstance(error, FileNotFoundError) else ""
    is_program = "/" not in name or os.path.dirname(name) == "/usr/bin"
    return f"{name} is not installed" if name and is_program and not shutil.which(name) else None


def newest_clang():
    """The clang that ./check compiles with, or a newer one; the name of the first when there is none."""
    return next(filter(shutil.which, CLANGS), CLANGS[0])


class Run:
    """How one run of the program ended."""

    def __init__(self, code, stdout, stderr):
        self.code, self.stdout, self.stderr = code, stdout, stderr.decode(errors="surrogateescape")
        self.complaints = self.stderr.splitlines()

    @property
    def paths(self):
        """The lines of a list, as Python spells file names."""
        return [os.fsdecode(line) for line in self.stdout.split(b"\n")[:-1]]

    def __str__(self):
        return f"exit {self.code}\n{self.stdout[:2000]!r}\n{self.stderr[:2000]}"


def run(*arguments, cwd=None, stdout=subprocess.PIPE, env=None, executable=None, **more):
    """Runs `rartifacts ARGUMENTS`. A hang or a death by signal fails the test, whatever it is about."""
    done = subprocess.run([executable or program, *arguments], cwd=cwd, stdout=stdout, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}, timeout=TIMEOUT, **more)
    if done.returncode < 0:
        raise AssertionError(f"killed by signal {-done.returncode}: rartifacts {arguments}\n{done.stderr!r}")
    return Run(done.returncode, done.stdout or b"", done.stderr)


# A process inherits the peak of the one it was forked from, so a small one has to start it. Meson has malloc fill what it gives away,
# and then memory counts that nobody uses.
MEASURE = """
import os, sys
os.environ.pop("MALLOC_PERTURB_", None)
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status) & 0xff)
"""


def run_measured(*arguments, cwd, executable=None, **more):
    """The run, the seconds of CPU that it took, and the most memory that it had, in bytes: 0 under the address sanitizer, which needs
    memory of its own."""
    done = subprocess.run([sys.executable, "-S", "-c", MEASURE, executable or program, *arguments], cwd=cwd, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=6 * TIMEOUT, **more)
    complaints = done.stderr.splitlines(keepends=True)
    seconds, peak = complaints.pop().split()
    return Run(done.returncode, done.stdout, b"".join(complaints)), float(seconds), 0 if is_sanitized() else int(peak)


def is_sanitized():
    return b"__asan_init" in Path(program).read_bytes()


def run_as_nobody(*arguments, cwd):
    """The same without root's right to read everything. The program is copied to where anybody can reach it."""
    if os.geteuid() != 0:
        return run(*arguments, cwd=cwd)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        executable = shutil.copy(program, folder)
        return run(*arguments, cwd=cwd, executable=executable, user=NOBODY, group=NOBODY, extra_groups=[])


class Tree:
    """A directory to fill. Paths are relative to it; parents are made as needed."""

    def __init__(self, root):
        self.root = Path(root)
        self.root.mkdir(exist_ok=True)

    def __truediv__(self, path):
        return self.root / path

    def _place(self, path):
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def write(self, path, content=b""):
        place = self._place(path)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    def copy(self, path, source=LEAF):
        """Puts a real artifact there, crate metadata if nothing else is asked for."""
        return Path(shutil.copyfile(source, self._place(path)))

    def link(self, path, target):
        place = self._place(path)
        place.symlink_to(target)
        return place

    def config(self, *symbols, path="include/config/auto.conf"):
        """Makes it a kernel tree: CONFIG_<symbol>=y for each."""
        return self.write(path, "".join(f"CONFIG_{symbol}=y\n" for symbol in symbols))

    def scan(self, *arguments, **more):
        """`rartifacts scan ARGUMENTS .`, started in the tree."""
        return run("scan", *arguments, ".", cwd=self.root, **more)

    def content(self, listed=None):
        """What stands here but for directories: path -> bytes, or `-> target`; only the `listed` paths if given."""
        content = {}
        for folder, directories, files in os.walk(self.root):
            for name in files + directories:
                path = os.path.join(folder, name)
                key = os.path.relpath(path, self.root)
                if os.path.islink(path):
                    content[key] = "-> " + os.readlink(path)
                elif name in files:
                    content[key] = Path(path).read_bytes()
        return content if listed is None else {path: content[os.path.normpath(path)] for path in listed}


class ScanTest(unittest.TestCase):
    """A test with an empty `self.tree` and a folder `self.folder` around it, both gone afterwards."""

    maxDiff = 4000

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.folder.chmod(0o755)
        self.tree = Tree(self.folder / "tree")

    def lists(self, result, *paths):
        """The run succeeded and wrote exactly these paths, sorted, and nothing to standard error."""
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.paths, sorted(paths, key=os.fsencode), result)
        self.assertEqual(result.stderr, "")

    def fails(self, result, code, *mentions, problems=1):
        """The run failed with `code`, wrote nothing to standard output, and one line for each problem to standard error."""
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.stdout, b"", "a failed run must leave standard output empty")
        self.complains(result, *mentions, problems=problems)

    def complains(self, result, *mentions, problems=1):
        self.assertEqual(len(result.complaints), problems, result)
        for line in result.complaints:
            self.assertTrue(line.startswith("rartifacts: "), line)
            self.assertTrue(line.isprintable(), ascii(line))
        for mention in mentions:
            self.assertIn(mention, result.stderr)
