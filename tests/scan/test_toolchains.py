# SPDX-License-Identifier: MIT OR Apache-2.0
"""What real compilers and a real cargo leave on disk: every file of the right kind, none missed."""

import json
import os
import shutil
import subprocess
import unittest
from collections import Counter
from pathlib import Path

from harness import ScanTest, Tree, main, run

KINDS_BY_ENDING = {".rmeta": {"rmeta"}, ".rlib": {"rlib"}, ".so": {"dylib", "proc-macro", "cdylib", "shared-library"},
                   ".a": {"staticlib", "archive"}, ".o": {"object"}}

MANIFEST = """
[workspace]
members = ["leaf", "derive", "shared", "all"]
resolver = "2"
"""
CRATES = {
    "leaf": ("[lib]\n", "pub fn leaf() -> u32 { 1 }", {}),
    "derive": ("[lib]\nproc-macro = true\n",
               "#[proc_macro] pub fn same(t: proc_macro::TokenStream) -> proc_macro::TokenStream { t }", {}),
    "shared": ('[lib]\ncrate-type = ["dylib"]\n', "pub fn shared() {}", {}),
    "all": ('[lib]\ncrate-type = ["rlib", "cdylib", "staticlib"]\n[dependencies]\nleaf = { path = "../leaf" }\n'
            'derive = { path = "../derive" }\n',
            "#[no_mangle] pub extern \"C\" fn all() -> u32 { derive::same!(leaf::leaf()) }",
            {"src/main.rs": "fn main() { println!(\"{}\", leaf::leaf()); }", "build.rs": "fn main() {}"}),
}


def every_rustc():
    for directory in os.environ["PATH"].split(":"):
        rustc = shutil.which("rustc", path=directory)
        asked = rustc and subprocess.run([rustc, "--print", "sysroot"], capture_output=True, text=True)
        if asked and asked.returncode == 0:
            yield Path(asked.stdout.strip())


class Toolchains(ScanTest):
    def test_every_file_of_every_standard_library_has_the_kind_that_its_name_says(self):
        counted = Counter()
        sysroots = sorted(set(every_rustc()))
        if not sysroots:
            self.skipTest("no rustc on PATH")
        for sysroot in sysroots:
            libraries = sysroot / "lib/rustlib"
            found = run("-C", str(libraries), "scan", "--profile", "all", "--format", "json", ".")
            self.assertEqual(found.code, 0, found)
            told = {one["path"]: one["kind"] for one in json.loads(found.stdout)["artifacts"]}
            for folder, _, names in os.walk(libraries):
                for name in names:
                    path = os.path.relpath(os.path.join(folder, name), libraries)
                    expected = KINDS_BY_ENDING.get(Path(name).suffix)
                    # The self-contained folders hold what the C library and LLVM bring, objects and archives.
                    if expected and os.path.isfile(libraries / path):
                        self.assertIn(told.get(path), expected, f"{sysroot}: {path}")
                        counted[told[path]] += 1
        self.assertGreater(counted["rlib"], 0)
        print(dict(counted))

    def test_every_file_of_a_cargo_target_directory_has_its_kind(self):
        cargo = shutil.which("cargo")
        if not cargo:
            self.skipTest("no cargo on PATH")
        project = Tree(self.folder / "project")
        project.write("Cargo.toml", MANIFEST)
        for name, (rest, source, more) in CRATES.items():
            project.write(f"{name}/Cargo.toml", f'[package]\nname = "{name}"\nversion = "1.0.0"\nedition = "2021"\n{rest}')
            project.write(f"{name}/src/lib.rs", source)
            for path, text in more.items():
                project.write(f"{name}/{path}", text)
        done = subprocess.run([cargo, "build", "--offline"], cwd=project.root, capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = run("scan", "--profile", "all", "--sniff", "--format", "json", "target", cwd=project.root)  # programs have no ending
        self.assertEqual(found.code, 0, found)
        told = {Path(one["path"]).relative_to("target/debug").as_posix(): one["kind"] for one in json.loads(found.stdout)["artifacts"]}
        for path, kind in {"liball.rlib": "rlib", "liball.so": "cdylib", "liball.a": "staticlib", "all": "executable",
                           "libleaf.rlib": "rlib", "libderive.so": "proc-macro", "libshared.so": "dylib"}.items():
            self.assertEqual(told.get(path), kind, path)
        for folder, _, names in os.walk(project / "target/debug"):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), project / "target/debug")
                expected = KINDS_BY_ENDING.get(Path(name).suffix)
                if "incremental" in Path(path).parts:  # rustc's cache, which nobody else reads
                    self.assertNotIn(path, told)
                elif expected:
                    self.assertIn(told.get(path), expected, path)
        # A list is of what has metadata; nothing that cargo keeps for itself.
        listed = run("scan", "target", cwd=project.root)
        self.assertEqual(listed.code, 0, listed)
        self.assertEqual({Path(path).suffix for path in listed.paths}, {".rlib", ".rmeta", ".so"})


if __name__ == "__main__":
    main()
