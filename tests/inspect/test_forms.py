#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Every form of object, library, program and archive has one name: that of what made it, in inspect, in scan and in a package.

    test_forms.py RARTIFACTS

The files are made here by clang, lld, llvm-ar, llvm-lib, llvm-dlltool, lipo, libtool and binutils. What is missing is left out.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scan"))
import harness
from harness import run

CLANG = harness.newest_clang()
# Of lld and the LLVM tools any release will do, but it has to read what it is given.
SUFFIXES = ("", "-22", "-21", "-20", "-19", "-14")
SOURCES = {"f.c": "int f(int a) { return a + 1; }\n", "m.c": "int f(int a);\nint main(void) { return f(1); }\n", "x.def": "LIBRARY x.dll\nEXPORTS\n f\n g\n",
           "many.s": "".join(f'.section s{i},"dw"\n.byte 1\n' for i in range(66_000)),  # more than a plain COFF file can count
           # LLVM of any release reads this, which its bitcode is not.
           "f.ll": "define i32 @f() {\n  ret i32 1\n}\n"}
WINDOWS, APPLE, ARM, WASM, AIX = "x86_64-pc-windows-msvc", "x86_64-apple-macos11", "arm64-apple-macos11", "wasm32", "powerpc-ibm-aix"
MAC = ("-platform_version", "macos", "11.0", "11.0")


def clang(target, name, source="f.c", *more):
    return [(CLANG, "-c", f"--target={target}", "-o", name, source, *more)]


# name, kind, words of a note or "", the commands that make it
FORMS = [
    ("elf.o", "object", "", clang("x86_64-linux-gnu", "elf.o")),
    ("win.obj", "object", "", clang(WINDOWS, "win.obj")),
    ("big.obj", "object", "", clang(WINDOWS, "big.obj", "many.s")),
    ("mac.o", "object", "", clang(APPLE, "mac.o")),
    ("arm.o", "object", "", clang(ARM, "arm.o")),
    ("wasm.o", "object", "WebAssembly object", clang(WASM, "wasm.o")),
    ("xcoff32.o", "object", "", clang(AIX, "xcoff32.o")),
    ("xcoff64.o", "object", "", clang("powerpc64-ibm-aix", "xcoff64.o")),
    ("raw.bc", "bitcode", "", [("llvm-as", "-o", "raw.bc", "f.ll")]),
    ("lto.o", "bitcode", "", clang(APPLE, "lto.o", "f.c", "-flto")),
    ("wrapped.bc", "bitcode", "", "wrapped"),
    ("x.dll", "shared-library", "", [("lld-link", "/dll", "/noentry", "/export:f", "/out:x.dll", "win.obj")]),
    ("x.exe", "executable", "", [("lld-link", "/entry:f", "/subsystem:console", "/out:x.exe", "win.obj")]),
    ("import.lib", "archive", "import library of x.dll: 2 functions", [("llvm-dlltool", "-d", "x.def", "-l", "import.lib", "-m", "i386:x86-64")]),
    ("code.lib", "archive", "", [("llvm-lib", "/out:code.lib", "win.obj", "big.obj")]),
    ("x.dylib", "shared-library", "", [("ld64.lld", "-dylib", "-arch", "x86_64", *MAC, "-o", "x.dylib", "mac.o")]),
    ("arm.dylib", "shared-library", "", [("ld64.lld", "-dylib", "-arch", "arm64", *MAC, "-o", "arm.dylib", "arm.o")]),
    ("fat.dylib", "shared-library", "fat Mach-O", [("llvm-lipo", "-create", "x.dylib", "arm.dylib", "-output", "fat.dylib")]),
    ("fat.o", "object", "fat Mach-O", [("llvm-lipo", "-create", "mac.o", "arm.o", "-output", "fat.o")]),
    ("darwin.a", "archive", "", [("llvm-ar", "rc", "--format=darwin", "darwin.a", "mac.o")]),
    ("fat.a", "archive", "universal archive for x86_64, arm64", [("llvm-ar", "rc", "--format=darwin", "darwin2.a", "arm.o"),
                                                              ("llvm-lipo", "-create", "darwin.a", "darwin2.a", "-output", "fat.a")]),
    ("libtool.a", "archive", "universal archive for x86_64, arm64", [("llvm-libtool-darwin", "-static", "-o", "libtool.a", "mac.o", "arm.o")]),
    ("module.wasm", "shared-library", "WebAssembly module", [("wasm-ld", "--no-entry", "--export=f", "-o", "module.wasm", "wasm.o")]),
    ("program.wasm", "executable", "WebAssembly module", [(CLANG, "-c", f"--target={WASM}", "-Dmain=_start", "-o", "start.o", "m.c"),
                                                        ("wasm-ld", "-o", "program.wasm", "start.o", "wasm.o")]),
    ("dylink.wasm", "shared-library", "WebAssembly module", [(CLANG, "-c", f"--target={WASM}", "-fPIC", "-o", "pic.o", "f.c"),
                                                           ("wasm-ld", "--experimental-pic", "-shared", "--export-all", "-o", "dylink.wasm", "pic.o")]),
    ("bitcode.a", "archive", "", [("llvm-ar", "rc", "bitcode.a", "raw.bc")]),
    ("gnu.a", "archive", "", [("ar", "rc", "gnu.a", "elf.o")]),
    ("thin.a", "archive", "", [("ar", "rcT", "thin.a", "elf.o")]),
    ("bsd.a", "archive", "", [("llvm-ar", "rc", "--format=bsd", "bsd.a", "elf.o")]),
    ("aix.a", "archive", "", [("llvm-ar", "rc", "--format=bigarchive", "aix.a", "xcoff64.o")]),
    ("empty.a", "archive", "", [("ar", "rc", "empty.a")]),
]


RUSTC = "/usr/bin/rustc"
# A library without core, which rustc compiles for every target: the place of a call is the constant that panics have, and names its source.
CALLER = """#![feature(no_core, lang_items, intrinsics, rustc_attrs, auto_traits)]
#![no_core]
#[lang = "pointee_sized"] pub trait PointeeSized {}
#[lang = "meta_sized"] pub trait MetaSized: PointeeSized {}
#[lang = "sized"] pub trait Sized: MetaSized {}
#[lang = "copy"] pub trait Copy {}
#[lang = "freeze"] unsafe auto trait Freeze {}
#[lang = "sync"] trait Sync {}
impl Copy for u32 {}
#[lang = "panic_location"] pub struct Location<'a> { file: &'a str, line: u32, column: u32 }
#[rustc_intrinsic] pub const fn caller_location() -> &'static Location<'static>;
#[track_caller] #[inline(never)] fn place() -> &'static Location<'static> { caller_location() }
#[no_mangle] pub extern "C" fn f() -> u32 { place().line }
#[no_mangle] pub extern "C" fn g() -> &'static Location<'static> { place() }
"""
CALLER_SOURCE = "library/core/src/slice.rs"


def rustc(target, name):
    return (RUSTC, "-Awarnings", "--crate-name=slice", "--crate-type=lib", "--emit=obj", "-Cpanic=abort", f"--target={target}", "-o", name, CALLER_SOURCE)


# name, kind, whether it is Rust without symbols too, the commands that make it
RUST_FORMS = [
    ("rust.so", "cdylib", True, [rustc("x86_64-unknown-linux-gnu", "rust-elf.o"), ("gcc", "-shared", "-nostdlib", "-o", "rust.so", "rust-elf.o")]),
    ("rust.dll", "cdylib", True, [rustc(WINDOWS, "rust.obj"), ("lld-link", "/dll", "/noentry", "/export:f", "/export:g", "/out:rust.dll", "rust.obj")]),
    ("rust.exe", "executable", True, [("lld-link", "/entry:g", "/subsystem:console", "/out:rust.exe", "rust.obj")]),
    ("rust32.dll", "cdylib", True, [rustc("i686-pc-windows-msvc", "rust32.obj"),
                                    ("lld-link", "/dll", "/noentry", "/safeseh:no", "/export:g", "/out:rust32.dll", "rust32.obj")]),
    ("rust-arm.dll", "cdylib", True, [rustc("aarch64-pc-windows-msvc", "rust-arm.obj"),
                                      ("lld-link", "/dll", "/noentry", "/export:g", "/out:rust-arm.dll", "rust-arm.obj")]),
    ("rust.dylib", "cdylib", True, [rustc("x86_64-apple-darwin", "rust-mac.o"), ("ld64.lld", "-dylib", "-arch", "x86_64", *MAC, "-o", "rust.dylib", "rust-mac.o")]),
    ("rust-arm.dylib", "cdylib", True, [rustc("aarch64-apple-darwin", "rust-arm.o"), ("ld64.lld", "-dylib", "-arch", "arm64", *MAC, "-o", "rust-arm.dylib", "rust-arm.o")]),
    ("rust-fat.dylib", "cdylib", True, [("llvm-lipo", "-create", "rust.dylib", "rust-arm.dylib", "-output", "rust-fat.dylib")]),
    ("rust.wasm", "cdylib", True, [rustc("wasm32-unknown-unknown", "rust-wasm.o"), ("wasm-ld", "--no-entry", "--export=g", "-o", "rust.wasm", "rust-wasm.o")]),
    ("rust.lib", "staticlib", False, [("llvm-lib", "/out:rust.lib", "rust.obj")]),
    ("rust-mac.a", "staticlib", False, [("llvm-ar", "rc", "--format=darwin", "rust-mac.a", "rust-mac.o")]),
    ("rust.a", "staticlib", False, [("ar", "rc", "rust.a", "rust-elf.o")]),
]


class Forms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        for name, text in SOURCES.items():
            (cls.folder / name).write_text(text)
        cls.made = {}
        for name, kind, note, commands in FORMS:
            if commands == "wrapped":
                cls.wrap(name)
            elif not all(map(cls.make, commands)):
                continue
            if (cls.folder / name).exists():
                cls.made[name] = (kind, note)

    @classmethod
    def make(cls, command):
        for suffix in SUFFIXES:
            program = shutil.which(command[0] + suffix)
            if program and subprocess.run([program, *command[1:]], cwd=cls.folder, capture_output=True, timeout=60,
                                          env={**os.environ, "RUSTC_BOOTSTRAP": "1"}, check=False).returncode == 0:
                return True
        return False

    def needs(self, *tools):
        for tool in tools:
            if not any(shutil.which(tool + suffix) for suffix in SUFFIXES):
                self.skipTest(f"no {tool}")

    def make_rust(self):
        (self.folder / CALLER_SOURCE).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / CALLER_SOURCE).write_text(CALLER)
        for name, kind, is_told_stripped, commands in RUST_FORMS:
            if all(map(self.make, commands)):
                yield name, kind, is_told_stripped

    def test_rust_is_told_in_what_linkers_of_every_system_make_of_it(self):
        self.needs("lld-link", "llvm-strip")
        proofs = lambda artifact: {trace["trace"] for trace in artifact.get("object", {}).get("traces", ()) if trace["proof"]}
        made = list(self.make_rust())
        if not made:
            self.skipTest("no rustc that compiles such a library, or no linkers")
        self.assertGreater(len(made), 6)
        for name, kind, is_told_stripped in made:
            with self.subTest(name):
                artifact = self.inspected(name)
                self.assertEqual(artifact["kind"], kind)
                if not is_told_stripped:
                    continue
                self.assertTrue(proofs(artifact))
                self.assertTrue(self.make(("llvm-strip", "--strip-all", name, "-o", f"stripped-{name}")))
                stripped = self.inspected(f"stripped-{name}")
                self.assertEqual((stripped["kind"], proofs(stripped)), (kind, {"panic-locations"}))
                self.assertEqual(stripped["object"]["language"], "rust")
                self.assertIn(CALLER_SOURCE, str(stripped["object"]["traces"]))

    def test_paths_of_the_build_machine_are_counted_in_every_form(self):
        names = [name for name, _, is_linked in self.make_rust() if is_linked]
        if not names:
            self.skipTest("no rustc that compiles such a library, or no linkers")
        with tempfile.TemporaryDirectory() as folder:
            for name in names:
                shutil.copy(self.folder / name, folder)
            subprocess.run(["tar", "-cf", self.folder / "leaks.tar", "-C", folder, "."], check=True)
            for operand in folder, str(self.folder / "leaks.tar"):
                done = run("audit", "--report", "json", "--path-leak", "library/core", operand)
                found = {pathlib.PurePath(one["path"].split(":")[-1]).name: int(one["evidence"]["library/core"].split(",")[0])
                         for one in json.loads(done.stdout)["findings"] if one["rule"] == "path-leak"}
                self.assertEqual(found, {name: (self.folder / name).read_bytes().count(b"library/core") for name in names}, operand)
                self.assertTrue(all(found.values()))

    def inspected(self, name):
        done = run("inspect", "--format", "json", name, cwd=self.folder)
        self.assertEqual(done.code, 0, done)
        return json.loads(done.stdout)

    @classmethod
    def wrap(cls, name):
        """As Apple's linker wants it: magic, version, where the bitcode begins, its size, cputype."""
        raw = cls.folder / "raw.bc"
        if raw.exists():
            content = raw.read_bytes()
            (cls.folder / name).write_bytes(b"".join(word.to_bytes(4, "little") for word in (0x0B17C0DE, 0, 20, len(content), 0x01000007)) + content)

    def test_enough_could_be_made(self):
        self.needs(CLANG, "lld-link", "llvm-ar")
        self.assertGreater(len(self.made), 12, "clang, lld and llvm are among the packages for the tests")

    def test_inspect_names_what_was_made(self):
        for name, (kind, note) in self.made.items():
            with self.subTest(name):
                done = run("inspect", "--format", "json", name, cwd=self.folder)
                self.assertEqual(done.code, 0, done)
                artifact = json.loads(done.stdout)
                self.assertEqual(artifact["kind"], kind)
                self.assertIn(note, " ".join(artifact["notes"]))
                self.assertNotIn(artifact.get("object", {}).get("language"), ("rust", "mixed"))

    def test_scan_and_a_package_have_the_same_names(self):
        package = self.folder / "all.tar"
        with tempfile.TemporaryDirectory() as folder:
            for name in self.made:
                shutil.copy(self.folder / name, folder)
            subprocess.run(["tar", "-cf", package, "-C", folder, "."], check=True)
            shutil.copy(self.folder / "elf.o", folder)  # for the thin archive
            found = {}
            for operand in ".", str(package):
                done = run("scan", "--sniff", "--profile", "all", "--format", "ndjson", operand, cwd=folder)
                self.assertEqual(done.code, 0, done)
                found[operand] = {pathlib.PurePath(line["path"].split(":")[-1]).name: line["kind"] for line in map(json.loads, done.stdout.splitlines())}
        expected = {name: kind for name, (kind, _) in self.made.items()}
        self.maxDiff = None
        self.assertEqual(found["."], expected)
        self.assertEqual(found[str(package)], expected)

    def test_extract_takes_the_archive_for_one_machine_as_lipo_does(self):
        if not {"fat.a", "libtool.a"} <= self.made.keys():
            self.skipTest("no llvm-lipo or llvm-libtool-darwin")
        for archive in "fat.a", "libtool.a":
            for machine, member in ("x86_64", "mac.o"), ("arm64", "arm.o"):
                with self.subTest(archive, machine=machine):
                    done = run("extract", "--all", "--arch", machine, archive, "-o", f"out-{archive}-{machine}", cwd=self.folder)
                    self.assertEqual(done.code, 0, done)
                    self.assertTrue(self.make(("llvm-lipo", archive, "-thin", machine, "-output", "thin-slice.a")))
                    listed = subprocess.run(["ar", "t", "thin-slice.a"], cwd=self.folder, capture_output=True, text=True, check=True).stdout.split()
                    self.assertEqual([name for name in listed if not name.startswith("__.SYMDEF")], [member])
                    content = (self.folder / f"out-{archive}-{machine}" / member).read_bytes()
                    self.assertEqual(content.rstrip(b"\0\n"), (self.folder / member).read_bytes().rstrip(b"\0\n"))
        for arguments, said in (["fat.a"], "a universal file for x86_64, arm64: say --arch"), (["fat.a", "--arch", "ppc"], "not for ppc"), \
                (["gnu.a", "--arch", "arm64"], "--arch has nothing to choose from"):
            done = run("extract", "--all", *arguments, "-o", "none", cwd=self.folder)
            self.assertEqual(done.code, 3, done)
            self.assertIn(said, done.stderr)
            self.assertFalse((self.folder / "none").exists())

    def test_archives_that_rustc_writes_for_arm64ec(self):
        source = ("#![feature(no_core, lang_items)]\n#![no_core]\n#[lang = \"pointee_sized\"] pub trait PointeeSized {}\n"
                  "#[lang = \"meta_sized\"] pub trait MetaSized: PointeeSized {}\n#[lang = \"sized\"] pub trait Sized: MetaSized {}\n"
                  "#[lang = \"copy\"] pub trait Copy {}\n#[no_mangle] pub extern \"C\" fn ec_one() {}\n")
        (self.folder / "ec.rs").write_text(source)
        made = subprocess.run(["/usr/bin/rustc", "--crate-type=rlib", "--target=arm64ec-pc-windows-msvc", "-Cpanic=abort", "-o", "libec.rlib", "ec.rs"],
                              cwd=self.folder, capture_output=True, env={"PATH": "/usr/bin:/bin", "RUSTC_BOOTSTRAP": "1"}, timeout=60)
        if made.returncode != 0:
            self.skipTest("no rustc for arm64ec")
        self.assertIn(b"/<ECSYMBOLS>/", (self.folder / "libec.rlib").read_bytes())
        artifact = json.loads(run("inspect", "--format", "json", "libec.rlib", cwd=self.folder).stdout)
        self.assertEqual((artifact["kind"], artifact["crate"]["name"], artifact["crate"]["triple"]), ("rlib", "ec", "arm64ec-pc-windows-msvc"))
        self.assertEqual(run("extract", "--all", "libec.rlib", "-o", "ec", cwd=self.folder).code, 0)
        listed = subprocess.run(["ar", "t", "libec.rlib"], cwd=self.folder, check=True, capture_output=True, text=True).stdout.split()
        self.assertEqual(sorted(os.listdir(self.folder / "ec")), sorted({name for name in listed if not name.startswith("/")}))


if __name__ == "__main__":
    harness.main()
