#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Which native libraries a crate wants: as its source says, and as rustc --print native-static-libs lists them.

    test_native_libraries.py RARTIFACTS
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scan"))
import harness
from harness import run

RUSTC = "/usr/bin/rustc"
# name, kind, modifiers; the arguments of #[link] are made of them
WANTED = [("first", "dylib", ""), ("second", "unspecified", ""), ("third", "static", "-bundle"), ("fourth", "static", "+whole-archive,-bundle"),
          ("libfifth.so.3", "dylib", "+verbatim"), ("sixth", "unspecified", "")]
ARCHIVES = ("third", "fourth", "given")


def attribute(name, kind, modifiers):
    more = (f', kind = "{kind}"' if kind != "unspecified" else "") + (f', modifiers = "{modifiers}"' if modifiers else "")
    return f'#[link(name = "{name}"{more})]\nextern "C" {{ fn f_{re.sub("[^a-z]", "_", name)}(); }}\n'


class NativeLibraries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        for name in ARCHIVES:
            subprocess.run(["ar", "rc", cls.folder / f"lib{name}.a"], check=True)

    def rustc(self, *arguments, **environment):
        done = subprocess.run([RUSTC, "-Awarnings", "-L.", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120,
                              env={**os.environ, **environment}, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def inspect(self, name):
        done = run("inspect", "--format", "json", str(name), cwd=self.folder)
        self.assertEqual(done.code, 0, done)
        return json.loads(done.stdout)

    def native_static_libs(self, *arguments):
        """What rustc says a linker needs to be given beside a static library."""
        said = self.rustc("--crate-type=staticlib", "--print", "native-static-libs", *arguments)
        return re.search(r"native-static-libs: (.*)", said)[1].split()

    def test_they_are_those_of_the_source_and_of_the_command(self):
        (self.folder / "wants.rs").write_text("".join(attribute(*each) for each in WANTED))
        for emitted in "libwants.rmeta", "libwants.rlib":
            self.rustc("--crate-type=rlib", "--emit=metadata,link", "-lstatic=given", "-ldylib=also", "wants.rs")
            with self.subTest(emitted):
                libraries = self.inspect(emitted)["native_libraries"]
                found = [(each["name"], each["kind"], ",".join(sorted(each["modifiers"].split(",")))) for each in libraries]
                self.assertEqual(found, [*WANTED, ("given", "static", ""), ("also", "dylib", "")])
        shown = run("inspect", "libwants.rlib", cwd=self.folder).stdout.decode()
        self.assertRegex(shown, r"native libs +8\n")
        self.assertRegex(shown, r"\n    third +static  -bundle\n")
        # Static libraries that are packed are in the archive; rustc lists the others.
        listed = self.native_static_libs("-lstatic=given", "-ldylib=also", "wants.rs")
        others = {name for name, kind, modifiers in found if kind != "static" or "-bundle" in modifiers}
        self.assertLessEqual(others, {re.sub("^-l:?", "", word) for word in listed})

    def test_those_of_the_standard_library_are_what_rustc_asks_for(self):
        (self.folder / "empty.rs").write_text("")
        listed = {word.removeprefix("-l") for word in self.native_static_libs("empty.rs")}
        sysroot = subprocess.run([RUSTC, "--print", "target-libdir"], capture_output=True, text=True, check=True).stdout.strip()
        wanted, unnamed = set(), 0
        for crate in "libc", "unwind", "std":
            for file in pathlib.Path(sysroot).glob(f"lib{crate}-*.rmeta"):
                for library in self.inspect(file)["native_libraries"]:
                    if library["cfg"] and not library["cfg"].startswith("not("):  # of -C target-feature=+crt-static
                        continue
                    if library["name"]:
                        wanted.add(library["name"])
                    else:
                        unnamed += 1
        if not wanted:
            self.skipTest("no .rmeta of the standard library here")
        self.assertLessEqual(wanted, listed)
        self.assertLessEqual(len(listed - wanted), unnamed)

    def test_system_libraries_of_a_static_library_are_what_ld_misses_without_them(self):
        (self.folder / "sys.rs").write_text('#[no_mangle] pub extern "C" fn turned(x: f64) -> f64 { println!("{x}"); x.sin().powf(x) }\n')
        listed = {word.removeprefix("-l") for word in self.native_static_libs("-O", "-o", "libsys.a", "sys.rs")}
        libraries = {each["name"]: set(each["symbols"]) for each in self.inspect("libsys.a")["object"]["system_libraries"]}
        self.assertLessEqual(libraries.keys(), listed)
        self.assertIn("_Unwind_Resume", libraries["gcc_s"])
        self.assertLessEqual({"sin", "pow"}, libraries["m"])
        (self.folder / "main.c").write_text("int main(void) { return 0; }\n")
        link = ["gcc", "main.c", "-nodefaultlibs", "-Wl,--no-demangle,--whole-archive", "libsys.a", "-Wl,--no-whole-archive"]
        linked = subprocess.run([*link, "-lc"], cwd=self.folder, capture_output=True, text=True, check=False)
        missing = set(re.findall(r"undefined reference to `([^']+)'", linked.stderr))
        # What glibc 2.34 has moved into libc is not missed any more.
        self.assertLessEqual(libraries["gcc_s"] | libraries["m"], missing)
        self.assertLessEqual(missing, set().union(*libraries.values()))
        subprocess.run([*link, *(f"-l{name}" for name in libraries), "-lc"], cwd=self.folder, capture_output=True, check=True)
        self.assertRegex(run("inspect", "libsys.a", cwd=self.folder).stdout.decode(), r"system libs +-lgcc_s \(_Unwind_\w+ and \d+ more\), -lm \(\w+ and \d+ more\)")

    def test_imports_from_a_dll_without_an_import_library_are_counted(self):
        (self.folder / "raw.rs").write_text(
            "#![feature(no_core, lang_items)]\n#![no_core]\n#[lang = \"pointee_sized\"] pub trait PointeeSized {}\n"
            "#[lang = \"meta_sized\"] pub trait MetaSized: PointeeSized {}\n#[lang = \"sized\"] pub trait Sized: MetaSized {}\n"
            "#[link(name = \"one\", kind = \"raw-dylib\")] extern \"C\" { fn a(); fn b(); }\n"
            "#[link(name = \"two\", kind = \"raw-dylib\")] extern \"system\" { #[link_ordinal(7)] fn c(x: u32); }\n")
        for target in "x86_64-pc-windows-msvc", "i686-pc-windows-gnu":
            with self.subTest(target):
                self.rustc("--crate-type=rlib", "--emit=metadata", "-Cpanic=abort", "--target", target, "raw.rs", RUSTC_BOOTSTRAP="1")
                self.assertEqual([(each["name"], each["kind"], each["imports"]) for each in self.inspect("libraw.rmeta")["native_libraries"]],
                                 [("one", "raw-dylib", 2), ("two", "raw-dylib", 1)])

    def test_a_crate_without_any_has_an_empty_list(self):
        (self.folder / "none.rs").write_text("pub fn f() {}\n")
        self.rustc("--crate-type=rlib", "--emit=metadata", "none.rs")
        self.assertEqual(self.inspect("libnone.rmeta")["native_libraries"], [])
        self.assertNotIn("native libs", run("inspect", "libnone.rmeta", cwd=self.folder).stdout.decode())


if __name__ == "__main__":
    if not os.path.exists(RUSTC):
        print(f"{RUSTC} is not here")
        sys.exit(77)
    harness.main()
