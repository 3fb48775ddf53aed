# SPDX-License-Identifier: MIT OR Apache-2.0
"""A kernel in small, compiled on the spot: real metadata with a closure that is complete, because no std is in it.

    core <- ffi <- kernel, which also uses the proc macro `macros` (made from the host library `quote`);
    pin_init needs core and nobody needs it: modules name it themselves.
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

import harness
from harness import GOLDENS, Tree

CLOSURE = ["rust/libcore.rmeta", "rust/libffi.rmeta", "rust/libkernel.rmeta", "rust/libmacros.so", "rust/libpin_init.rmeta"]
AUXILIARY = ["include/generated/rustc_cfg", "scripts/target.json"]

NO_CORE = "#![feature(no_core)]\n#![no_core]\n"
QUOTE = "pub fn same<T>(tokens: T) -> T { tokens }"
KERNEL = NO_CORE + "extern crate core; extern crate ffi; #[macro_use] extern crate macros; pub mod prelude {}"
MACROS = """
    extern crate proc_macro;
    #[proc_macro] pub fn same(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream { quote::same(tokens) }
"""


def core_source(rustc):
    """A crate `core` of ten lines, for this compiler: since 1.89 `Sized` has traits above it."""
    source = (GOLDENS / "sources" / "nocore.rs").read_text()
    version = subprocess.run([rustc, "--version"], capture_output=True, text=True, timeout=60).stdout
    if int(re.match(r"rustc 1\.(\d+)", version)[1]) < 89:
        source = re.sub(r'#\[lang = "(pointee|meta)_sized"\].*\n', "", source).replace("Sized: MetaSized", "Sized")
    return source


class Compiler:
    """The rustc on PATH, compiling into rust/ of a tree."""

    def __init__(self, tree):
        self.tree = tree
        self.rustc = shutil.which("rustc")
        if not self.rustc:
            raise unittest.SkipTest("no rustc on PATH to compile a small kernel with")
        specification = json.loads(self.run("-Zunstable-options", "--print", "target-spec-json", "--target", "x86_64-unknown-none"))
        specification.pop("is-builtin", None)
        tree.write("scripts/target.json", json.dumps(specification))

    def run(self, *arguments, source=""):
        done = subprocess.run([self.rustc, *arguments], cwd=self.tree.root, input=source.encode(), capture_output=True, timeout=60,
                              env={**os.environ, "RUSTC_BOOTSTRAP": "1"})
        if done.returncode != 0:
            raise unittest.SkipTest(f"rustc cannot compile the small kernel: {done.stderr.decode()[-800:]}")
        return done.stdout.decode()

    def crate(self, name, source, *options):
        """Compiles crate `name` for the kernel's target, to rust/lib<name>.rmeta unless `-o` says otherwise."""
        output = [] if "-o" in options else ["-o", f"rust/lib{name}.rmeta"]
        self.run("--crate-name", name, "--crate-type", "lib", "--emit", "metadata", "--edition", "2021", "-Zunstable-options",
                 "--target", "scripts/target.json", "-L", "rust", *output, *options, "-", source=source)

    def host(self, name, kind, source, *options):
        """Compiles crate `name` for the machine that compiles."""
        self.run("--crate-name", name, "--crate-type", kind, "--edition", "2021", "-L", "rust", "-C", "panic=unwind", *options, "-", source=source)


def build(tree):
    """Compiles the kernel into `tree` and configures it with CONFIG_RUST=y. Skips the test when there is no rustc."""
    tree.config("RUST")
    tree.write("include/generated/rustc_cfg", "--cfg=CONFIG_RUST\n")
    (tree / "rust").mkdir()
    rustc = Compiler(tree)
    rustc.crate("core", core_source(rustc.rustc))
    rustc.crate("ffi", NO_CORE + "extern crate core;")
    rustc.crate("pin_init", NO_CORE + "extern crate core;")
    rustc.host("quote", "rlib", QUOTE, "-o", "rust/libquote.rlib")
    rustc.host("macros", "proc-macro", MACROS, "--extern", "quote", "--extern", "proc_macro", "-o", "rust/libmacros.so")
    rustc.crate("kernel", KERNEL)
    return rustc


class AtThePrompt(unittest.TestCase):
    """A small kernel, and a directory with the program for PATH."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.kernel = Tree(Path(cls.temporary.name) / "kernel")
        build(cls.kernel)
        cls.bin = Path(cls.temporary.name) / "bin"
        cls.bin.mkdir()
        (cls.bin / "rartifacts").symlink_to(harness.program)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DIRECTORY_TO_MAKE")
    build(Tree(sys.argv[1]))
