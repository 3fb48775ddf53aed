#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Rust is told in stripped files, by what C cannot hold; and files that only look like something are called what they are.

    test_traces.py RARTIFACTS

The files are made here by rustc, gcc and binutils. Whether a file is Rust is known from what made it.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zlib

PROGRAM = ""
RUSTC = shutil.which("rustc", path="/usr/bin:" + os.environ.get("PATH", ""))

LIBRARY = r"""
#[no_mangle] pub extern "C" fn nth(at: *const u8, length: usize, n: usize) -> u8 {
    let text: String = unsafe { std::slice::from_raw_parts(at, length) }.iter().map(|byte| *byte as char).collect();
    text[n..].bytes().next().expect("a byte")
}
"""
MENTIONS = r"""
#include <stdio.h>
const char *const paths[] = {"/rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/core/src/fmt/mod.rs", "library/std/src/thread/mod.rs",
                             "/usr/src/rustc-1.63.0/library/alloc/src/vec/mod.rs"};
const struct { const char *text; unsigned long length; unsigned line; unsigned column; } entry = {"library/std/src/io/mod.rs", 7, 3, 9};
void rust_eh_personality(void) {}
void *__rust_alloc(unsigned long size) { return (void *)size; }
int main(int n, char **arguments) { puts(paths[n % 3]); puts(entry.text); return arguments == 0; }
"""


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def inspect(file):
    return json.loads(run(PROGRAM, "inspect", "--format", "json", file))


class Traces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        (cls.folder / "lib.rs").write_text(LIBRARY)
        (cls.folder / "main.rs").write_text('fn main() { println!("{}", std::env::args().nth(7).unwrap()); }\n')
        (cls.folder / "mentions.c").write_text(MENTIONS)

    def made(self, name, *command):
        run(*command, "-o", name, cwd=self.folder)
        return self.folder / name

    def proofs(self, artifact):
        return [trace["trace"] for trace in artifact["object"].get("traces", []) if trace["proof"]]

    def test_a_stripped_cdylib_is_rust(self):
        file = self.made("libnth.so", RUSTC, "--crate-type=cdylib", "-O", "lib.rs")
        whole = inspect(file)
        run("strip", "--strip-all", "-R", ".comment", file)
        stripped = inspect(file)
        for artifact in (whole, stripped):
            self.assertEqual(artifact["kind"], "cdylib")
        self.assertEqual(self.proofs(stripped), ["panic-locations"])
        self.assertIn(stripped["object"]["language"], ("rust", "mixed"))

    def test_the_compiler_is_named_without_metadata(self):
        file = self.made("program", RUSTC, "-O", "main.rs")
        run("strip", "--strip-all", "-R", ".comment", file)
        artifact = inspect(file)
        version = run(RUSTC, "-vV")
        commit = next((line.split()[1] for line in version.splitlines() if line.startswith("commit-hash: ")), "unknown")
        release = next(line.split()[1] for line in version.splitlines() if line.startswith("release: "))
        self.assertEqual(artifact["kind"], "executable")
        self.assertTrue(commit[:9] in artifact["rustc"] or release in artifact["rustc"], (artifact["rustc"], version))
        self.assertTrue(artifact["rustc_from"])
        self.assertNotIn("metadata_version", artifact)

    def test_without_section_headers_as_well(self):
        file = self.made("headless", RUSTC, "-O", "main.rs")
        run("strip", "--strip-all", "-R", ".comment", file)
        data = bytearray(file.read_bytes())
        data[0x28:0x30] = bytes(8)  # e_shoff
        data[0x3c:0x40] = bytes(4)  # e_shnum, e_shstrndx
        file.write_bytes(data)
        self.assertEqual(self.proofs(inspect(file)), ["panic-locations"])

    def test_c_that_holds_the_same_texts_is_c(self):
        for options in ((), ("-static-pie",), ("-no-pie",), ("-shared", "-fPIC"), ("-fexceptions",)):
            with self.subTest(options):
                file = self.made("mentions", "gcc", *options, "mentions.c")
                run("strip", "--strip-all", "-R", ".comment", file)
                artifact = inspect(file)
                self.assertNotIn(artifact["object"]["language"], ("rust", "mixed"))
                self.assertEqual(artifact["kind"], "shared-library" if "-shared" in options else "executable")
                self.assertEqual(self.proofs(artifact), [])
                self.assertIn("paths", [trace["trace"] for trace in artifact["object"]["traces"]])

    def test_the_crates_that_cargo_auditable_wrote_down(self):
        file = self.made("audited", RUSTC, "-O", "main.rs")
        packages = [{"name": "adler", "version": "0.2.3", "source": "crates.io"}, {"name": "own", "version": "1.0.0", "source": "local", "root": True}]
        (self.folder / "dep-v0").write_bytes(zlib.compress(json.dumps({"packages": packages}).encode()))
        run("objcopy", "--add-section", f".dep-v0={self.folder / 'dep-v0'}", file)
        artifact = inspect(file)
        self.assertEqual([(crate["name"], crate["version"]) for crate in artifact["object"]["crates"]], [("adler", "0.2.3"), ("own", "1.0.0")])
        self.assertIn("adler 0.2.3", run(PROGRAM, "inspect", file))

    def test_damaged_lists_of_crates_prove_nothing(self):
        for number, content in enumerate((b"", b"not zlib", zlib.compress(b"[1, 2"), zlib.compress(b"[" * 100_000), zlib.compress(b'{"packages":[{}]}'),
                                          zlib.compress(bytes(50_000_000)))):
            with self.subTest(number):
                (self.folder / "bad.c").write_text("int f(void) { return 1; }\n")
                file = self.made("bad.so", "gcc", "-shared", "bad.c")
                (self.folder / "dep-v0").write_bytes(content)
                run("objcopy", "--add-section", f".dep-v0={self.folder / 'dep-v0'}", file)
                artifact = inspect(file)
                self.assertEqual(artifact["kind"], "shared-library")
                self.assertNotIn("crates", artifact["object"])


class Objects(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)

    def test_the_build_id_of_an_object_is_found_by_its_section(self):
        (self.folder / "a.c").write_text("int f(void) { return 1; }\n")
        run("gcc", "-c", "a.c", cwd=self.folder)
        run("ld", "-r", "--build-id=0x0123456789abcdef", "-o", "b.o", "a.o", cwd=self.folder)
        self.assertIn("Build ID: 0123456789abcdef", run("readelf", "-n", self.folder / "b.o"))
        self.assertEqual(inspect(self.folder / "b.o")["elf"]["build_id"], "0123456789abcdef")

    def test_what_modpost_writes_is_an_object(self):
        """What Linux 6.12's modpost writes: .modinfo, and struct module, which names the functions of the module's own objects."""
        (self.folder / "x.mod.c").write_text(r"""
            extern int init_module(void);
            __attribute__((section(".gnu.linkonce.this_module"))) struct { char name[56]; int (*init)(void); } __this_module = {"x", init_module};
            __attribute__((section(".modinfo"), used)) static const char name[] = "name=x", depends[] = "depends=", magic[] = "vermagic=6.12.0 SMP ";
        """)
        (self.folder / "x.c").write_text(r"""
            int init_module(void) { return 0; }
            __attribute__((section(".modinfo"), used)) static const char license[] = "license=GPL";
        """)
        run("gcc", "-c", "x.mod.c", "x.c", cwd=self.folder)
        run("ld", "-r", "-o", "x.ko", "x.o", "x.mod.o", cwd=self.folder)
        self.assertEqual(inspect(self.folder / "x.mod.o")["kind"], "object")
        self.assertEqual(inspect(self.folder / "x.ko")["kind"], "kernel-module")

    def test_extract_takes_names_with_slashes_and_stays_below(self):
        (self.folder / "a.c").write_text("int f(void) { return 1; }\n")
        run("gcc", "-c", "a.c", cwd=self.folder)
        (self.folder / "bin").mkdir()
        shutil.copy(self.folder / "a.o", self.folder / "bin/x.o")
        (self.folder / "evil").mkdir()

        def archive(name, member):
            content = (self.folder / "a.o").read_bytes()
            names = member.encode() + b"/\n"
            names += b"\n" * (len(names) % 2)
            head = b"!<arch>\n" + b"//".ljust(48) + str(len(names)).encode().ljust(10) + b"`\n" + names
            head += b"/0".ljust(16) + b"0".ljust(12) + b"0".ljust(6) + b"0".ljust(6) + b"644".ljust(8) + str(len(content)).encode().ljust(10) + b"`\n"
            (self.folder / name).write_bytes(head + content)

        archive("good.a", "bin/deep/x.o")
        run(PROGRAM, "extract", "--all", "good.a", "-o", "out", cwd=self.folder)
        self.assertEqual((self.folder / "out/bin/deep/x.o").read_bytes(), (self.folder / "a.o").read_bytes())
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()), ["bin"])
        for member in ("../x.o", "/x.o", "bin/../../x.o", "bin//x.o", "./x.o"):
            with self.subTest(member):
                archive("bad.a", member)
                done = subprocess.run([PROGRAM, "extract", "--all", "bad.a", "-o", "out2"], cwd=self.folder, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertFalse((self.folder / "out2").exists())
        (self.folder / "linked").mkdir()
        (self.folder / "linked/bin").symlink_to("../evil")
        done = subprocess.run([PROGRAM, "extract", "--all", "--force", "good.a", "-o", "linked"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertEqual(list((self.folder / "evil").iterdir()), [])


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    if RUSTC is None or shutil.which("gcc") is None:
        print("rustc or gcc is missing")
        sys.exit(77)
    unittest.main()
