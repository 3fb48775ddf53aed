#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Proc macros and libraries of macOS and Windows: what they export is read by a module that is opened when one is met."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness  # noqa: E402
from harness import GOLDENS, ScanTest, run  # noqa: E402

DYNAMIC = GOLDENS / "special" / "dynamic"
PROC_MACROS = [DYNAMIC / name for name in ["pm-msvc.dll", "libpm-x86_64.dylib", "libpm-arm64.dylib", "libpm-fat.dylib"]]
LIBRARIES = [DYNAMIC / name for name in ["nocore-msvc.dll", "nocore-msvc32.dll", "nocore-gnu.dll", "libnocore-x86_64.dylib",
                                         "libnocore-arm64.dylib"]]


def inspect(path, **more):
    result = run("inspect", "--format", "json", str(path), **more)
    assert result.code == 0, result
    return json.loads(result.stdout)


class WithTheModule(ScanTest):
    def setUp(self):
        super().setUp()
        if any("not installed" in note for note in inspect(PROC_MACROS[0])["notes"]):
            self.skipTest("built without LIEF")

    def test_the_symbol_is_that_of_the_crate(self):
        for path in PROC_MACROS:
            with self.subTest(path=path):
                artifact = inspect(path)
                self.assertEqual(artifact["kind"], "proc-macro")
                number = artifact["crate"]["stable_crate_id"].lstrip("0")
                self.assertEqual(artifact["proc_macro"]["decls_symbol"], f"__rustc_proc_macro_decls_{number}__")
        for path in LIBRARIES:
            with self.subTest(path=path):
                self.assertEqual(inspect(path)["kind"], "dylib")

    def stripped(self, path):
        """Without its metadata, as a strip that does not know .rustc leaves it."""
        content = path.read_bytes()
        self.assertIn(b".rustc\0", content)
        return self.tree.write(path.name, content.replace(b".rustc\0", b".rusty\0"))

    def test_a_stripped_proc_macro_is_still_one(self):
        for path in PROC_MACROS:
            with self.subTest(path=path):
                artifact = inspect(self.stripped(path))
                self.assertEqual((artifact["kind"], artifact["proc_macro"]["rustc_section"]), ("proc-macro", "missing"))
        for path in LIBRARIES:
            with self.subTest(path=path):
                self.assertEqual(inspect(self.stripped(path))["kind"], "shared-library")

    def test_a_proc_macro_that_exports_nothing_is_found_out(self):
        for path in PROC_MACROS[:3]:
            with self.subTest(path=path):
                changed = self.tree.write(path.name, path.read_bytes().replace(b"rustc_proc_macro_decls", b"rustc_proc_macro_hidden"[:22]))
                artifact = inspect(changed)
                self.assertEqual(artifact["kind"], "proc-macro")
                self.assertIsNone(artifact["proc_macro"]["decls_symbol"])
                self.assertIn("exports no", " ".join(artifact["notes"]))
                audit = run("audit", "--report", "json", str(changed))
                rules = {finding["rule"] for finding in json.loads(audit.stdout)["findings"]}
                self.assertIn("stripped-decls", rules, audit)

    def test_damage_is_no_disaster(self):
        chance = random.Random(5)
        for path in [PROC_MACROS[0], PROC_MACROS[1]]:
            whole = path.read_bytes()
            for i in range(60):
                content = bytearray(whole[:chance.randrange(64, len(whole))] if i % 3 == 0 else whole)
                for _ in range(chance.randrange(1, 8)):
                    content[chance.randrange(4, len(content))] = chance.choice([0, 1, 0x7f, 0x80, 0xff])
                self.tree.write(f"{i}{path.suffix}", bytes(content))
        result = run("scan", "--profile", "all", "--keep-going", "--allow-empty", ".", cwd=self.tree.root)
        self.assertIn(result.code, (0, 3), result)


class WithoutTheModule(unittest.TestCase):
    def test_what_is_missing_is_said_and_the_rest_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(harness.program, folder)
            artifact = inspect(PROC_MACROS[0], executable=alone)
            if artifact["proc_macro"]["decls_symbol"]:
                self.skipTest("a module is installed on this machine")
            self.assertEqual(artifact["kind"], "proc-macro", "its metadata says so")
            self.assertIn("liblief-dev", " ".join(artifact["notes"]))
            audit = subprocess.run([alone, "audit", "--report", "json", str(PROC_MACROS[0])], capture_output=True)
            self.assertNotIn(b"stripped-decls", audit.stdout, "nothing is said of what was not read")

    def test_a_module_of_somebody_else_is_not_opened(self):
        if os.geteuid() != 0:
            self.skipTest("not root")
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(harness.program, folder)
            modules = Path(folder, "modules")
            modules.mkdir()
            built = Path(harness.program).parent / "modules" / "lief.so"
            if not built.exists():
                self.skipTest("built without LIEF")
            shutil.copy(built, modules)
            self.assertTrue(inspect(PROC_MACROS[0], executable=alone)["proc_macro"]["decls_symbol"])
            os.chown(modules / "lief.so", harness.NOBODY, harness.NOBODY)
            self.assertIn("not installed", " ".join(inspect(PROC_MACROS[0], executable=alone)["notes"]))


if __name__ == "__main__":
    harness.main()
