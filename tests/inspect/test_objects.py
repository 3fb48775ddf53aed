#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Objects of real compilers, as `rartifacts inspect` shows them, against what binutils say of them.

    test_objects.py RARTIFACTS

Nothing is compared with a reader of ours: symbols with readelf, written out names with c++filt, languages and compilers with what
was started to make the object.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scan"))
import harness

PROGRAM = ""
CLANG = harness.newest_clang()
RUSTC = "/usr/bin/rustc"  # Debian's, with Debian's std

RUST = r"""
use std::collections::BTreeMap;
use std::fmt::Debug;
pub trait Shape { fn area(&self) -> u128; }
#[derive(Debug, Clone, PartialEq)]
pub struct Square<const N: usize, T>(pub [T; N]);
impl<const N: usize, T: Into<u128> + Copy> Shape for Square<N, T> {
    fn area(&self) -> u128 { self.0.iter().map(|side| (*side).into()).sum::<u128>() / 7 }
}
pub fn dynamic(shape: &dyn Shape) -> String { format!("{}", shape.area()) }
pub fn map(text: &str) -> BTreeMap<String, Vec<Option<Box<dyn Fn(u8) -> char + Send>>>> {
    let mut map = BTreeMap::new();
    map.insert(text.to_owned(), vec![None, Some(Box::new(|byte: u8| byte as char) as Box<_>)]);
    map
}
pub fn show<T: Debug>(value: &T, f: unsafe extern "C" fn(*const T) -> bool) -> String {
    format!("{value:?} {}", unsafe { f(value) })
}
pub fn all(square: Square<3, u64>) -> usize {
    extern "C" fn is_null<const N: usize>(at: *const Square<N, u64>) -> bool { at.is_null() }
    println!("{}", dynamic(&square));
    show(&square, is_null::<3>).len() + map("x").len()
}
"""
NO_STD = r"""
#![no_std]
#![no_main]
extern crate alloc;
#[no_mangle] pub extern "C" fn least(bytes: &[u8]) -> alloc::vec::Vec<u8> { bytes.to_vec() }
#[no_mangle] pub extern "C" fn halved(number: u128) -> u128 { number / (number >> 64) }
"""


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def inspect(*files):
    lines = run(PROGRAM, "inspect", "--format", "ndjson", *files).splitlines()
    return [json.loads(line) for line in lines]


def undefined_of(artifact):
    return {symbol["symbol"]: {**symbol, "group": group} for group, symbols in artifact["object"]["undefined"].items() for symbol in symbols}


def undefined_in(file):
    """What readelf finds undefined and no member of `file` defines. (nm asks a plugin first, which knows only its own LLVM.)"""
    undefined, defined = set(), set()
    for line in run("readelf", "--symbols", "--wide", file).splitlines():
        words = line.split()
        if len(words) >= 8 and words[0].endswith(":") and words[4] in ("GLOBAL", "WEAK", "UNIQUE"):
            (undefined if words[6] == "UND" else defined).add(words[7])
    return undefined - defined


def written_out(names):
    """c++filt -i: without the hashes. Of 128-bit constants binutils 2.40 prints the wrong digits: those are left out."""
    if not names:
        return {}
    lines = run("c++filt", "-s", "rust", "-i", input="\n".join(names) + "\n").splitlines()
    return {name: line for name, line in zip(names, lines, strict=True) if not re.search("0x[0-9a-f]+_", line)}


class Objects(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        sources = {"lib.rs": RUST, "no_std.rs": NO_STD, "c.c": "int c(void) { return 1; }\n", "cc.cc": "int cc() { return 1; }\n",
                   "s.S": ".text\n.globl s\ns: ret\n.section .note.GNU-stack,\"\",@progbits\n",
                   "_RasMessage.c": "int _RasMessage = 1, _RegistrationConfirm_callSignalAddress; int _RNvalue(void) { return 2; }\n"}
        for name, text in sources.items():
            (cls.folder / name).write_text(text)

    def made(self, name, *command):
        run(*command, cwd=self.folder, env={**os.environ, "RUSTC_BOOTSTRAP": "1"})  # -Csymbol-mangling-version=legacy is unstable
        return inspect(self.folder / name)[0]

    def rustc(self, name, *options, source="lib.rs", kind="lib"):
        return self.made(name, RUSTC, "--edition=2021", f"--crate-type={kind}", *options, "-o", name, source)

    def language(self, artifact, language, producer):
        self.assertEqual(artifact["object"]["language"], language)
        if producer is None:
            self.assertIsNone(artifact["object"]["producer"])
        else:
            self.assertRegex(artifact["object"]["producer"], producer)

    def test_each_compiler_is_known_by_its_signature(self):
        version = "^rustc version " + re.escape(run(RUSTC, "--version").strip().removeprefix("rustc ")) + "$"
        self.language(self.rustc("r.o", "--emit=obj"), "rust", version)
        self.language(self.made("c.o", "gcc", "-c", "c.c"), "c", r"^GCC: \(.*\) [0-9.]+$")
        self.language(self.made("clang.o", CLANG, "-c", "-o", "clang.o", "c.c"), "c", f"clang version {CLANG[6:]}")
        self.language(self.made("cc.o", "g++", "-c", "cc.cc"), "c", "^GCC: ")
        self.language(self.made("both.o", "ld", "-r", "-o", "both.o", "r.o", "c.o"), "mixed", version)

    def test_what_has_no_comment_is_known_by_its_debug_information(self):
        version = run(RUSTC, "--version").strip().removeprefix("rustc ")
        for dwarf in "4", "5":
            with self.subTest(dwarf):
                self.made("g.o", "gcc", "-c", f"-gdwarf-{dwarf}", "-o", "g.o", "c.c")
                stripped = self.made("g.o", "objcopy", "-R", ".comment", "g.o")
                self.language(stripped, "c", r"^GNU C[0-9]+ [0-9.]+ ")
                self.made("n.o", CLANG, "-c", f"-gdwarf-{dwarf}", "-o", "n.o", "c.c")
                self.language(self.made("n.o", "objcopy", "-R", ".comment", "n.o"), "c", f"clang version {CLANG[6:]}")
                assembled = self.made("s.o", "gcc", "-c", f"-Wa,-gdwarf-{dwarf}", "-o", "s.o", "s.S")
                self.language(assembled, "assembler", "^GNU AS ")
                self.assertEqual(assembled["object"]["sources"], [{"language": "assembler", "producer": assembled["object"]["producer"], "count": 1}])
                self.language(self.made("s.o", CLANG, "-c", "-g", f"-gdwarf-{dwarf}", "-o", "s.o", "s.S"), "assembler", f"clang version {CLANG[6:]}")
        rust = self.rustc("d.o", "--emit=obj", "-Cdebuginfo=1")
        self.assertEqual(rust["object"]["sources"][0]["language"], "Rust")
        self.language(self.made("d.o", "objcopy", "-R", ".comment", "d.o"), "rust", f"^rustc version {re.escape(version)}$")

    def test_types_that_stand_before_the_compile_unit_do_not_hide_it(self):
        (self.folder / "types.c").write_text("struct a { int b; }; struct c { struct a d; }; struct c e;\n")
        for compiler in "gcc", CLANG:
            artifact = self.made("types.o", compiler, "-c", "-g", "-gdwarf-5", "-fdebug-types-section", "-o", "types.o", "types.c")
            self.assertEqual([(source["language"], source["count"]) for source in artifact["object"]["sources"]],
                             [("C11", 1)])

    def test_gcc_signs_fortran_like_c(self):
        if not shutil.which("gfortran"):
            self.skipTest("no gfortran")
        (self.folder / "f.f90").write_text("subroutine f(x)\n  real x\n  x = 1\nend subroutine\n")
        self.language(self.made("f.o", "gfortran", "-c", "-g", "-o", "f.o", "f.f90"), None, "^GCC: ")
        self.made("c.o", "gcc", "-c", "-g", "c.c")
        self.language(self.made("fc.o", "ld", "-r", "-o", "fc.o", "f.o", "c.o"), "c", "^GCC: ")

    def test_an_assembled_file_without_debug_information_is_of_no_known_language(self):
        self.language(self.made("s.o", "gcc", "-c", "-o", "s.o", "s.S"), None, None)

    def test_rust_without_any_signature_is_known_by_its_names(self):
        self.rustc("m.o", "--emit=obj")
        self.language(self.made("m.o", "objcopy", "-R", ".comment", "m.o"), "rust", None)
        self.made("c.o", "gcc", "-c", "c.c")
        # As rustc before 1.75, which signed nothing, linked with C.
        self.language(self.made("mc.o", "ld", "-r", "-o", "mc.o", "m.o", "c.o"), "mixed", "^GCC: ")

    def test_names_of_c_that_look_like_rust_are_c(self):
        self.language(self.made("ras.o", "gcc", "-c", "-o", "ras.o", "_RasMessage.c"), "c", "^GCC: ")
        self.language(self.made("ras.o", "objcopy", "-R", ".comment", "ras.o"), None, None)

    def test_what_is_linked_to_be_started_is_a_program(self):
        (self.folder / "main.c").write_text("int main(void) { return 0; }\n")
        for option, kind in ("-no-pie", "executable"), ("-pie", "executable"), ("-static-pie", "executable"), ("-shared", "shared-library"):
            with self.subTest(option):
                self.assertEqual(self.made("linked", "gcc", "-fPIC", option, "-o", "linked", "main.c")["kind"], kind)

    def test_the_members_of_a_thin_archive_are_looked_for_where_they_are(self):
        (self.folder / "uses.c").write_text("int c(void), other(void); int uses(void) { return c() + other(); }\n")
        run("gcc", "-c", "c.c", "uses.c", cwd=self.folder)
        thick = self.made("thick.a", "ar", "rc", "thick.a", "c.o", "uses.o")["object"]
        thin = self.made("thin.a", "ar", "rcT", "thin.a", "c.o", "uses.o")["object"]
        self.assertEqual(thin, thick)
        self.assertEqual([symbol["symbol"] for symbol in thin["undefined"]["other"]], ["other"])
        (self.folder / "c.o").unlink()
        (self.folder / "uses.o").unlink()
        gone = inspect(self.folder / "thin.a")[0]
        self.assertIn("thin archive: 2 members are other files, not read", gone["notes"])
        self.assertIn("symbols", gone["object"]["kernel_fitness"]["undecided"])

    def test_undefined_symbols_are_those_of_readelf_and_written_out_as_by_cxxfilt(self):
        for tool in "readelf", "c++filt":
            if not shutil.which(tool):
                self.skipTest(f"{tool} is not installed")
        std = pathlib.Path(run(RUSTC, "--print", "sysroot").strip()) / "lib/rustlib/x86_64-unknown-linux-gnu/lib"
        files = [self.folder / f"{mangling}.o" for mangling in ("v0", "legacy")]
        for mangling in "v0", "legacy":
            self.rustc(f"{mangling}.o", "--emit=obj", "-Copt-level=1", "-Ccodegen-units=1", f"-Csymbol-mangling-version={mangling}",
                       *(["-Zunstable-options"] if mangling == "legacy" else []))
        files += sorted(std.glob("*.rlib"))
        rust_names = 0
        artifacts = {pathlib.Path(artifact["path"]).name: artifact for artifact in inspect(*files)}
        for file in files:
            artifact = artifacts[file.name]
            with self.subTest(file.name):
                undefined = undefined_of(artifact)
                self.assertEqual(set(undefined), undefined_in(file))
                mangled = [name for name, symbol in undefined.items() if symbol["demangled"] is not None]
                rust_names += len(mangled)
                reference = written_out(mangled)
                self.assertEqual({name: undefined[name]["demangled"] for name in reference}, reference)
                # And c++filt knows no Rust name that we do not.
                others = [name for name in undefined if undefined[name]["demangled"] is None]
                self.assertEqual([name for name, line in written_out(others).items() if name != line], [])
        self.assertGreater(rust_names, 500)

    def test_symbols_are_grouped_by_who_provides_them(self):
        artifact = self.rustc("n.o", "--emit=obj", "-Cpanic=abort", "-Copt-level=1", source="no_std.rs")
        groups = {name: symbol["group"] for name, symbol in undefined_of(artifact).items()}
        self.assertEqual(groups["memcpy"], "memory")
        self.assertEqual(groups["__udivti3"], "builtins")
        shims = {name for name in groups if "___rust_alloc" in name}
        self.assertTrue(shims, groups)
        self.assertEqual({groups[name] for name in shims}, {"runtime"})
        self.assertTrue([name for name in groups if groups[name] == "core"], groups)
        self.assertTrue([name for name in groups if groups[name] == "alloc"], groups)
        std = self.rustc("r.o", "--emit=obj")
        self.assertTrue(std["object"]["undefined"]["std"])
        for group in "core", "alloc", "std":
            self.assertEqual({symbol["crate"] for symbol in std["object"]["undefined"][group]} - {group}, set())

    def test_what_an_archive_defines_is_what_readelf_finds_with_the_names_of_c_apart(self):
        (self.folder / "api.rs").write_text('#[no_mangle] pub extern "C" fn api_one(n: usize) -> usize { std::env::args().nth(n).map_or(0, |a| a.len()) }\n'
                                            "#[no_mangle] pub static API_TABLE: [u8; 4] = [1, 2, 3, 4];\n")
        for kind, name in ("staticlib", "libapi.a"), ("rlib", "libapi.rlib"):
            with self.subTest(kind):
                artifact = self.made(name, RUSTC, f"--crate-type={kind}", "-o", name, "api.rs")
                defined = set()
                for line in run("readelf", "--symbols", "--wide", self.folder / name).splitlines():
                    words = line.split()
                    if len(words) >= 8 and words[0].endswith(":") and words[4] in ("GLOBAL", "WEAK", "UNIQUE") and words[6] != "UND":
                        defined.add(words[7])
                mangled = {symbol for symbol, text in written_out(sorted(name for name in defined if name.startswith("_"))).items() if symbol != text}
                shown = artifact["object"]["defined"]
                self.assertEqual(set(shown["c"]) & mangled, set())
                self.assertLessEqual(set(shown["c"]), defined)
                self.assertEqual(set(shown["c"][:2]), {"api_one", "API_TABLE"})
                self.assertEqual(len(shown["c"]) + sum(row["symbols"] for row in shown["rust"]), len(defined))
                if kind == "staticlib":
                    self.assertLessEqual({"core", "std", "alloc"}, {row["crate"] for row in shown["rust"]})
                text = run(PROGRAM, "inspect", self.folder / name)
                self.assertRegex(text, r"defines +\d+ symbols of C, \d+ of Rust")
                self.assertIn("        api_one\n", text)

    def test_what_a_library_exports_is_what_nm_finds(self):
        (self.folder / "api.rs").write_text('#[no_mangle] pub extern "C" fn api_one(n: u32) -> u32 { n }\n#[no_mangle] pub static API_TABLE: [u8; 4] = [1; 4];\n')
        for kind in "cdylib", "dylib":
            with self.subTest(kind):
                artifact = self.made("libapi.so", RUSTC, f"--crate-type={kind}", "-Cprefer-dynamic=no", "-o", "libapi.so", "api.rs")
                exported = {line.split()[2].split("@")[0] for line in run("nm", "-D", "--defined-only", self.folder / "libapi.so").splitlines()}
                shown = artifact["exports"]
                self.assertEqual(len(shown["c"]) + sum(row["symbols"] for row in shown["rust"]), len(exported))
                self.assertLessEqual(set(shown["c"]), exported)
                self.assertLessEqual({"api_one", "API_TABLE"}, set(shown["c"]))
        run("strip", "--strip-all", self.folder / "libapi.so")
        self.assertEqual(inspect(self.folder / "libapi.so")[0]["exports"], shown)

    def test_a_weak_symbol_is_marked(self):
        (self.folder / "weak.c").write_text("int a(void) __attribute__((weak)); int b(void); int f(void) { return a() + b(); }\n")
        undefined = undefined_of(self.made("weak.o", "gcc", "-c", "weak.c"))
        self.assertEqual((undefined["a"]["weak"], undefined["b"]["weak"]), (True, False))

    def test_module_symvers_tells_what_a_kernel_exports(self):
        (self.folder / "Module.symvers").write_text("0x12345678\tb\tvmlinux\tEXPORT_SYMBOL_GPL\t\n0x00000000\tmemcpy\tvmlinux\tEXPORT_SYMBOL\tNS\n")
        (self.folder / "use.c").write_text("int a(void); int b(void); void *memcpy(void *, const void *, unsigned long);\n"
                                           "int f(void *p) { memcpy(p, (char *)p + 9, a()); return b(); }\n")
        run("gcc", "-c", "-O1", "use.c", cwd=self.folder)
        plain = undefined_of(inspect(self.folder / "use.o")[0])
        self.assertEqual({name: symbol["group"] for name, symbol in plain.items()}, {"a": "other", "b": "other", "memcpy": "memory"})
        known = json.loads(run(PROGRAM, "inspect", "--format", "json", "--symvers", "Module.symvers", "use.o", cwd=self.folder))
        known = undefined_of(known)
        self.assertEqual({name: symbol["group"] for name, symbol in known.items()}, {"a": "other", "b": "kernel", "memcpy": "memory"})
        self.assertEqual({name: symbol["exported"] for name, symbol in known.items()}, {"a": False, "b": True, "memcpy": True})
        # The tree around a file has its own.
        (self.folder / "include/config").mkdir(parents=True)
        (self.folder / "include/config/auto.conf").write_text("CONFIG_X86=y\n")
        self.assertEqual(undefined_of(inspect(self.folder / "use.o")[0]), known)


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    harness.main()
