# SPDX-License-Identifier: MIT OR Apache-2.0
"""How much memory one file more takes, of thousands that are named: of what was read of it, only what the answer needs is kept.

The peak of a run with many files is held against that of a run with few: what lies between them is what the files cost."""

import os
import shutil
import subprocess
import unittest

import harness
from harness import ScanTest, main, run, run_measured
from made_crates import make_crates

FEW, MANY = 450, 1000
KB = 1000
MOST_MEMORY = 64 << 20


class ManyFiles(ScanTest):
    def names(self, source, ending, count=MANY):
        """So many names of one file. What is read is read for each of them."""
        folder = self.folder / "many"
        folder.mkdir(exist_ok=True)
        names = [f"many/f{i:04d}{ending}" for i in range(count)]
        for name in names:
            os.link(source, self.folder / name)
        return names

    def each_takes_less(self, kb, names, *command):
        peaks = []
        for count in FEW, MANY:
            result, _, peak = run_measured(*command, *names[:count], cwd=self.folder)
            self.assertEqual(result.code, 0, result)
            peaks.append(peak)
        if harness.is_sanitized():
            return
        self.assertLess((peaks[1] - peaks[0]) / (MANY - FEW), kb * KB, peaks)

    def module(self):
        """Uses 100 symbols and has as many of its own, is for 100 devices."""
        lines = ['static const char m0[] __attribute__((section(".modinfo"), used)) = "vermagic=6.12.1 SMP ";',
                 'static const char m1[] __attribute__((section(".modinfo"), used)) = "name=many";',
                 'struct { char name[64]; } this_module __attribute__((section(".gnu.linkonce.this_module"))) = {"many"};']
        for i in range(100):
            lines.append(f'static const char a{i}[] __attribute__((section(".modinfo"), used)) = "alias=pci:v00008086d0000{i:04d}sv*sd*bc*sc*i*";')
            lines.append(f"extern int symbol_of_the_kernel_{i}(void); int symbol_of_its_own_{i}(void) {{ return symbol_of_the_kernel_{i}(); }}")
        (self.folder / "many.c").write_text("\n".join(lines) + "\n")
        if subprocess.run(["gcc", "-c", "many.c", "-o", "many.ko"], cwd=self.folder).returncode != 0:
            raise unittest.SkipTest("gcc does not compile")
        return self.folder / "many.ko"

    def test_modules_that_are_audited(self):
        self.each_takes_less(7, self.names(self.module(), ".ko"), "audit", "--quiet")

    def test_modules_that_are_shown(self):
        self.each_takes_less(7, self.names(self.module(), ".ko"), "inspect", "--format", "ndjson")

    def test_the_last_is_shown_as_if_it_were_alone(self):
        """Some are read again when they are written."""
        names = self.names(self.module(), ".ko", count=FEW)
        shutil.copy(self.folder / names[0], self.folder / "copy.ko")
        alone = run("inspect", "--format", "ndjson", "copy.ko", cwd=self.folder).stdout
        lines = run("inspect", "--format", "ndjson", *names, cwd=self.folder).stdout.splitlines(keepends=True)
        self.assertEqual(len(lines), len(names))
        for name, line in zip(names, lines):
            self.assertEqual(line, alone.replace(b"copy.ko", name.encode()))
        text = run("inspect", *names, cwd=self.folder).stdout.decode()
        self.assertEqual(len(text.split("\n\n")), len(names))
        self.assertEqual(len(set(part.strip().split("\n", 1)[1] for part in text.split("\n\n"))), 1)

    def test_crates_that_are_listed(self):
        """A manifest is written while it is made: it is longer than what is known of the crates."""
        names = self.names(shutil.copy(harness.LEAF, self.folder), ".rmeta")
        self.assertGreater(len(run("scan", "--format", "json", *names, cwd=self.folder).stdout), MANY * KB)
        self.each_takes_less(10, names, "scan", "--format", "json")


    def test_a_limit_of_the_run_is_told_once(self):
        crate = shutil.copy(harness.GOLDENS.parent / "native-libraries/1.95.0/libn.rmeta", self.folder)
        self.names(crate, ".rmeta", count=24_000)
        for command in "scan", "audit":
            result = run(command, "many", cwd=self.folder)
            self.assertEqual((result.code, result.stdout), (3, b""))
            self.assertEqual(result.stderr.count("over the limit held-bytes"), 1, result.stderr[:500])


class ManyDependencies(ScanTest):
    """Sets that are only large: 1,000 crates that were compiled against 471 others each, on the average, and against 760 at most."""

    def answers(self, code, *command):
        result, _, peak = run_measured(*command, cwd=self.folder)
        self.assertEqual((result.code, result.stderr), (code, ""), command)
        self.assertLess(peak, MOST_MEMORY, command)
        return result.stdout

    def make(self, folder, *endings, name="part"):
        return [str(path.relative_to(self.folder)) for path in make_crates(self.folder / folder, name, MANY, 760, endings)]

    def test_a_target_directory_is_audited(self):
        self.make("target/debug/deps", ".rmeta", ".rlib")
        self.assertEqual(self.answers(0, "audit", "--quiet", "target/debug/deps"), b"target/debug/deps: ok\n")

    def test_the_libraries_are_shown(self):
        names = self.make("deps", ".rlib")[-MANY // 2:]
        lines = self.answers(0, "inspect", "--format", "ndjson", *names).splitlines()
        self.assertEqual([line.count(b'"extra_filename"') for line in lines], [1 + min(760, i) for i in range(MANY // 2, MANY)])

    def test_two_of_them_are_compared(self):
        self.make("before", ".rlib")
        self.make("after", ".rlib", name="piece")
        self.assertEqual(self.answers(1, "diff", "before", "after").count(b"- part0999: removed"), 1)


if __name__ == "__main__":
    main()
