#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What `rartifacts diff --api` says of edits, each of a crate compiled here twice: with the sources of both at hand, and without.

    test_changes.py RARTIFACTS
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
RUSTC = shutil.which("rustc")

# What is said to be the same builds with both; what breaks does not: rustc's word is in `users` below.
SIGNATURES = {  # with sources; without, only that something may have changed
    "S::f": [("impl<T: Clone> S<T>", "impl<T: Copy> S<T>", "pub struct S<T>(pub T); HEAD { pub fn f() {} }"),
             ("impl<T> S<T>", "impl<T> S<T> where T: Send", "pub struct S<T>(pub T); HEAD { pub fn f() {} }"),
             ("impl S<u8>", "impl S<u16>", "pub struct S<T>(pub T); HEAD { pub fn f() {} }")],
    "T::C": [("const C: u8 = 1;", "const C: u8;", "pub trait T { HEAD }")],
    "Z": [("pub struct Z<T> where T: Foo<{1}>", "pub struct Z<T> where T: Foo<{2}>", "pub trait Foo<const N: usize> {} HEAD { pub t: T }"),
          ("pub struct\nZ<T> where T: Clone", "pub struct\nZ<T> where T: Copy", "HEAD { pub t: T }"),
          ("pub type\tZ = u8", "pub type\tZ = u16", "HEAD;")],
}
SHAPES = [  # told without sources, too
    ("pub struct P { pub a: u8 }", "pub struct P { pub a: u8, b: u8 }", "let P { a: _ } = p;"),
    ("pub struct P(pub u8);", "pub struct P(pub u8, u8);", "let P(_) = p;"),
    ("pub struct P(pub u8);", "pub struct P { pub a: u8 }", "let P(_) = p;"),
    ("pub struct P;", "pub struct P {}", "let _ = P;"),
    ("pub enum P { A }", "pub enum P { A {} }", "let P::A = p;"),
    ("pub enum P { A() }", "pub enum P { A }", "let P::A() = p;"),
]
SAME = [  # with sources
    ("pub fn f(x: u8, y: u8) {}", "pub fn f(\n    x: u8,\n    y: u8,\n) {}"),
    ("pub fn f(x: u8) {}", "pub fn f( x: u8 /* one */ ) {}"),
    ("#[macro_export] macro_rules! m { ($x:expr) => {}; }", "#[macro_export] macro_rules! m { // all\n ($x:expr) => {}; }"),
    ("pub struct S<A, B>(pub A, pub B);", "pub struct S<\n    A,\n    B,\n>(pub A, pub B);"),
    ("pub struct S<T>(pub T); impl<U> S<U> { fn f() {} }", "pub struct S<T>(pub T);"),
]
MADE = [  # by macros: only that they may have changed, with sources as well
    ("macro_rules! mk { ($n:ident, $t:ty) => { pub fn $n(_: $t) {} } } mk!(made, u8);", "u8);", "u16);"),
    ("macro_rules! mk { ($n:ident, $t:ty) => { pub struct $n { pub a: $t } } } mk!(Made, u8);", "u8);", "u16);"),
]


@unittest.skipUnless(RUSTC, "no rustc")
class Changes(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folders = [pathlib.Path(place.name, name) for name in ("old", "new")]
        for folder in self.folders:
            folder.mkdir()

    def compile(self, folder, source, *flags, name="k"):
        (folder / f"{name}.rs").write_text(source)
        return subprocess.run([RUSTC, "--edition", "2021", "--crate-type", "lib", "--crate-name", name, "--emit=metadata", "-Awarnings", "-L.",
                               *flags, f"{name}.rs"], cwd=folder, capture_output=True, text=True, check=False)

    def both(self, old, new, *flags):
        for folder, source in zip(self.folders, (old, new)):
            done = self.compile(folder, source, *flags)
            self.assertEqual(done.returncode, 0, done.stderr)

    def diff(self, *options):
        crates = [folder / "libk.rmeta" for folder in self.folders]
        answer = subprocess.run([PROGRAM, "diff", "--api", *crates, "-f", "json", *options], capture_output=True, text=True, check=False)
        self.assertIn(answer.returncode, (0, 1), answer.stderr)
        changes = json.loads(answer.stdout)["crates"][0]["changes"]
        self.assertEqual(answer.returncode == 1, any(each["change"] in ("removed", "moved", "kind", "signature") for each in changes), changes)
        return [(each["change"], each["path"].removeprefix("k::")) for each in changes]

    def sources(self):
        return self.diff("--source-old", self.folders[0], "--source-new", self.folders[1])

    def users(self, text):
        return [self.compile(folder, text, "--extern", "k", name="user").returncode for folder in self.folders]

    def test_signatures(self):
        for path, edits in SIGNATURES.items():
            for old, new, source in edits:
                with self.subTest(old, new=new):
                    self.both(source.replace("HEAD", old), source.replace("HEAD", new))
                    self.assertEqual(self.sources(), [("signature", path)])
                    self.assertIn(("source", path), self.diff())

    def test_forms_of_fields(self):
        for old, new, use in SHAPES:
            with self.subTest(old, new=new):
                self.both(old, new)
                user = f"pub fn user(p: k::P) {{ use k::*; {use} }}"
                self.assertEqual([code != 0 for code in self.users(user)], [False, True])
                for changes in self.sources(), self.diff():
                    self.assertTrue({("signature", "P"), ("signature", "P::A")} & set(changes), changes)

    def test_layout_is_no_change(self):
        for old, new in SAME:
            with self.subTest(old, new=new):
                self.both(old, new)
                self.assertEqual(self.sources(), [])

    def test_what_a_macro_made_may_have_changed(self):
        for source, old, new in MADE:
            with self.subTest(source):
                self.both(source, source.replace(old, new))
                self.assertIn(("source", "made" if "made" in source else "Made"), self.sources())
                self.assertEqual(self.sources(), self.diff())

    def test_one_source_in_two_configurations(self):
        source = '#[cfg(feature = "x")] pub fn f(_: u8) {}\n#[cfg(not(feature = "x"))] pub fn f(_: u16) {}\npub fn g() {}\n'
        self.both(source, source)
        self.assertEqual(self.diff(), [])
        done = self.compile(self.folders[1], source, "--cfg", 'feature="x"')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.diff(), [("source", "f")])
        self.assertEqual(self.sources(), [("signature", "f")])

    def test_impls_for_several_arguments(self):
        source = "pub struct S<T>(pub T); impl S<u8> { pub fn f() {} } impl S<u16> { pub fn f() {} }"
        self.both(source, source.replace("impl S<u16> { pub fn f() {} }", ""))
        self.assertEqual(self.sources(), [("removed", "S::f")])
        self.assertIn(("removed", "S::f"), self.diff())
        self.both(source, source.replace("S<u16> { pub fn f()", "S<u16> { pub fn f(_: u8)"))
        self.assertEqual(self.sources(), [("signature", "S::f")])

    def test_an_alias_that_leads_elsewhere(self):
        source = "pub mod one { pub struct A; pub struct B; } pub mod two { pub struct B; } pub use one as current;"
        self.both(source, source.replace("one as", "two as"))
        self.assertEqual([code != 0 for code in self.users("use k::current::A as _;")], [False, True])
        self.assertEqual([code != 0 for code in self.users("use k::current::B as _;")], [False, False])
        expected = [("redefined", "current"), ("removed", "current::A")]
        self.assertEqual(self.sources(), expected)
        self.assertEqual([change for change in self.diff() if change[0] != "source"], expected)

    def test_a_name_that_only_one_build_proves(self):
        # `fmt` is a word of rustc: a number in the second crate, which has no definition of that name.
        self.both("pub use std::fmt; fn fmt() {}", "pub use std::fmt;")
        self.assertEqual(self.diff(), [])
        self.folders.reverse()
        self.assertEqual(self.diff(), [])

    def test_reexports_of_a_crate_that_is_not_at_hand(self):
        self.both("pub use std::sync::Arc as Held_;", "pub use std::sync::Weak as Held_;")
        self.assertEqual(self.diff(), [("source", "Held_")])
        self.both("pub use std::sync::Arc as Held_;", "pub use std::sync::Arc as Held_;")
        self.assertEqual(self.diff(), [])

    def test_a_crate_that_one_side_has_at_hand(self):
        for folder in self.folders:
            done = self.compile(folder, "pub mod inner { pub struct Word { pub field: u8 } }", name="dep")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.both("pub use dep::inner; pub use dep::inner::Word; pub fn f() {}", "pub use dep::inner; pub use dep::inner::Word; pub fn f() {}", "--extern", "dep")
        self.assertEqual(self.diff(), [])
        (self.folders[1] / "libdep.rmeta").unlink()
        for _ in range(2):
            self.assertEqual({change for change, path in self.diff()} - {"source"}, set())
            self.folders.reverse()


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
