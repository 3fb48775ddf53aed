#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Odd sets from reports, each made again small: rustc takes or refuses it, and audit says the same of the same crate.

The judge and what it means to agree are those of `verdicts`; here stand single cases that are no way to break any set.
"""

import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
import mini_kernel
from agreement import agree, audit
from breakages import Copy, edit, move, remove, run_tool
from crate_breakages import other_triple
from judge import Crates, Toolchain, real_rustc, verdict

FFI, MACROS = "rust/libffi.rmeta", "rust/libmacros.so"


def rlib(tree, path, members):
    """An archive with these members"""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in members.items():
            (Path(folder) / name).write_bytes(content)
        subprocess.run(["ar", "cr", "made.a", *members], cwd=folder, check=True)
        tree.put(path, (Path(folder) / "made.a").read_bytes(), 0o644)


def weak(content, name):
    """The dynamic symbol whose name begins so, made weak"""
    changed = bytearray(content)
    sections, = struct.unpack_from("<Q", content, 40)
    size, count = struct.unpack_from("<HH", content, 58)
    headers = [struct.unpack_from("<IIQQQQII", content, sections + i * size) for i in range(count)]
    _, _, _, _, at, length, link, _ = next(header for header in headers if header[1] == 11)  # SHT_DYNSYM
    names = headers[link][4]
    for symbol in range(at, at + length, 24):
        where = names + struct.unpack_from("<I", content, symbol)[0]
        if content[where:].startswith(name):
            changed[symbol + 4] = 2 << 4 | changed[symbol + 4] & 15
    return bytes(changed)


def with_interpreter(content):
    """A note becomes PT_INTERP."""
    changed = bytearray(content)
    first, = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    note = next(at for at in range(first, first + size * count, size) if struct.unpack_from("<I", content, at)[0] == 4)
    struct.pack_into("<I", changed, note, 3)
    return bytes(changed)


class Kernels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.kit = Crates(temporary.name, harness.program)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(dir=self.kit.folder)
        self.addCleanup(temporary.cleanup)
        self.tree = Copy(Path(temporary.name) / "tree", self.kit.root)

    def says(self, accepts, broken=""):
        said = self.kit.judge(self.tree.root)
        answer = audit(harness.program, self.tree.root, self.kit)
        self.assertEqual(said.accepts, accepts, said)
        self.assertTrue(agree(said, answer, [broken]), f"{said}\n{answer}")

    # ---- Refused

    def test_a_name_that_is_no_utf8(self):
        move(self.tree, FFI, os.fsdecode(b"rust/libffi-\xff.rmeta"))
        self.says(False)

    def test_a_library_with_the_ending_of_another_system(self):
        for ending in ".dylib", ".dll":
            move(self.tree, MACROS, f"rust/libmacros{ending}")
            self.says(False)
            move(self.tree, f"rust/libmacros{ending}", MACROS)

    def test_only_rust_is_searched_when_other_folders_are_links_too(self):
        for folder in "scripts", "include":
            with self.subTest(folder):
                tree = self.tree = Copy(self.tree.root.parent / folder, self.kit.root)
                move(tree, folder, f"{folder}-6")
                tree.link(folder, f"{folder}-6")
                move(tree, FFI, f"{folder}-6/libffi.rmeta")
                self.says(False)

    def test_members_of_an_rlib(self):
        metadata = (self.tree / FFI).read_bytes()
        remove(self.tree, FFI)
        for accepts, members in ((True, {"lib.rmeta": metadata}), (False, {"rust.metadata.bin": metadata}),
                                 (False, {"lib.rmeta": metadata + b"\n\n\n"})):
            with self.subTest(list(members), accepts=accepts):
                rlib(self.tree, "rust/libffi.rlib", members)
                self.says(accepts)

    def test_flags_that_cannot_be_read(self):
        flags = "include/generated/rustc_cfg"
        for content in b'--cfg=CONFIG_A="', b"--cfg=CONFIG_\xff\n":
            with self.subTest(content):
                self.tree.put(flags, content, 0o644)
                self.says(False, flags)

    def test_a_stripped_proc_macro_where_no_configuration_is(self):
        (self.tree / "include/config/auto.conf").unlink()
        run_tool(self.tree, MACROS, "objcopy", "-R", ".rustc")
        said = self.kit.judge(self.tree.root)
        answer = audit(harness.program, self.tree.root, self.kit)
        self.assertTrue(agree(said, answer, [MACROS]), f"{said}\n{answer}")
        self.assertEqual([rule for rule, *_ in answer.errors], ["stripped-metadata"], answer)

    # ---- Accepted

    def test_links_that_lead_nowhere_and_nobody_follows(self):
        for path in "tools/lib/bpf/libbpf.so", "rust/libkernel-x.rmeta":
            with self.subTest(path):
                self.tree.link(path, "nothing")
                self.says(True)

    def test_a_crate_whose_file_begins_with_the_name_of_another(self):
        self.kit.compiler.crate("alloc", mini_kernel.NO_CORE + "extern crate core;", "-o", self.tree / "rust/libcore_alloc.rmeta")
        self.says(True)

    def test_a_weak_symbol_is_a_symbol(self):
        edit(self.tree, MACROS, lambda content: weak(content, b"__rustc_proc_macro_decls_"))
        self.says(True)

    def test_a_library_with_an_interpreter(self):
        edit(self.tree, MACROS, with_interpreter)
        self.says(True)


class Folders(unittest.TestCase):
    """Crates for a machine without std, in one folder"""

    target = "x86_64-unknown-none"
    bare = mini_kernel.NO_CORE + "extern crate core;"

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        self.folder = Path("target", self.target, "debug/deps")
        (self.root / self.folder).mkdir(parents=True)
        try:
            self.toolchain = Toolchain(real_rustc("rustc"))
        except FileNotFoundError:
            self.skipTest("no rustc on PATH")
        self.toolchain.environment.update(RUSTC_BOOTSTRAP="1", RUSTC_LOG="rustc_metadata=info", RUSTC_ICE="0")
        self.core = mini_kernel.core_source(self.toolchain.rustc)
        self.compile("core", self.core, "-1a")
        self.compile("leaf", self.bare, "-2b", "core=-1a")

    def compile(self, name, source, extra, *needs):
        (self.root / "source.rs").write_text(source)
        named = [word for need in needs for word in ("--extern", "{0}={2}/lib{0}{1}.rmeta".format(*need.split("="), self.folder))]
        done = self.rustc(f"--crate-name={name}", f"-Cmetadata={extra}", f"-Cextra-filename={extra}", *named, f"--out-dir={self.folder}", "source.rs")
        self.assertEqual(done.returncode, 0, done.stderr)

    def rustc(self, *arguments):
        return self.toolchain.run([self.toolchain.rustc, "--edition=2021", "--crate-type=rlib", "--emit=metadata", f"--target={self.target}",
                                   f"-Ldependency={self.folder}", *arguments], self.root)

    def judge(self, *names):
        """Uses these crates"""
        (self.root / "probe.rs").write_text(mini_kernel.NO_CORE + "".join(f"extern crate {re.match('[a-z]+', name)[0]};" for name in names))
        named = [f"--extern={re.match('[a-z]+', name)[0]}={self.folder}/lib{name}.rmeta" for name in names]
        done = self.rustc(*named, "-o", "probe", "probe.rs")
        return done, verdict(done.returncode == 0, done.stderr)

    def audit(self):
        self.reader = lambda: ["--rustc", self.toolchain.rustc]
        self.operands = lambda _: ["target"]
        return audit(harness.program, self.root, self)

    def test_core_of_a_target_without_std(self):
        self.assertEqual(self.audit().errors, [])
        (self.root / self.folder / "libcore-1a.rmeta").unlink()
        done, said = self.judge("leaf-2b")
        self.assertEqual((said.crate, said.code), ("core", "E0463"), done.stderr)
        self.assertTrue(agree(said, self.audit(), []), self.audit())
        alone = harness.run("audit", "target", cwd=self.root).stdout
        self.assertRegex(alone, rb"ok, as far as 1 of 2 crates could be checked")

    def test_a_crate_for_another_target(self):
        for name in "leaf-2b", "core-1a":
            with self.subTest(name):
                file = self.root / self.folder / f"lib{name}.rmeta"
                before = file.read_bytes()
                file.write_bytes(other_triple(before))
                done, said = self.judge("leaf-2b")
                self.assertEqual((said.crate, said.code), (name.partition("-")[0], "E0461"), done.stderr)
                self.assertEqual(self.audit().errors, [("target-mismatch", said.crate, said.code)])
                alone = json.loads(harness.run("audit", "--report", "json", "target", cwd=self.root).stdout)["findings"]
                self.assertEqual([(each["rule"], each["crate"]) for each in alone], [("target-mismatch", said.crate)])
                file.write_bytes(before)

    def test_crates_for_a_target_that_the_compiler_has_nothing_for(self):
        (self.root / self.folder).rename(self.root / "here")
        self.folder = Path("here")
        for path in self.root.glob("here/*"):
            path.unlink()
        (self.root / "source.rs").write_text("pub struct S;")
        done = self.toolchain.run([self.toolchain.rustc, "--crate-type=rlib", "--crate-name=user", "--emit=metadata", "--out-dir=here", "source.rs"], self.root)
        self.assertEqual(done.returncode, 0, done.stderr)
        file = self.root / "here/libuser.rmeta"
        file.write_bytes(other_triple(file.read_bytes()))
        self.reader, self.operands = lambda: ["--rustc", self.toolchain.rustc], lambda _: ["here"]
        self.assertEqual(audit(harness.program, self.root, self).errors, [("missing-crate", "std", "E0463")])

    def test_crates_that_could_be_the_compilers_own(self):
        """One of std that was built with the set, and one whose name is a word of rustc"""
        for name in "alloc", "derive":
            with self.subTest(name):
                self.compile(name, self.bare, "-5e", "core=-1a")
                self.compile("user", self.bare + f"extern crate {name};", "-6f", "core=-1a", f"{name}=-5e")
                self.assertEqual(self.audit().errors, [])
                (self.root / self.folder / f"lib{name}-5e.rmeta").unlink()
                done, said = self.judge("user-6f")
                self.assertEqual((said.crate, said.code), (name, "E0463"), done.stderr)
                self.assertTrue(agree(said, self.audit(), []), self.audit())

    def test_two_crates_core_with_users_of_their_own(self):
        self.compile("core", self.core, "-3c")
        self.compile("other", self.bare, "-4d", "core=-3c")
        done, _ = self.judge("leaf-2b", "other-4d")
        self.assertIn("error[E0152]", done.stderr)
        answer = self.audit()
        self.assertIn(("duplicate-crate", "core", "E0152"), answer.others, answer)
        told = harness.run("audit", "target", cwd=self.root).stdout
        for name in b"libleaf-2b.rmeta", b"libother-4d.rmeta":
            self.assertIn(name, told)

    def test_a_proc_macro_for_another_machine_than_that_of_rustc(self):
        (self.root / "source.rs").write_text(
            "extern crate proc_macro; #[proc_macro] pub fn same(t: proc_macro::TokenStream) -> proc_macro::TokenStream { t }")
        file = self.folder / "libderive.so"
        done = self.toolchain.run([self.toolchain.rustc, "--edition=2021", "--crate-type=proc-macro", "--crate-name=derive", "-o", file, "source.rs"], self.root)
        if done.returncode:
            self.skipTest("rustc makes no proc macro here")
        self.assertEqual(self.audit().errors, [])
        content = (self.root / file).read_bytes()
        (self.root / file).write_bytes(other_triple(content))
        if other_triple(content) == content:
            self.skipTest("this machine has another triple")
        (self.root / "probe.rs").write_text("extern crate derive;")
        done = self.toolchain.run([self.toolchain.rustc, "--edition=2021", "--crate-type=rlib", "--emit=metadata", f"--extern=derive={file}",
                                   "-o", "probe", "probe.rs"], self.root)
        said = verdict(done.returncode == 0, done.stderr)
        self.assertFalse(said.accepts)
        printed = re.match(r"error\[(E\d+)\]", said.says)[1]
        self.assertIn(("target-mismatch", "derive", printed), self.audit().errors, said)


class Programs(unittest.TestCase):
    """A program, the crate that it uses, and the crate that this one needs, all in one folder and without hashes in their names"""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        try:
            self.toolchain = Toolchain(real_rustc("rustc"))
        except FileNotFoundError:
            self.skipTest("no rustc on PATH")
        self.toolchain.environment.update(RUSTC_BOOTSTRAP="1", RUSTC_LOG="rustc_metadata=info")
        self.rustc("pub struct S;", "--crate-name=dep", "--crate-type=rlib", "--emit=metadata,link")
        self.rustc("extern crate dep; pub use dep::S;", "--crate-name=middle", "--crate-type=rlib", "--emit=metadata,link")

    def rustc(self, source, *arguments, accepts=True):
        (self.root / "source.rs").write_text(source)
        done = self.toolchain.run([self.toolchain.rustc, "-L.", *arguments, "source.rs"], self.root)
        self.assertEqual(done.returncode == 0, accepts, done.stderr)
        return done

    def says(self, accepts):
        done = self.rustc("extern crate middle; fn main() { let _ = middle::S; }", "-oprogram", accepts=accepts)
        said = harness.run("audit", "--rustc", self.toolchain.rustc, "--report", "json", ".", cwd=self.root)
        errors = [(one["rule"], one["crate"]) for one in json.loads(said.stdout)["findings"] if one["severity"] == "error"]
        self.assertEqual(errors, [] if accepts else [("missing-crate", "dep")], said)
        if not accepts:
            self.assertIn("crate `dep` required to be available in rlib format", done.stderr)

    def test_a_file_with_two_names_is_one_candidate(self):
        """Under the name that comes first, and the forms of a library are put together by their names."""
        self.says(True)
        for target in "libdep.rmeta", "libdep.rlib":
            ending = Path(target).suffix
            for name, accepts in (f"libdep2{ending}", True), (f"libdep-2{ending}", False):
                (self.root / name).symlink_to(target)
                with self.subTest(target, name=name):
                    self.says(accepts)
                (self.root / name).unlink()
        (self.root / "libdep2.rmeta").write_bytes((self.root / "libdep.rmeta").read_bytes())
        self.says(False)

    def test_what_extern_names_is_called_as_a_library_is(self):
        for name, accepts in ("libother.rlib", True), ("other.rlib", False), ("libother.lib", False), ("libother", False):
            (self.root / name).symlink_to("libdep.rlib")
            with self.subTest(name):
                done = self.rustc("extern crate dep; fn main() { let _ = dep::S; }", f"--extern=dep={name}", "-oprogram", accepts=accepts)
                said = harness.run("audit", "--rustc", self.toolchain.rustc, "--report", "json", "--extern", f"dep={name}", "libdep.rlib", name, cwd=self.root)
                errors = [(one["rule"], one["crate"], one["rustc_error"]) for one in json.loads(said.stdout)["findings"] if one["severity"] == "error"]
                self.assertEqual(errors, [] if accepts else [("missing-crate", "dep", "E0463")], said)
                self.assertEqual("is of an unknown type" in done.stderr, not accepts)
            (self.root / name).unlink()


if __name__ == "__main__":
    harness.main()
