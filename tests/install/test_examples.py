# SPDX-License-Identifier: MIT OR Apache-2.0
"""The programs in docs/examples, compiled with the installed headers and library: each does what its first line says.

test_examples.py PROGRAM DIRECTORY: where they are. What each prints is held against the tool that knows.
"""

import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "scan"))
import harness
import mini_kernel
from harness import GOLDENS, ScanTest, run

compiled = Path()
EXAMPLES = PROJECT / "docs" / "examples"


def lines(*command, cwd=None, code=0):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)
    if done.returncode != code:
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout.splitlines()


class Examples(ScanTest):
    def example(self, name, *arguments, code=0):
        return lines(str(compiled / name), *map(str, arguments), cwd=self.tree.root, code=code)

    def compile(self, source, *options):
        done = subprocess.run(["rustc", *options, "-"], input=source, cwd=self.tree.root, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_there_is_one_for_each_public_header_and_each_is_in_the_reference(self):
        texts = {path.name: path.read_text() for path in EXAMPLES.iterdir()}
        included = set(re.findall(r"<rartifacts/(\w+\.h)>", "".join(texts.values())))
        self.assertEqual(included, {path.name for path in (PROJECT / "include/rartifacts").iterdir()})
        for name in texts:
            if name.endswith(".cc"):
                self.assertIn(f"\\example {name} ", texts["examples.dox"])
                self.assertIn(f"\\ref {name} ", texts["examples.dox"])

    def test_kind_of(self):
        self.assertEqual(self.example("kind_of", GOLDENS / "1.98.1/libpm-deadbeef.so"), ["proc-macro"])
        self.assertEqual(self.example("kind_of", GOLDENS / "README.md"), ["no artifact"])

    def test_members(self):
        self.compile("pub fn one() {}", "--crate-name", "one", "--crate-type", "rlib")
        self.assertEqual(self.example("members", "libone.rlib"), lines("ar", "t", str(self.tree / "libone.rlib")))

    def test_needs(self):
        library = GOLDENS / "1.98.1/libpm-deadbeef.so"
        machine, _, version = self.example("needs", library)[0].split()
        self.assertEqual(machine, "x86_64")
        versions = re.findall(r"GLIBC_([\d.]+)", "\n".join(lines("objdump", "-T", str(library))))
        self.assertEqual(version, max(versions, key=lambda text: [int(part) for part in text.split(".")]))

    def test_crate(self):
        mini_kernel.build(self.tree)
        shown = self.example("crate", "rust/libkernel.rmeta")
        self.assertEqual(shown[0], lines("rustc", "--version")[0])
        self.assertRegex(shown[1], r"^kernel [0-9a-f]{32}$")
        ffi = self.example("crate", "rust/libffi.rmeta")[1]
        self.assertIn(f"needs {ffi}", shown)

    def test_items(self):
        self.compile("pub mod sync { pub struct Lock; } pub fn leaf() {} fn hidden() {}", "--crate-name", "offers", "--crate-type", "lib",
                     "--emit", "metadata")
        self.assertEqual(self.example("items", "liboffers.rmeta", "offers"), ["fn offers::leaf", "mod offers::sync", "struct offers::sync::Lock"])

    def test_compare_items(self):
        for name, source in (("old", "pub fn stays() {} pub fn goes() {}"), ("new", "pub fn stays() {} pub struct Comes;")):
            self.compile(source, "--crate-name", "offers", "--crate-type", "lib", "--emit", "metadata", "-o", f"{name}.rmeta")
        self.assertEqual(self.example("compare_items", "old.rmeta", "new.rmeta", "offers", code=1), ["+ offers::Comes", "- offers::goes"])
        self.assertEqual(self.example("compare_items", "old.rmeta", "old.rmeta", "offers"), [])

    def test_language_and_undefined(self):
        self.compile("extern \"C\" { fn outside(); } #[no_mangle] pub fn calls() { unsafe { outside() } }", "--crate-name", "calls",
                     "--crate-type", "lib", "--emit", "obj", "-o", "calls.o")
        self.tree.write("c.c", "extern int there(void);\nint in_c(void) { return there(); }\n")
        lines("cc", "-c", "c.c", cwd=self.tree.root)
        self.assertEqual(self.example("language", "calls.o")[0], "rust")
        self.assertEqual(self.example("language", "c.o")[0], "c")
        for file in ("calls.o", "c.o"):
            symbols = {line.split()[1] for line in lines("nm", "-u", file, cwd=self.tree.root)}
            self.assertEqual({line.split("::")[-1] for line in self.example("undefined", file)} - {"_GLOBAL_OFFSET_TABLE_"},
                             symbols - {"_GLOBAL_OFFSET_TABLE_"})

    def test_modinfo(self):
        if not shutil.which("modinfo"):
            self.skipTest("no modinfo")
        self.tree.write("m.c", '__attribute__((section(".modinfo"), used)) static const char text[] = "license=GPL\\0name=m\\0vermagic=7.2 SMP";\n')
        lines("cc", "-c", "m.c", "-o", "m.ko", cwd=self.tree.root)
        expected = {re.sub(r":\s+", ": ", line) for line in lines("modinfo", str(self.tree / "m.ko"))[1:]}
        self.assertEqual(set(self.example("modinfo", "m.ko")), expected)

    def test_files_for_modules(self):
        self.tree.config("RUST", "JUMP_LABEL")
        needed = self.example("files_for_modules", "include/config/auto.conf")
        self.assertIn("scripts/target.json", needed)
        self.assertIn("rust/kernel/generated_arch_static_branch_asm.rs", needed)
        self.tree.config("MODULES")
        self.assertEqual(self.example("files_for_modules", "include/config/auto.conf", code=1), ["CONFIG_RUST is not set"])

    def test_a_tree(self):
        mini_kernel.build(self.tree)
        self.assertEqual(self.example("ship", "."), run("scan", "--format", "paths", ".", cwd=self.tree.root).stdout.decode().splitlines())
        self.assertEqual(self.example("needed_by", ".", "ffi"), ["rust/libkernel.rmeta"])
        self.assertEqual(self.example("which_file", "rust", "pin_init"), ["rust/libpin_init.rmeta"])
        self.assertEqual(self.example("check_tree", "."), [])
        lines("cp", "-a", str(self.tree.root), str(self.tree.root) + ".old")
        self.addCleanup(shutil.rmtree, str(self.tree.root) + ".old")
        (self.tree / "rust/libffi.rmeta").unlink()
        self.assertIn("[missing-crate]", "".join(self.example("check_tree", ".", code=1)))
        self.assertEqual(self.example("which_file", "rust", "ffi", code=1), ["E0463: no such crate"])
        self.assertEqual(self.example("compare", str(self.tree.root) + ".old", "."), ["ffi: removed"])
        self.tree.write("waivers.toml", '[[waiver]]\nrule = "missing-crate"\npath = "rust/libkernel.rmeta"\nreason = "known"\n')
        self.assertEqual(self.example("check_tree", ".", "waivers.toml"), [])

    def test_a_copy(self):
        mini_kernel.build(self.tree)
        (self.tree / "rust/libquote.rlib").unlink()  # which does not ship
        self.tree.write("../manifest.json", run("scan", "--format", "json", ".", cwd=self.tree.root).stdout)
        self.addCleanup((self.tree / "../manifest.json").unlink)
        self.assertEqual(self.example("check_copy", "../manifest.json", "."), [])
        (self.tree / "rust/libffi.rmeta").unlink()
        self.assertIn("rust/libffi.rmeta", "\n".join(self.example("check_copy", "../manifest.json", ".", code=1)))

    @unittest.skipUnless(os.getuid() == 0, "not root: the reader of packages cannot be where the library looks for it")
    def test_packages(self):
        self.tree.copy("rust/libleaf.rmeta")
        for name in ("one.tar", "two.tar"):
            lines("tar", "cf", name, "rust", cwd=self.tree.root)
        shown = self.example("in_packages", "one.tar", "two.tar")
        self.assertIn("two.tar:rust/libleaf.rmeta", shown)
        self.assertIn("twice: rust/libleaf.rmeta", shown)

    def test_rustup_name(self):
        self.assertEqual(self.example("rustup_name", "rustc 1.95.0 (59807616e 2026-04-14)"), ["1.95.0"])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PROGRAM DIRECTORY [TEST...]")
    compiled = Path(sys.argv.pop(2)).resolve()
    harness.main()
