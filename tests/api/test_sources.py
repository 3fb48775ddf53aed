#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""`rartifacts sources`: what rustc recorded is what md5sum and cksum say of the files it read.

    test_sources.py RARTIFACTS
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "goldens"
RUSTC = shutil.which("rustc")


def sources(*arguments):
    return subprocess.run([PROGRAM, "sources", *map(str, arguments)], capture_output=True, text=True, check=False)


class Sources(unittest.TestCase):
    def test_every_release_since_1_75_recorded_the_checksum_of_leaf_rs(self):
        checksum = subprocess.run(["md5sum", "--tag", "leaf.rs"], cwd=GOLDENS / "sources", capture_output=True, text=True,
                                  check=True).stdout.replace("(leaf.rs)", "(/src/leaf.rs)")
        for path in sorted(GOLDENS.glob("1.*/libleaf-1a2b3c4d.rmeta")):
            if int(path.parent.name.split(".")[1]) >= 75:
                self.assertEqual(sources(path).stdout, checksum, path)

    @unittest.skipUnless(RUSTC, "no rustc")
    def test_a_copy_elsewhere_is_checked_and_the_file_that_differs_is_named(self):
        with tempfile.TemporaryDirectory() as place:
            build, copy = pathlib.Path(place, "build/deep"), pathlib.Path(place, "copy")
            (build / "part").mkdir(parents=True)
            (build / "lib.rs").write_text("pub mod part; pub mod other;")
            (build / "part/mod.rs").write_text("pub fn part() {}")
            (build / "other.rs").write_text("pub fn other() {}")
            subprocess.run([RUSTC, "--crate-type", "lib", "--crate-name", "made", "--emit=metadata", build / "lib.rs"], cwd=place,
                           check=True)
            made = pathlib.Path(place, "libmade.rmeta")
            shutil.copytree(build, copy)
            listed = sources(made).stdout
            check = subprocess.run(["md5sum", "--check", "--strict"], input=listed, text=True, cwd=place, capture_output=True, check=False)
            self.assertEqual(check.returncode, 0, check.stdout)
            answer = sources(made, "--check", copy)
            self.assertEqual((answer.returncode, answer.stdout), (0, "3 source files: 3 the same, 0 changed, 0 missing\n"))
            self.assertEqual(sources(made, "--check", place, "--remap", f"{place}/build={place}/build").returncode, 0)
            (copy / "part/mod.rs").write_text("pub fn part() { }")
            (copy / "other.rs").unlink()
            answer = sources(made, "--check", copy)
            self.assertEqual(answer.returncode, 1)
            self.assertEqual(answer.stdout, "missing other.rs\nchanged part/mod.rs\n3 source files: 1 the same, 1 changed, 1 missing\n")
            self.assertEqual(sources(made, "--check", place + "/not-there").returncode, 3)
            self.assertEqual(sources(made, "--remap", "nonsense").returncode, 2)

    @unittest.skipUnless(RUSTC, "no rustc")
    def test_remap_gives_the_paths_that_rustc_gives(self):
        with tempfile.TemporaryDirectory() as place:
            source = pathlib.Path(place, "src/deep/lib.rs")
            source.parent.mkdir(parents=True)
            source.write_text("pub fn one() {}")

            def made(*flags):
                subprocess.run([RUSTC, "--crate-type", "lib", "--crate-name", "made", "--emit=metadata", *flags, source], cwd=place,
                               check=True)
                return pathlib.Path(place, "libmade.rmeta")

            for remaps in ([(f"{place}/src", "/s")], [(f"{place}/sr", "/s")], [(f"{place}/src/", "/s")], [(f"{place}/src", "/s/")],
                           [(f"{place}/src/deep", "")], [(f"{source}", "/lib.rs")], [(place, "/p"), (f"{place}/src", "/s")],
                           [(f"{place}/src", "/s"), (place, "/p")]):
                pairs = [f"{old}={new}" for old, new in remaps]
                expected = sources(made(*(f"--remap-path-prefix={pair}" for pair in pairs)))
                ours = sources(made(), *(argument for pair in pairs for argument in ("--remap", pair)))
                self.assertEqual((ours.returncode, ours.stdout), (0, expected.stdout), remaps)

    @unittest.skipUnless(RUSTC, "no rustc")
    def test_a_link_leads_no_further_than_the_directory(self):
        with tempfile.TemporaryDirectory() as place:
            tree = pathlib.Path(place, "tree")
            tree.mkdir()
            (tree / "lib.rs").write_text("pub fn one() {}")
            subprocess.run([RUSTC, "--crate-type", "lib", "--crate-name", "made", "--emit=metadata", tree / "lib.rs"], cwd=place, check=True)
            (tree / "lib.rs").rename(pathlib.Path(place, "secret"))
            for target in "../secret", f"{place}/secret":
                (tree / "lib.rs").symlink_to(target)
                answer = sources("--no-sandbox", pathlib.Path(place, "libmade.rmeta"), "--check", tree)
                self.assertEqual((answer.returncode, answer.stdout.splitlines()[0]), (3, "unreadable lib.rs"))
                self.assertRegex(answer.stderr, "lib.rs: .*(leads|absolute|out of)")
                (tree / "lib.rs").unlink()
            pathlib.Path(place, "secret").rename(tree / "real.rs")
            (tree / "lib.rs").symlink_to("real.rs")
            self.assertEqual(sources(pathlib.Path(place, "libmade.rmeta"), "--check", tree).returncode, 0)

    @unittest.skipUnless(RUSTC, "no rustc")
    def test_any_name_and_any_checksum_is_read_by_cksum(self):
        if subprocess.run(["cksum", "--check", "/dev/null"], capture_output=True, check=False).stderr.startswith(b"cksum: unrecognized"):
            self.skipTest("cksum does not check")
        with tempfile.TemporaryDirectory() as place:
            pathlib.Path(place, "a\nb\\c.rs").write_text("pub fn odd() {}")
            pathlib.Path(place, "lib.rs").write_text('#[path = "a\\nb\\\\c.rs"] pub mod odd;')
            for algorithm in ("md5", "sha1", "sha256"):
                subprocess.run([RUSTC, "--crate-type", "lib", "--crate-name", "made", "--emit=metadata", f"-Zsrc-hash-algorithm={algorithm}", "lib.rs"],
                               cwd=place, check=True, env={**os.environ, "RUSTC_BOOTSTRAP": "1"})
                listed = sources(pathlib.Path(place, "libmade.rmeta")).stdout
                self.assertIn(algorithm.upper() + " (", listed)
                check = subprocess.run(["cksum", "--check", "--strict"], input=listed, text=True, cwd=place, capture_output=True, check=False)
                self.assertEqual((check.returncode, check.stdout.count(": OK")), (0, 2), check.stdout + check.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
