#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""A proc macro has to be loaded into rustc: audit refuses what the dynamic loader of this machine refuses.

A proc macro is compiled here, damaged in one way, and loaded with dlopen(3) and dlsym(3) by a process of its own. Where that fails,
or takes the process with it, audit has an error about the file; where it works, audit has none.
"""

import json
import os
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
from breakages import Skip

LOAD, DYNAMIC = 1, 2
NEEDED, STRTAB, SYMTAB, RELA, FLAGS_1, GNU_HASH, VERNEED = 1, 5, 6, 7, 0x6ffffffb, 0x6ffffef5, 0x6ffffffe
MACRO = """
extern crate proc_macro;
#[proc_macro] pub fn same(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream { tokens }
"""
LOADER = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1], mode=2)
library[sys.argv[2]]
"""


class Library:
    """A 64-bit little-endian library, to be changed in place"""

    def __init__(self, content):
        self.content = bytearray(content)
        at, = struct.unpack_from("<Q", content, 32)
        size, count = struct.unpack_from("<HH", content, 54)
        self.segments = [at + i * size for i in range(count)]

    def segment(self, kind):
        """Where its first header of that type is"""
        return next(at for at in self.segments if struct.unpack_from("<I", self.content, at)[0] == kind)

    def put(self, at, value, form="<Q"):
        struct.pack_into(form, self.content, at, value)

    def dynamic(self):
        """(where it is, tag, value) of each entry"""
        offset, size = (struct.unpack_from("<Q", self.content, self.segment(DYNAMIC) + field)[0] for field in (8, 32))
        for at in range(offset, offset + size, 16):
            tag, value = struct.unpack_from("<QQ", self.content, at)
            if tag == 0:
                return
            yield at, tag, value

    def entry(self, wanted):
        return next((at for at, tag, _ in self.dynamic() if tag == wanted), None)

    def offset(self, address):
        """Of a virtual address, in the file"""
        for at in self.segments:
            kind, _, offset, start, _, size = struct.unpack_from("<IIQQQQ", self.content, at)
            if kind == LOAD and start <= address < start + size:
                return offset + address - start
        raise LookupError(hex(address))


def set_segment(field, value):
    return lambda library: library.put(library.segment(LOAD) + field, value)


def rename_entry(tag):
    """The loader passes over tags that it does not know."""
    return lambda library: library.put(library.entry(tag), 0x6fff4711)


def forbid_dlopen(library):
    at = library.entry(FLAGS_1) or library.entry(VERNEED)
    library.put(at, FLAGS_1)
    library.put(at + 8, 0x40)


def blind(library):
    hash_at = library.offset(next(value for _, tag, value in library.dynamic() if tag == GNU_HASH))
    words, = struct.unpack_from("<I", library.content, hash_at + 8)
    library.content[hash_at + 16:hash_at + 16 + 8 * words] = bytes(8 * words)


def new_glibc(library):
    """Asks for a version that no glibc has, of the same length as one that it asks for."""
    for version in b"GLIBC_2.34\0", b"GLIBC_2.18\0", b"GLIBC_2.25\0", b"GLIBC_2.33\0", b"GLIBC_2.14\0", b"GLIBC_2.28\0":
        at = library.content.find(version)
        if at >= 0:
            wanted = version[:-3] + b"99"
            library.content[at:at + len(wanted)] = wanted
            # ld.so compares the hash that stands beside it.
            old, new = (struct.pack("<I", elf_hash(name)) for name in (version[:-1], wanted))
            library.content[:] = library.content.replace(old, new)
            return
    raise Skip("it asks for no version that could be changed")


def elf_hash(name):
    value = 0
    for byte in name:
        value = (value << 4) + byte
        high = value & 0xf0000000
        value = (value ^ high >> 24) & ~high
    return value & 0xffffffff


def needs_what_is_not_there(library):
    at = library.content.find(b"libgcc_s.so.1\0")
    if at < 0:
        raise Skip("it needs no libgcc_s.so.1")
    library.content[at:at + 8] = b"libnone_"


CHANGES = {
    "nothing": lambda library: None,
    "a segment of 2^60 bytes": set_segment(40, 1 << 60),
    "a segment aligned to 2^63": set_segment(48, 1 << 63),
    "a segment aligned to 3": set_segment(48, 3),
    "a segment not aligned": set_segment(48, 1),
    "no string table": rename_entry(STRTAB),
    "no symbol table": rename_entry(SYMTAB),
    "no hash table": rename_entry(GNU_HASH),
    "a Bloom filter of zeros": blind,
    "DF_1_NOOPEN": forbid_dlopen,
    "a version of glibc that there is not": new_glibc,
    "a library that there is not": needs_what_is_not_there,
    "EI_OSABI of FreeBSD": lambda library: library.put(7, 9, "B"),
    "32 bit (x32)": lambda library: library.put(4, 1, "B"),
}


class Loading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.tree = harness.Tree(Path(cls.temporary.name))
        if sys.byteorder != "little" or struct.calcsize("P") != 8:
            raise unittest.SkipTest("this machine has libraries of another form")
        cls.compiler = mini_kernel.Compiler(cls.tree)
        cls.compiler.run("--crate-name", "macros", "--crate-type", "proc-macro", "--edition", "2021", "--extern", "proc_macro", "-Cstrip=symbols",
                         "-o", "libmacros.so", "-", source=MACRO)
        cls.healthy = (cls.tree / "libmacros.so").read_bytes()
        shown = harness.run("inspect", "-f", "json", "libmacros.so", cwd=cls.tree.root)
        cls.facts = json.loads(shown.stdout)
        cls.symbol = cls.facts["proc_macro"]["decls_symbol"]

    def loads(self):
        done = subprocess.run([sys.executable, "-S", "-c", LOADER, self.tree / "libmacros.so", self.symbol], capture_output=True, text=True)
        return done.returncode == 0, done.stderr.strip().splitlines()[-1:]

    def errors(self, *arguments):
        done = harness.run("audit", *arguments, "--report", "json", "libmacros.so", cwd=self.tree.root)
        if done.code == 3:
            return [done.stderr]
        return [finding for finding in json.loads(done.stdout)["findings"] if finding["severity"] == "error"]

    def test_what_the_loader_refuses_is_refused(self):
        for name, change in CHANGES.items():
            with self.subTest(name):
                library = Library(self.healthy)
                try:
                    change(library)
                except Skip as reason:
                    self.skipTest(reason)
                self.tree.write("libmacros.so", bytes(library.content))
                loads, why = self.loads()
                errors = self.errors()
                self.assertEqual(not errors, loads, f"{why} {errors}")

    def test_what_tools_take_away(self):
        for command in "objcopy -R .gnu.hash", "objcopy -R .rela.dyn", "strip", "objcopy -R .comment":
            with self.subTest(command):
                self.tree.write("libmacros.so", self.healthy)
                subprocess.run([*command.split(), "libmacros.so"], cwd=self.tree.root, check=True, capture_output=True)
                loads, why = self.loads()
                errors = self.errors()
                self.assertEqual(not errors, loads, f"{why} {errors}")

    def test_libraries_are_found_by_the_run_path(self):
        helper = self.tree / "helpers"
        helper.mkdir(exist_ok=True)
        subprocess.run(["cc", "-shared", "-Wl,-soname,libhelper.so", "-x", "c", "-", "-o", helper / "libhelper.so"], input=b"int helper(void) { return 0; }", check=True)
        self.compiler.run("--crate-name", "macros", "--crate-type", "proc-macro", "--edition", "2021", "--extern", "proc_macro", "-Cstrip=symbols",
                          "-Clink-args=-Wl,--no-as-needed -Lhelpers -lhelper -Wl,-rpath,$ORIGIN/helpers",
                          "-o", "libmacros.so", "-", source=MACRO)
        for name in "there", "elsewhere", "there again":
            with self.subTest(name):
                loads, why = self.loads()
                errors = self.errors()
                self.assertEqual(not errors, loads, f"{why} {errors}")
                self.assertEqual(loads, name != "elsewhere", why)
            if name == "there":
                (helper / "libhelper.so").rename(self.tree / "libhelper.so")
            elif name == "elsewhere":
                (self.tree / "libhelper.so").rename(helper / "libhelper.so")

    def test_an_older_c_library_than_the_one_it_was_linked_with(self):
        self.tree.write("libmacros.so", self.healthy)
        versions = [version for version in self.facts["elf"]["versions"] if version.startswith("GLIBC_")]
        self.assertEqual(len(versions), 1, self.facts["elf"])
        needed = versions[0].removeprefix("GLIBC_")
        self.assertIn(versions[0], harness.run("inspect", "libmacros.so", cwd=self.tree.root).stdout.decode())
        self.assertEqual(self.errors("--host-glibc", needed), [])
        self.assertEqual(self.errors("--host-glibc", "2.100"), [])
        error, = self.errors("--host-glibc", "2.4")
        self.assertEqual((error["rule"], error["rustc_error"]), ("host-library-mismatch", "E0463"))
        self.assertIn(versions[0], error["message"])


if __name__ == "__main__":
    harness.main()
