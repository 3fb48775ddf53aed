#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Sets of crates that are no kernel trees: audit says what rustc says when it has to use them.

A cargo target directory of a few crates is broken in one way, rustc compiles against it, and audit has to name the crate and the
code of rustc's cause, or to be silent with it. Once more without a compiler that could be asked: then audit may say that it did
not check a crate, but it never calls the set good without saying so.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
import mini_kernel
from breakages import Copy, cut, edit, half, move, other_version, put, remove
from cargo_sets import CargoSet
from harness import GOLDENS


def replace(tree, path, by):
    """Puts the content of another file of the set there."""
    tree.put(path, (tree / by).read_bytes(), 0o644)


class CrateSets(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = Path(cls.temporary.name)
        cls.kit = CargoSet(cls.folder)

    def setUp(self):
        self.tree = Copy(self.folder / "tree", self.kit.root)
        self.addCleanup(shutil.rmtree, self.tree.root)

    def audit(self, *arguments, paths=("target",), cwd=None):
        """(exit code, report)"""
        result = harness.run("audit", *arguments, "--report", "json", *paths, cwd=cwd or self.tree.root)
        self.assertIn(result.code, (0, 1), result)
        return result.code, json.loads(result.stdout)

    def errors(self, *arguments, **more):
        code, report = self.audit(*arguments, **more)
        found = [finding for finding in report["findings"] if finding["severity"] == "error"]
        self.assertEqual(code, 1 if found else 0)
        return [(finding["crate"], finding["rustc_error"] or "") for finding in found], report

    def agrees(self):
        """audit, which may ask the compiler, says what rustc says; without it, it says so or that it did not check."""
        said = self.kit.judge(self.tree.root)
        found, report = self.errors("--rustc", self.kit.toolchain.rustc)
        if said.accepts:
            self.assertEqual((found, report["unchecked"]), ([], []))
        else:
            self.assertIn((said.crate, said.code), found, said)
        alone, report = self.errors()
        if said.accepts:
            self.assertEqual(alone, [])
        else:
            named = alone + [(crate["crate"], said.code) for crate in report["unchecked"]]
            self.assertIn((said.crate, said.code), named, said)
        return said

    def misses_memchr(self, said):
        """With another code where the compiler has a memchr of its own"""
        self.assertEqual(said.crate, "memchr", said)
        self.assertIn(said.code, ("E0460", "E0463"), said)

    # ---- The compiler's own crates

    def test_a_healthy_directory_is_silent(self):
        self.assertTrue(self.agrees().accepts)
        done = harness.run("audit", "--rustc", self.kit.toolchain.rustc, "target", cwd=self.tree.root)
        self.assertTrue(done.stdout.endswith(b" fit together\n"), done)

    def test_without_a_compiler_the_verdict_counts_what_it_did_not_check(self):
        done = harness.run("audit", "target", cwd=self.tree.root)
        self.assertEqual(done.code, 0, done)
        counts = re.search(rb"verdict: ok, as far as (\d+) of (\d+) crates could be checked", done.stdout)
        self.assertTrue(counts, done)
        _, report = self.audit()
        self.assertEqual(len(report["unchecked"]), int(counts[2]) - int(counts[1]))
        names = {crate["crate"] for crate in report["unchecked"]}
        self.assertLess({"std", "core", "proc_macro"}, names)
        self.assertFalse(names & {"middle", "app", "tokens", "bare", "twice", "both"}, names)

    def test_strict_makes_an_error_of_what_is_not_checked(self):
        code, report = self.audit("--strict")
        self.assertEqual((code, [finding["rule"] for finding in report["findings"]]), (1, ["not-checked"]))
        self.assertEqual(self.audit("--strict", "--rustc", self.kit.toolchain.rustc)[0], 0)

    def test_a_sysroot_can_be_given_by_hand(self):
        sysroot = subprocess.run([self.kit.toolchain.rustc, "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
        code, report = self.audit("--sysroot", sysroot)
        self.assertEqual((code, report["unchecked"]), (0, []))
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        code, report = self.audit("--sysroot", str(empty))
        self.assertIn(("std", "E0463"), [(finding["crate"], finding["rustc_error"]) for finding in report["findings"]])

    # ---- Each file away, as it is met most

    def test_each_file_deleted(self):
        for path in self.kit.files():
            with self.subTest(path):
                content = (self.tree / path).read_bytes()
                remove(self.tree, path)
                self.agrees()
                self.tree.write(path, content)

    def test_a_name_that_rustc_has_too_is_no_excuse(self):
        for suffix in ".rmeta", ".rlib":
            remove(self.tree, self.kit.crate("memchr", suffix))
        self.misses_memchr(self.agrees())
        self.assertIn(("memchr", "E0463"), self.errors()[0])

    # ---- Folders and names

    def test_rustc_goes_by_folder_and_file_name(self):
        deps = Path(self.kit.deps)
        for name in "x{0}", "lib{0}".replace("lib", "my"), "other/{0}", "libother{1}", os.fsdecode(b"libmemchr-\xff") + "{1}":
            for suffix in ".rmeta", ".rlib":
                file = Path(self.kit.crate("memchr", suffix)).name
                move(self.tree, self.kit.crate("memchr", suffix), str(deps / name.format(file, suffix)))
            with self.subTest(ascii(name)):
                self.misses_memchr(self.agrees())
            shutil.rmtree(self.tree.root)
            Copy(self.tree.root, self.kit.root)

    def test_a_folder_of_dash_l_is_searched(self):
        for suffix in ".rmeta", ".rlib":
            file = self.kit.crate("memchr", suffix)
            move(self.tree, file, f"aside/{Path(file).name}")
        self.assertIn(("memchr", "E0463"), self.errors()[0])
        for kind in "", "dependency=", "all=":
            self.assertEqual(self.errors("-L", f"{kind}aside")[0], [])
        for kind in "crate=", "native=":
            self.assertIn(("memchr", "E0463"), self.errors("-L", f"{kind}aside")[0])

    def test_a_folder_below_is_nobodys(self):
        for suffix in ".rmeta", ".rlib":
            file = self.kit.crate("both", suffix)
            move(self.tree, file, f"{self.kit.deps}/below/{Path(file).name}")
        found, report = self.errors("--rustc", self.kit.toolchain.rustc)
        self.assertEqual(found, [])
        self.assertEqual({finding["rule"] for finding in report["findings"]}, {"stale-artifact"})

    def test_a_folder_that_cannot_be_read_is_no_missing_crate(self):
        (self.tree / "closed").mkdir(mode=0)
        done = harness.run_as_nobody("audit", "-L", "closed", "target", cwd=self.tree.root)
        self.assertEqual(done.code, 3, done)
        self.assertIn("closed", done.stderr)

    def test_the_graph_has_what_the_search_finds(self):
        drawn = harness.run("tree", "target", cwd=self.tree.root).stdout.decode()
        self.assertRegex(drawn, r"(?m)^app .*(?:\n[ │├└].*)*\n[├└]── memchr [0-9a-f]{32} \(")
        for suffix in ".rmeta", ".rlib":
            move(self.tree, self.kit.crate("memchr", suffix), f"elsewhere/{Path(self.kit.crate('memchr', suffix)).name}")
        drawn = harness.run("tree", ".", cwd=self.tree.root).stdout.decode()
        self.assertRegex(drawn, r"(?m)^├── middle .*\n.* crates are not here: .* memchr .* memchr$")

    def test_the_cache_of_the_incremental_compiler_is_nothing(self):
        caches = list((self.tree / "target").glob("debug/incremental/memchr-*/s-*/metadata.rmeta"))
        self.assertTrue(caches)
        for suffix in ".rmeta", ".rlib":
            remove(self.tree, self.kit.crate("memchr", suffix))
        self.assertIn(("memchr", "E0463"), self.errors()[0])
        self.assertFalse([path for path in self.tree.scan("-f", "paths").paths if "incremental" in path])
        self.tree.put(caches[0].relative_to(self.tree.root), b"rust\0", 0o644)
        self.assertFalse([finding for finding in self.audit()[1]["findings"] if "incremental" in finding["path"]])

    # ---- Contents

    def test_a_crate_of_another_build(self):
        path = self.kit.crate("memchr")
        for suffix in ".rmeta", ".rlib":
            done = self.kit.toolchain.run(
                [self.kit.toolchain.rustc, "--crate-name=memchr", "--crate-type=rlib", "--edition=2021", "-Cmetadata=other",
                 "--emit=metadata" if suffix == ".rmeta" else "--emit=link", "-o", self.folder / f"other{suffix}", "memchr/src/lib.rs"],
                self.kit.root)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.tree.copy(path.replace(".rmeta", suffix), self.folder / f"other{suffix}")
        self.assertEqual(self.agrees().code, "E0460")

    def test_an_rlib_that_is_not_the_twin_of_its_metadata(self):
        rlib = self.kit.crate("memchr", ".rlib")
        replace(self.tree, rlib, self.kit.crate("middle", ".rlib"))
        self.assertFalse(self.agrees().accepts)

    def test_swapped_contents(self):
        replace(self.tree, self.kit.crate("memchr"), self.kit.crate("middle"))
        self.agrees()
        replace(self.tree, self.kit.crate("memchr", ".rlib"), self.kit.crate("middle", ".rlib"))
        self.misses_memchr(self.agrees())

    def test_damaged_metadata(self):
        for name, change in (("empty", cut(0)), ("half", half), ("another version", other_version), ("zeros", put(0, bytes(8)))):
            for suffixes in ([".rmeta"], [".rmeta", ".rlib"]):
                with self.subTest(name, suffixes=suffixes):
                    for suffix in suffixes:
                        edit(self.tree, self.kit.crate("middle", suffix), change)
                    self.agrees()
                    for suffix in suffixes:
                        self.tree.copy(self.kit.crate("middle", suffix), self.kit.root / self.kit.crate("middle", suffix))

    # ---- Who will read it

    def test_another_compiler_is_said_once(self):
        _, report = self.audit("--rustc-version", "rustc 1.70.0 (90c541806 2023-05-31)")
        found = [(finding["rule"], finding["rustc_error"]) for finding in report["findings"]]
        self.assertEqual(found, [("rustc-mismatch", "E0514")], report["findings"])

    def test_leftovers_of_another_compiler_beside_their_twins_are_stale(self):
        edit(self.tree, self.kit.crate("memchr"), other_version, self.kit.crate("memchr").replace("memchr-", "memchr-0"))
        code, report = self.audit("--rustc", self.kit.toolchain.rustc)
        self.assertEqual((code, {finding["rule"] for finding in report["findings"]}), (0, {"stale-artifact"}))

    def test_a_metadata_version_that_this_release_does_not_write(self):
        version = self.kit.toolchain.version
        for path in self.kit.files():
            if path.endswith(".rmeta"):
                edit(self.tree, path, put(7, b"\x0b"))
            else:
                remove(self.tree, path)
        found, _ = self.errors("--rustc-version", version)
        self.assertIn(("bare", "E0514"), found)

    def test_a_crate_wanted_on_the_command_line(self):
        self.assertEqual(self.errors("--extern", "app", "-L", self.kit.deps)[0], [])
        self.assertEqual(self.errors("--extern", f"name={self.kit.crate('app')}")[0], [])
        self.assertIn(("nobody", "E0463"), self.errors("--extern", "nobody", "-L", self.kit.deps)[0])
        self.assertIn(("twice", "E0464"), self.errors("--extern", "twice", "-L", self.kit.deps)[0])


class Modules(unittest.TestCase):
    """A module's own folder with crates beside the headers of a kernel: one search"""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.tree = harness.Tree(Path(temporary.name) / "set")
        self.kernel = harness.Tree(self.tree / "headers")
        self.rustc = mini_kernel.build(self.kernel)
        (self.tree / "module").mkdir()
        self.rustc.crate("bitfield", mini_kernel.NO_CORE + "extern crate core; pub struct B;", "-o", "../module/libbitfield.rmeta")

    def found(self):
        done = harness.run("audit", "--report", "json", "module", "headers", cwd=self.tree.root)
        return [(finding["rule"], finding["path"], finding["crate"]) for finding in json.loads(done.stdout)["findings"]]

    def test_crates_of_this_kernel(self):
        self.assertEqual(self.found(), [])

    def test_crates_left_over_from_another_kernel(self):
        self.rustc.crate("core", (GOLDENS / "sources" / "nocore.rs").read_text(), "-Cmetadata=other")
        for name in "ffi", "pin_init":
            self.rustc.crate(name, mini_kernel.NO_CORE + "extern crate core;")
        self.rustc.crate("kernel", mini_kernel.NO_CORE + "extern crate core; extern crate ffi; #[macro_use] extern crate macros;")
        self.assertEqual(self.found(), [("crate-hash-mismatch", "module/libbitfield.rmeta", "core")])


class Words(unittest.TestCase):
    def test_an_error_code_is_explained(self):
        done = harness.run("explain", "E0463")
        self.assertEqual(done.code, 0, done)
        for rule in "missing-crate", "host-arch-mismatch", "host-library-mismatch":
            self.assertIn(rule, done.stdout.decode())
        self.assertEqual(harness.run("explain", "E9999").code, 2)

    def test_a_missing_crate_is_missed_by_somebody(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(GOLDENS / "1.96.0" / "libmid-99aa.rmeta", folder)
            done = harness.run("tree", "-i", "leaf", folder)
            self.assertEqual(done.code, 0, done)
            self.assertIn(b"libmid-99aa.rmeta", done.stdout)
            report = json.loads(harness.run("audit", "--report", "json", folder).stdout)
            self.assertEqual([(each["rule"], each["crate"]) for each in report["findings"]], [("missing-crate", "leaf")])
            done = harness.run("audit", "--report", "json", "--severity", "missing-crate=off", folder)
            self.assertEqual((done.code, json.loads(done.stdout)["findings"]), (0, []))


class Compilers(unittest.TestCase):
    def test_the_folders_of_compilers_are_healthy_by_themselves(self):
        for rustc in {shutil.which("rustc"), "/usr/bin/rustc"} - {None}:
            if not Path(rustc).exists():
                continue
            sysroot = subprocess.run([rustc, "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
            with self.subTest(sysroot):
                done = harness.run("audit", "--report", "json", "--strict", f"{sysroot}/lib/rustlib")
                self.assertEqual((done.code, json.loads(done.stdout)["findings"]), (0, []), done)

    def test_sound_crates_of_old_compilers_are_not_corrupt(self):
        for path in sorted(GOLDENS.glob("1.*/libleaf-1a2b3c4d.rmeta")):
            done = harness.run("audit", "--report", "json", str(path))
            self.assertEqual((done.code, json.loads(done.stdout)["findings"]), (0, []), path)
        # Before 1.41 no root is read: the header of a crate is all that is told of it.
        leaf = (GOLDENS / "1.41.0/libleaf-1a2b3c4d.rmeta").read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            for release in b"1.40.0", b"1.34.2", b"1.20.0":
                (Path(folder) / "libleaf.rmeta").write_bytes(leaf.replace(b"rustc 1.41.0", b"rustc " + release))
                done = harness.run("audit", "--report", "json", folder)
                self.assertEqual((done.code, json.loads(done.stdout)["findings"]), (0, []), release)


if __name__ == "__main__":
    harness.main()
