#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Forms of ar archives that rustc reads, and that it refuses: audit says the same of each.

rustc reads an archive up to its member lib.rmeta, and has opinions of its own about numbers, names and tables.
"""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
from judge import Toolchain, real_rustc

MAGIC = b"!<arch>\n"


def header(name, size, date=b"0", mode=b"644", end=b"`\n"):
    size = size if isinstance(size, bytes) else str(size).encode()
    return name.ljust(16) + date.ljust(12) + b"0".ljust(6) * 2 + mode.ljust(8) + size.ljust(10) + end


def member(name, content, padding=b"\n"):
    return header(name, len(content)) + content + padding * (len(content) % 2)


def gnu(members, symbols=None, padding=b"\n", end=b"/\n", short=15, slash=b"/"):
    """Names in a table, or in the header where they are short"""
    table, body = b"", b""
    for name, content in members:
        field = name + slash if len(name) <= short else b"/%d" % len(table)
        table += name + end if len(name) > short else b""
        body += member(field, content, padding)
    symbols = member(b"/", symbols) if symbols is not None else b""
    return MAGIC + symbols + (member(b"//", table) if table else b"") + body


def bsd(members, more=0):
    """Names in front of the content"""
    named = ((name.ljust(len(name) + more, b"\0"), content) for name, content in members)
    return MAGIC + b"".join(member(b"#1/%d" % len(name), name + content) for name, content in named)


def members_of(archive):
    """(name, content) of each, and the symbol table"""
    at, tables, found = 8, {}, []
    while at + 60 <= len(archive):
        name, size = archive[at:at + 16].rstrip(), int(archive[at + 48:at + 58])
        content = archive[at + 60:at + 60 + size]
        at += 60 + size + size % 2
        if name in (b"/", b"//"):
            tables[name] = content
        elif re.fullmatch(rb"/\d+", name):
            found.append((tables[b"//"][int(name[1:]):].partition(b"/\n")[0], content))
        else:
            found.append((name.rstrip(b"/"), content))
    return found, tables.get(b"/", b"")


class Archives(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        try:
            cls.toolchain = Toolchain(real_rustc("rustc"))
        except FileNotFoundError:
            raise unittest.SkipTest("no rustc on PATH")
        (cls.folder / "leaf.rs").write_text("#![no_std] pub fn leaf<T>(one: T) -> T { one } #[no_mangle] pub fn code() -> u32 { 1 }")
        (cls.folder / "probe.rs").write_text("#![no_std] pub use leaf::leaf;")
        cls.rustc("--crate-name=leaf", "-Copt-level=0", "-o", "libleaf.rlib", "leaf.rs").check_returncode()
        cls.whole = (cls.folder / "libleaf.rlib").read_bytes()
        cls.all, cls.symbols = members_of(cls.whole)
        cls.metadata = next(content for name, content in cls.all if name == b"lib.rmeta")
        cls.objects = [(name, content) for name, content in cls.all if name != b"lib.rmeta"]
        (cls.folder / "lib.rmeta").write_bytes(cls.metadata)
        objcopy = subprocess.run(["objcopy", "--dump-section", ".rmeta=raw", "lib.rmeta", "copy"], cwd=cls.folder, capture_output=True)
        cls.raw = (cls.folder / "raw").read_bytes() if objcopy.returncode == 0 else cls.metadata

    @classmethod
    def rustc(cls, *arguments):
        return cls.toolchain.run([cls.toolchain.rustc, "--crate-type=rlib", "--edition=2021", *arguments], cls.folder)

    def says_the_same(self, accepted, **forms):
        """rustc accepts each of these archives, or none, and audit says so too"""
        for form, content in forms.items():
            with self.subTest(form):
                (self.folder / "libleaf.rlib").write_bytes(content)
                done = self.rustc("--emit=metadata", "--extern=leaf=libleaf.rlib", "-o", "probe.rmeta", "probe.rs")
                self.assertEqual(done.returncode == 0, accepted, done.stderr)
                code = re.search(r"^error\[(E\d+)\]", done.stderr, re.M)
                found = harness.run("audit", "--rustc", self.toolchain.rustc, "--report", "json", "libleaf.rlib", cwd=self.folder)
                errors = [(each["rule"], each["rustc_error"]) for each in json.loads(found.stdout)["findings"] if each["severity"] == "error"]
                self.assertEqual(errors, [] if accepted else [("rlib-without-metadata", code[1])])

    def at(self, offset, field, archive=None):
        """lib.rmeta's header with another field"""
        archive = archive or gnu(self.all, self.symbols)
        place = next(found.start() for found in re.finditer(rb"lib\.rmeta/", archive)) + offset
        return archive[:place] + field + archive[place + len(field):]

    def test_healthy(self):
        self.says_the_same(True, as_rustc_writes_it=self.whole, made_again=gnu(self.all, self.symbols))

    def test_what_is_behind_the_last_member(self):
        self.says_the_same(True, **{f"{len(more)} bytes {more[:4]}": self.whole + more for more in
                                    (b"x", b"\n", b"junk", b"junk" * 25, bytes(100), b"\n" * 200, b"j" * 59, gnu([(b"a.txt", b"a")]))})
        listed = harness.run("scan", ".", cwd=self.folder).stdout.splitlines()
        self.assertIn(b"libleaf.rlib", listed)
        shown = harness.run("inspect", "libleaf.rlib", cwd=self.folder)
        self.assertEqual(shown.code, 0, shown)
        self.assertIn(b"behind the metadata", shown.stdout)

    def test_a_member_that_was_cut_is_no_archive_to_link(self):
        self.assertEqual(self.all[-1][0][-2:], b".o")
        for cut in self.whole[:-5], self.whole[:-len(self.objects[-1][1]) - 20]:
            (self.folder / "libleaf.rlib").write_bytes(cut)
            found = harness.run("audit", "--report", "json", "libleaf.rlib", cwd=self.folder)
            self.assertEqual([each["rule"] for each in json.loads(found.stdout)["findings"]], ["rlib-without-metadata"], found)

    def test_tables(self):
        ordinary = gnu(self.all)[8:]
        long = gnu(self.all, short=0)
        end = 8 + 60 + int(long[56:66]) // 2 * 2
        self.says_the_same(
            True, no_symbols=gnu(self.all), symbols_of_nothing=gnu(self.all, b""), bad_symbols=gnu(self.all, b"\0\0\0\1\0\0\0\0x"),
            symbols_twice=MAGIC + member(b"/", bytes(4)) + member(b"/", bytes(8)) + ordinary, symbols_behind=MAGIC + ordinary + member(b"/", bytes(4)),
            of_64_bits=MAGIC + member(b"/SYM64/", bytes(8)) + ordinary,
            arm64ec=MAGIC + member(b"/", bytes(4)) + member(b"/", bytes(8)) + member(b"//", b"") + member(b"/<ECSYMBOLS>/", bytes(4)) + ordinary,
            bsd=MAGIC + member(b"__.SYMDEF", bytes(8)) + bsd(self.all)[8:],
            bsd_sorted=MAGIC + member(b"#1/20", b"__.SYMDEF SORTED".ljust(20, b"\0") + bytes(8)) + bsd(self.all)[8:],
            all_names_in_the_table=long, names_ended_by_nul=gnu(self.all, short=0, end=b"\0"))
        self.says_the_same(False, names_at_the_end=MAGIC + long[end:] + long[8:end], names_behind_a_member=MAGIC + member(b"a.txt/", b"hi") + long[8:],
                           names_cut=long[:56] + b"9999999999" + long[66:])

    def test_names(self):
        more = ((name, content) for name, content in self.all)
        self.says_the_same(True, bsd=bsd(more), **{f"bsd, {more} more": bsd(self.all, more) for more in (1, 3, 4)},
                           without_slash=gnu(self.all, self.symbols, slash=b""),
                           bsd_more_behind_nul=MAGIC + member(b"#1/12", b"lib.rmeta\0xx" + self.metadata) + gnu(self.objects)[8:],
                           **{f"name {name}": self.at(0, name.ljust(16)) for name in (b"lib.rmeta/x", b"lib.rmeta x", b"lib.rmeta//", b"lib.rmeta")})
        self.says_the_same(False, bsd_blanks=MAGIC + member(b"#1/12", b"lib.rmeta   " + self.metadata) + gnu(self.objects)[8:],
                           **{f"name {name}": self.at(0, name.ljust(16)) for name in (b" lib.rmeta/", b"LIB.RMETA/", b"lib.rmet/", b"/99999", b"/x",
                                                                                      b"lib.rmeta".ljust(16, b"\0"), b"rust.metadata.bin")})

    def test_members_in_front_and_behind(self):
        ordinary = gnu(self.all)[8:]
        for name in b"/x", b"#1/x", b"#1/", b"#1/0", b"", b"a.txt/":
            self.says_the_same(True, **{f"{name} in front": MAGIC + member(name, b"hi") + ordinary, f"{name} behind": MAGIC + ordinary + member(name, b"hi")})
        for name in b"/99999", b"#1/99":
            self.says_the_same(False, **{f"{name} in front": MAGIC + member(name, b"hi") + ordinary})
            self.says_the_same(True, **{f"{name} behind": MAGIC + ordinary + member(name, b"hi")})
        self.says_the_same(True, odd=gnu([(b"a.txt", b"odd"), *self.all]), empty=gnu([(b"a.txt", b""), *self.all]), padded_with_nul=gnu([(b"a.txt", b"odd"), *self.all], padding=b"\0"),
                           last=gnu([*self.objects, (b"lib.rmeta", self.metadata)]), twice=gnu([*self.all, (b"lib.rmeta", b"junk")]),
                           alone=gnu([(b"lib.rmeta", self.metadata)]))
        self.says_the_same(False, not_padded=gnu([(b"a.txt", b"odd"), *self.all], padding=b""), twice_first_bad=gnu([(b"lib.rmeta", b"junk"), *self.all]),
                           twice_first_empty=gnu([(b"lib.rmeta", b""), *self.all]), none=gnu(self.objects), no_members=MAGIC,
                           newlines_between=MAGIC + member(b"a.txt/", b"hi") + b"\n\n" + ordinary)

    def test_numbers(self):
        size = len(self.metadata)
        text = str(size).encode()
        self.says_the_same(True, junk_behind_a_blank=self.at(48, (text + b" x").ljust(10)), zeros_in_front=self.at(48, text.zfill(10)),
                           no_date=self.at(16, b" " * 12), date=self.at(16, b"x" * 12), mode=self.at(40, b"z" * 8))
        self.says_the_same(False, **{f"size {field}": self.at(48, field.ljust(10)) for field in (b"", b" " + text, b"+" + text, b"0x10", b"-1", b"9999999999")},
                           **{f"end {end}": self.at(58, end) for end in (b"xx", b"\n\n", b"`\r")})

    def test_metadata(self):
        self.says_the_same(True, bare=gnu([(b"lib.rmeta", self.raw), *self.objects]))
        self.says_the_same(False, bare_and_more=gnu([(b"lib.rmeta", self.raw + b"\0"), *self.objects]),
                           cut=gnu([(b"lib.rmeta", self.raw[:-100]), *self.objects]), magic_alone=gnu([(b"lib.rmeta", b"\x7fELF"), *self.objects]),
                           no_magic=self.whole[1:], lines_of_windows=self.whole.replace(b"\n", b"\r\n"))


if __name__ == "__main__":
    harness.main()
