#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""`rartifacts api` and `diff --api` of crates compiled here. The judge is rustc: every path that is listed must be one that
another crate can name, and `use` of one that is not listed must fail.

    test_api.py RARTIFACTS
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scan"))
import mini_kernel
from harness import Tree

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "goldens"
RUSTC = shutil.which("rustc")

SOURCE = """
#![allow(dead_code)]
//! A crate with one of each.
mod hidden_away { pub struct Shown { pub field: u32, secret: u8 } impl Shown { pub fn make() -> u32 { 1 } fn own(&self) {} } }
pub use hidden_away::Shown;
pub use hidden_away::Shown as Renamed;
pub mod shapes {
    pub trait Shape { const SIDES: u32; type Unit; fn area(&self) -> u32; }
    pub enum Kind { Round, Square(u8), Odd { sides: u32 } }
    pub union Bits { pub whole: u32, pub half: u16 }
    pub type Pair<T> = (T, T);
    pub struct Many<T, const N: usize>(pub [T; N]);
    pub struct Nothing;
    pub mod inner { pub fn deep() {} }
    pub use inner as again;
    pub(crate) fn not_outside() {}
    fn private() {}
}
pub use core::fmt::Display;
pub use shapes::Kind::*;
pub use shapes::Shape as _;
pub const LIMIT: u32 = 3;
pub static TABLE: [u8; 2] = [0, 1];
#[doc(hidden)] pub fn for_macros() {}
#[macro_export] macro_rules! shout { () => {} }
macro_rules! whisper { () => {} }
pub extern "C" fn called_from_c() {}
extern "C" { pub fn from_c(); }
pub fn changes(x: u32) -> u32 { x }
"""
LISTED = """\
const one::LIMIT
enum one::shapes::Kind
fn one::called_from_c
fn one::changes
fn one::for_macros
fn one::from_c
fn one::shapes::inner::deep
macro one::shout
mod one::shapes
mod one::shapes::again = one::shapes::inner
mod one::shapes::inner
static one::TABLE
struct one::Renamed = one::hidden_away::Shown
struct one::Shown = one::hidden_away::Shown
struct one::shapes::Many
struct one::shapes::Nothing
trait one::shapes::Shape
type one::shapes::Pair
union one::shapes::Bits
variant one::Odd = one::shapes::Kind::Odd
variant one::Round = one::shapes::Kind::Round
variant one::Square = one::shapes::Kind::Square
"""


def api(*arguments, command="api"):
    return subprocess.run([PROGRAM, command, *map(str, arguments)], capture_output=True, text=True, check=False)


def compile_crate(folder, name, source, *flags, crate_type="rlib", emit="metadata"):
    (folder / f"{name}.rs").write_text(source)
    subprocess.run([RUSTC, "--edition", "2021", "--crate-type", crate_type, "--crate-name", name, f"--emit={emit}", "-Awarnings",
                    "-L.", f"{name}.rs", *flags], cwd=folder, check=True)
    return folder / f"lib{name}.{'so' if crate_type == 'proc-macro' else 'rmeta' if emit == 'metadata' else 'rlib'}"


def rustc_takes(folder, paths, crate="one"):
    """the errors that rustc has for a crate that imports all of them"""
    text = "".join(f"use {path} as _used{number};\n" for number, path in enumerate(paths))
    (folder / "user.rs").write_text(f"#![allow(unused_imports)]\n{text}")
    answer = subprocess.run([RUSTC, "--edition", "2021", "--crate-type", "lib", "--emit=metadata", "-L.", "user.rs", "--extern", crate],
                            cwd=folder, capture_output=True, text=True, check=False)
    return [line for line in answer.stderr.splitlines() if line.startswith("error")]


class Goldens(unittest.TestCase):
    def test_a_crate_lists_the_same_whichever_rustc_compiled_it(self):
        listings = set()
        for path in sorted(GOLDENS.glob("1.*/libleaf-1a2b3c4d.rmeta")):
            if int(path.parent.name.split(".")[1]) >= 78:
                listings.add(api(path, "--members").stdout)
        self.assertEqual(listings, {"trait leaf::Shape\nfn leaf::Shape::area\nfn leaf::leaf\n"})

    def test_a_proc_macro_library_lists_the_same_whichever_rustc_compiled_it(self):
        libraries = [path for path in sorted(GOLDENS.glob("1.*/libpm-deadbeef.so")) if int(path.parts[-2].split(".")[1]) >= 62]
        self.assertIn("1.98.1", [path.parent.name for path in libraries])
        for path in libraries:
            answer = api(path)
            self.assertEqual((answer.stdout, answer.stderr), ("macro pm::Noop (derive)\nmacro pm::answer (bang)\n", ""), path)

    def test_a_reexport_is_listed_whichever_rustc_compiled_it(self):
        for path in sorted(GOLDENS.glob("1.*/libmid-99aa.rmeta")):
            if int(path.parent.name.split(".")[1]) >= 78:
                self.assertIn("mod mid::leaf = leaf\n", api(path).stdout, path)

    def test_members_are_the_same_whichever_rustc_compiled_the_crate(self):
        crates = sorted(GOLDENS.parent.glob("items/*/libmembers.rmeta"))
        self.assertEqual(len(crates), 3)
        for crate in crates:
            answer = api(crate, "--members")
            self.assertEqual((answer.stdout.splitlines(), answer.stderr), ([
                "trait members::Makes", "fn members::Makes::makes", "struct members::Shown = members::inside::Shown",
                "field members::Shown::0", "const members::Shown::LIMIT", "fn members::Shown::make", "mod members::inside",
                "struct members::inside::Other", "fn members::inside::Other::other", "struct members::inside::Shown"], ""), crate)

    def test_names_that_are_numbers_of_another_rustc_are_not_compared(self):
        # Both re-export Clone of core, which is not at hand, and core's number for it is another in each.
        crates = [GOLDENS.parent / f"items/{release}/libwords.rmeta" for release in ("1.85.1", "1.96.1")]
        for crate in crates:
            self.assertRegex(api(crate).stdout, r"^macro words::predefined#\d+ = core\ntrait words::predefined#\d+ = core\n$")
        answer = api("--api", *crates, command="diff")
        self.assertEqual((answer.returncode, answer.stdout), (0, "words: 0 the same\n"))
        self.assertEqual(answer.stderr.count("2 items are not compared"), 2)

    def test_where_reexports_are_not_read_what_is_not_listed_may_be_there(self):
        crate = GOLDENS / "1.76.0/libmid-99aa.rmeta"
        self.assertEqual(api(crate, "--has", "mid::mid").returncode, 0)
        answer = api(crate, "--has", "mid::leaf")
        self.assertEqual((answer.returncode, answer.stdout), (3, ""))
        self.assertIn("cannot tell whether it offers mid::leaf: re-exports are not read", answer.stderr)

    def test_a_release_that_is_too_old_cannot_be_answered_for(self):
        answer = api(GOLDENS / "1.58.1/libleaf-1a2b3c4d.rmeta", "--has", "leaf::leaf")
        self.assertEqual((answer.returncode, answer.stdout), (3, ""))
        self.assertIn("1.62", answer.stderr)

    def test_an_rlib_and_a_library_are_read_like_the_metadata_alone(self):
        folder = GOLDENS / "1.96.0"
        self.assertEqual(api(folder / "libleaf-1a2b3c4d.rlib").stdout, api(folder / "libleaf-1a2b3c4d.rmeta").stdout)
        self.assertEqual(api(folder / "libpm-deadbeef.so").stdout, "macro pm::Noop (derive)\nmacro pm::answer (bang)\n")

    def test_a_crate_in_a_package_is_read_in_place(self):
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder, "headers.tar")
            with tarfile.open(package, "w") as tar:
                tar.add(GOLDENS / "1.96.0/libleaf-1a2b3c4d.rmeta", "usr/src/x/libleaf-1a2b3c4d.rmeta")
            self.assertEqual(api(package, "--crate", "leaf").stdout, "trait leaf::Shape\nfn leaf::leaf\n")

    def test_a_tree_without_the_crate_says_which_there_are(self):
        answer = api(GOLDENS / "1.96.0")
        self.assertEqual(answer.returncode, 3)
        self.assertIn("no crate kernel: --crate NAME, one of leaf, mid, midpriv", answer.stderr)


@unittest.skipUnless(RUSTC, "no rustc")
class Compiled(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.place.name)
        cls.crate = compile_crate(cls.folder, "one", SOURCE)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_the_public_interface_is_listed_and_nothing_else(self):
        lines = [line for line in api(self.crate).stdout.splitlines() if not line.endswith(" = core")]
        self.assertEqual(sorted(lines), LISTED.splitlines())

    def test_a_reexport_of_another_crate_names_that_crate(self):
        # The name is a word that rustc knows: this file holds its number, and libcore, when it is at hand, the proof.
        line = next(line for line in api(self.crate).stdout.splitlines() if line.endswith(" = core"))
        self.assertRegex(line, "^trait one::predefined#[0-9]+ = core$")
        with tempfile.TemporaryDirectory() as folder:
            sysroot = subprocess.run([RUSTC, "--print", "target-libdir"], capture_output=True, text=True, check=True).stdout.strip()
            core = sorted(pathlib.Path(sysroot).glob("libcore-*"), key=lambda path: path.suffix != ".rmeta")[0]
            for path in self.crate, core:
                shutil.copy(path, folder)
            self.assertIn("trait one::Display = core::fmt::Display\n", api(pathlib.Path(folder, self.crate.name)).stdout)

    def test_rustc_can_name_what_is_listed(self):
        paths = [line.split()[1] for line in api(self.crate).stdout.splitlines() if "#" not in line]
        self.assertEqual(rustc_takes(self.folder, paths), [])

    def test_rustc_cannot_name_what_is_not_there(self):
        for path in "one::hidden_away::Shown", "one::shapes::private", "one::shapes::not_outside", "one::whisper", "one::shapes::shout":
            self.assertEqual(api(self.crate, "--has", path).returncode, 1, path)
            self.assertTrue(rustc_takes(self.folder, [path]), path)

    def test_members_are_those_that_a_user_can_use(self):
        members = set(api(self.crate, "--members").stdout.splitlines()) - set(api(self.crate).stdout.splitlines())
        expected = {
            "field one::Shown::field", "fn one::Shown::make", "const one::shapes::Shape::SIDES", "type one::shapes::Shape::Unit",
            "fn one::shapes::Shape::area", "variant one::shapes::Kind::Round", "variant one::shapes::Kind::Square",
            "variant one::shapes::Kind::Odd", "field one::shapes::Kind::Square::0", "field one::shapes::Kind::Odd::sides",
            "field one::shapes::Bits::whole", "field one::shapes::Bits::half", "param one::shapes::Pair::<T>",
            "param one::shapes::Many::<T>", "param one::shapes::Many::<N>", "field one::shapes::Many::0",
            "field one::Square::0", "field one::Odd::sides"}
        first = "one::Renamed" if "field one::Renamed::field" in members else "one::Shown"  # the same type under two names
        self.assertEqual(members, {line.replace("one::Shown", first) for line in expected})

    def test_a_type_that_only_rustc_names_is_no_member(self):
        crate = compile_crate(self.folder, "two", "pub trait Made { fn made() -> impl Sized; fn again() -> impl Sized; }")
        self.assertEqual(api(crate, "--members").stdout, "trait two::Made\nfn two::Made::again\nfn two::Made::made\n")

    def test_a_parameter_of_an_impl_is_no_member(self):
        crate = compile_crate(self.folder, "params", "pub struct S<T, const N: usize>([T; N]); impl<U, const M: usize> S<U, M> { pub fn f() {} }")
        self.assertEqual(api(crate, "--members").stdout, "struct params::S\nparam params::S::<N>\nparam params::S::<T>\nfn params::S::f\n")
        self.assertEqual(api(crate, "--has", "params::S::<U>").returncode, 1)

    def test_a_function_and_a_module_of_one_name_are_two(self):
        crate = compile_crate(self.folder, "spaces", """pub mod p { pub fn f() {} pub const g: u8 = 1; }
            pub mod q { pub mod f { pub struct S; } pub mod g { pub struct S; } }
            pub mod both { pub use crate::p::f; pub use crate::q::f; pub use crate::p::g; pub use crate::q::g; } pub mod one { pub use crate::p::f; pub use crate::p::g; }""")
        for path in "spaces::both::f::S", "spaces::both::g::S", "spaces::one::f::S", "spaces::one::g::S":
            self.assertEqual(api(crate, "--has", path).returncode, 1 if rustc_takes(self.folder, [path], "spaces") else 0, path)
        self.assertEqual(api(crate, "--has", "spaces::both::f::S").returncode, 0)

    def test_what_is_reached_without_a_hidden_module_is_not_hidden(self):
        crate = compile_crate(self.folder, "unhidden", "#[doc(hidden)] pub mod h { pub mod inner { pub struct I; } } pub mod v { pub use crate::h::inner; }")
        self.assertEqual(api(crate, "--no-hidden").stdout, "mod unhidden::v\nmod unhidden::v::inner = unhidden::h::inner\nstruct unhidden::v::inner::I\n")

    def test_a_path_of_another_crate_is_not_answered_for(self):
        answer = api(self.crate, "--has", "core::mem::swap", "one::LIMIT")
        self.assertEqual((answer.returncode, answer.stdout), (3, ""))
        self.assertIn("this is crate one, not core", answer.stderr)

    def test_the_probe_is_silent_when_all_is_there(self):
        for path in "one::shapes::again::deep", "one::Renamed::make", "one::shapes::Kind::Odd", "one", "one::shout":
            answer = api(self.crate, "--has", path)
            self.assertEqual((answer.returncode, answer.stdout, answer.stderr), (0, "", ""), path)
        answer = api(self.crate, "--has", "one::LIMIT", "one::NOT", "one::shapes::Gone")
        self.assertEqual((answer.returncode, answer.stdout), (1, "one::NOT\none::shapes::Gone\n"))
        self.assertEqual(api(self.folder / "one.rs", "--has", "one::LIMIT").returncode, 3)

    def test_a_crate_of_a_few_hundred_bytes_has_all_its_reexports(self):
        source = "#![feature(no_core)] #![no_core] mod inside { pub mod first {} } pub use inside::first as again;"
        with unittest.mock.patch.dict(os.environ, RUSTC_BOOTSTRAP="1"):
            crate = compile_crate(self.folder, "small", source)
        answer = api(crate)
        self.assertEqual((answer.stdout, answer.stderr), ("mod small::again = small::inside::first\n", ""))

    def test_a_path_may_be_written_as_rustc_needs_it(self):
        crate = compile_crate(self.folder, "words", "pub mod r#try { pub fn r#async() {} } pub fn used() {}")
        self.assertEqual(api(crate, "--has", "words::r#try::r#async", "::words::used", "words::try").returncode, 0)
        self.assertEqual(api(crate, "--has", "words::r#loop").stdout, "words::r#loop\n")
        for path in "", "words::", "words::{used, gone}", "words::*", "use words::used", "words::used as other":
            self.assertEqual(api(crate, "--has", path).returncode, 2, path)

    def test_a_path_through_the_crate_itself_is_there(self):
        crate = compile_crate(self.folder, "round", "pub use crate as root; pub mod inner { pub use crate as up; pub struct S; impl S { pub fn f() {} } }")
        paths = "round::root::inner::S", "round::inner::up::root::inner::S::f", "round::inner::up"
        self.assertEqual(api(crate, "--has", *paths).returncode, 0)
        self.assertEqual(api(crate, "--has", "round::root::none").stdout, "round::root::none\n")

    def test_a_probe_does_not_answer_for_what_is_not_at_hand(self):
        crate = compile_crate(self.folder, "outer", """pub mod inner { pub use core::fmt::Display; pub use core::option::Option::Some; }
            pub use core::cell as cells; pub use std as all; pub use core::fmt::Error as Failed; pub use crate as root;""")
        there = ["outer::inner::Display", "outer::inner::Some", "outer::cells::Cell", "outer::all::fs::File", "outer::root::all::fs"]
        for path in [*there, "outer::cells::Nothing"]:
            answer = api(crate, "--has", path)
            self.assertEqual((answer.returncode, answer.stdout), (3, ""), path)
            self.assertRegex(answer.stderr, f"cannot tell whether it offers {path}: .*crate (core|std)")
        answer = api(crate, "--has", "outer::cells::Cell", "outer::NotAWordOfRustc", "outer::inner::Neither", "outer::Failed")
        self.assertEqual((answer.returncode, answer.stdout), (1, "outer::NotAWordOfRustc\nouter::inner::Neither\n"))
        crate = compile_crate(self.folder, "alias", "pub struct S; impl S { pub fn f() {} } pub type A = S; pub use core::primitive::u8 as Byte;")
        for path, code in ("alias::A", 0), ("alias::A::f", 3), ("alias::Byte", 0), ("alias::Byte::MAX", 3), ("alias::S::g", 1):
            self.assertEqual(api(crate, "--has", path).returncode, code, path)
        crate = self.folder / "libouter.rmeta"
        needs = self.folder / "needs-outer"
        needs.write_text("outer::cells::Cell\n")
        answer = api(crate, "--needs", needs, command="audit")
        self.assertEqual((answer.returncode, answer.stdout), (3, ""))
        sysroot = subprocess.run([RUSTC, "--print", "target-libdir"], capture_output=True, text=True, check=True).stdout.strip()
        with tempfile.TemporaryDirectory() as place:
            for path in [crate, *pathlib.Path(sysroot).glob("lib*-*.r*")]:
                shutil.copy(path, place)
            answer = api(pathlib.Path(place, crate.name), "--has", *there, "outer::cells::Nothing")
            self.assertEqual((answer.returncode, answer.stdout), (1, "outer::cells::Nothing\n"), answer.stderr)

    def test_what_an_extern_block_declares_is_defined_in_its_module(self):
        source = "mod c { extern crate core; %s extern \"C\" { pub fn called(); } } pub use c::called;"
        crate = compile_crate(self.folder, "blocks", source % "")
        self.assertEqual(api(crate).stdout, "fn blocks::called = blocks::c::called\n")
        self.assertIn("pub fn blocks::c::called\n", api(crate, "--all").stdout)
        with tempfile.TemporaryDirectory() as place:
            after = compile_crate(pathlib.Path(place), "blocks", source % "extern \"C\" { fn other(); }")
            changes = json.loads(api("--api", crate, after, "-f", "json", command="diff").stdout)["crates"][0]["changes"]
            self.assertEqual([change["change"] for change in changes], ["source"])

    def test_a_configure_script_can_ask(self):
        script = f"""if {PROGRAM} api {self.crate} --has one::shapes::Shape; then echo yes; else echo "no: $?"; fi
                     {PROGRAM} api {self.crate} --has one::shapes::Wheel || echo "HAVE_WHEEL=0 ($?)" """
        answer = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        self.assertEqual(answer.stdout, "yes\none::shapes::Wheel\nHAVE_WHEEL=0 (1)\n")

    def test_the_formats_say_the_same(self):
        text = {line.split(" = ")[0] for line in api(self.crate).stdout.splitlines()}
        whole = json.loads(api(self.crate, "--format", "json").stdout)
        self.assertEqual({f"{item['kind']} {item['path']}" for item in whole["items"]}, text)
        self.assertEqual([item["path"] for item in whole["items"] if item.get("hidden")], ["one::for_macros"])
        lines = [json.loads(line) for line in api(self.crate, "--format", "ndjson").stdout.splitlines()]
        self.assertEqual(lines, whole["items"])
        markdown = api(self.crate, "--format", "markdown").stdout
        self.assertTrue(all(f"`{line.split()[1]}`" in markdown for line in text))
        self.assertNotIn("for_macros", api(self.crate, "--no-hidden").stdout)

    def test_everything_with_its_visibility(self):
        lines = api(self.crate, "--all").stdout.splitlines()
        for line in ("in(one::shapes) fn one::shapes::private", "in(one) fn one::shapes::not_outside",
                     "in(one::hidden_away) field one::hidden_away::Shown::secret", "pub struct one::hidden_away::Shown"):
            self.assertIn(line, lines)

    def test_macros_of_a_proc_macro_library_have_their_kind(self):
        library = compile_crate(self.folder, "macros", """extern crate proc_macro; use proc_macro::TokenStream;
            #[proc_macro] pub fn bang(t: TokenStream) -> TokenStream { t }
            #[proc_macro_attribute] pub fn mark(_: TokenStream, t: TokenStream) -> TokenStream { t }
            #[proc_macro_derive(Make)] pub fn make_it(_: TokenStream) -> TokenStream { TokenStream::new() }""",
                                crate_type="proc-macro", emit="link")
        self.assertEqual(api(library).stdout, "macro macros::Make (derive)\nmacro macros::bang (bang)\nmacro macros::mark (attribute)\n")

    def test_audit_names_what_a_module_needs_and_where_something_like_it_is(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            shutil.copy(self.crate, folder)
            needs = folder / "needs"
            needs.write_text("# what the module imports\none::shapes::Shape\n\none::hidden_away::Shown   # moved\none::Wheel\n")
            answer = api(folder, "--needs", needs, "--report", "json", command="audit")
            self.assertEqual(answer.returncode, 1, answer.stderr)
            found = [finding for finding in json.loads(answer.stdout)["findings"] if finding["rule"] == "missing-item"]
            self.assertEqual([finding["evidence"] for finding in found],
                             [{"needed": "one::hidden_away::Shown", "nearest": "one::Shown"}, {"needed": "one::Wheel"}])
            self.assertEqual({(finding["crate"], finding["rustc_error"]) for finding in found}, {("one", "E0432")})
            for finding in found:
                self.assertRegex(rustc_takes(self.folder, [finding["evidence"]["needed"]])[0], "E0432|E0433|E0603")
            # What cannot be told does not hide what is known.
            needs.write_text("gone::Item\none::Display::fmt\none::Wheel\n")
            answer = api(folder, "--needs", needs, "--report", "json", command="audit")
            self.assertEqual(answer.returncode, 1)
            self.assertEqual([finding["evidence"] for finding in json.loads(answer.stdout)["findings"] if finding["rule"] == "missing-item"],
                             [{"needed": "one::Wheel"}])
            self.assertIn("gone", answer.stderr)
            self.assertIn("cannot tell whether crate one offers one::Display::fmt", answer.stderr)
            needs.write_text("one::Display::fmt\none::LIMIT\n")
            self.assertEqual(api(folder, "--needs", needs, command="audit").returncode, 3)
            needs.write_text("one::shapes::Shape\n")
            report = json.loads(api(folder, "--needs", needs, "--report", "json", command="audit").stdout)
            self.assertNotIn("missing-item", [finding["rule"] for finding in report["findings"]])
            self.assertEqual(api(folder, "--needs", folder / "none", command="audit").returncode, 3)
            needs.write_bytes(b"\xef\xbb\xbf::one::shapes::Shape\r\n\r\n# r#\r\none::r#shapes::r#Shape # r#raw\r\n")
            self.assertEqual(api(folder, "--needs", needs, "--quiet", command="audit").returncode, 0)
            for line in "one::{LIMIT, changes}", "use one::LIMIT;", "one::shapes::*", "one::LIMIT as MOST", "// one::LIMIT":
                needs.write_text(f"one::LIMIT\n{line}\n")
                answer = api(folder, "--needs", needs, command="audit")
                self.assertEqual((answer.returncode, answer.stdout), (3, ""), line)
                self.assertIn(f"needs: line 2: {line}: not a path", answer.stderr)

    def test_a_parameter_with_a_path_in_it_stands_below_its_function(self):
        with tempfile.TemporaryDirectory() as place:
            before = compile_crate(self.folder, "three", "pub fn f(_: u8) {}")
            after = compile_crate(pathlib.Path(place), "three", "pub fn f(_: impl Into<Option<core::fmt::Error>>) {}")
            self.assertEqual(api("--api", before, after, command="diff").stdout.splitlines()[:2],
                             ["three::f", "  + param three::f::<impl Into<Option<core::fmt::Error>>>"])

    def test_another_name_for_what_is_there_removes_nothing(self):
        source = """pub mod m { pub struct T { pub a: u8 } impl T { pub fn f(%s) {} } pub enum E { A } pub mod deep { pub fn g() {} } }"""
        names = "pub use m::T; pub use m::E as Elsewhere; pub use m::deep; pub use crate as root;"
        with tempfile.TemporaryDirectory() as place:
            folders = [pathlib.Path(place, name) for name in ("without", "with")]
            for folder, more in zip(folders, ("", names)):
                folder.mkdir()
                compile_crate(folder, "five", source % "" + more)
            without, added = (folder / "libfive.rmeta" for folder in folders)
            answer = api("--api", without, added, "-f", "json", command="diff")
            changes = json.loads(answer.stdout)["crates"][0]["changes"]
            expected = ["five::Elsewhere", "five::T", "five::deep", "five::root"]
            self.assertEqual([(change["change"], change["path"]) for change in changes if change["change"] != "source"],
                             [("added", path) for path in expected])
            self.assertEqual(answer.returncode, 0)
            changes = json.loads(api("--api", added, without, "-f", "json", command="diff").stdout)["crates"][0]["changes"]
            self.assertEqual([(change["change"], change["path"]) for change in changes if change["change"] != "source"],
                             [("removed", path) for path in expected])
            compile_crate(folders[1], "five", source.replace("pub a: u8", "pub b: u8") % "&self" + names)
            options = ["--source-old", folders[0], "--source-new", folders[1]]
            changes = json.loads(api("--api", without, added, *options, "-f", "json", command="diff").stdout)["crates"][0]["changes"]
            self.assertEqual([(change["change"], change["path"]) for change in changes if change["path"].startswith(("five::T::", "five::m"))],
                             [("added", "five::T::b"), ("signature", "five::T::f"), ("removed", "five::m::T::a")])
            # The judge: rustc takes both paths of what is said to be the same.
            users = "use five::m::T; use five::m::deep::g; pub fn user() { let _ = T::f; g(); }"
            for folder in folders:
                (folder / "user.rs").write_text(users)
                subprocess.run([RUSTC, "--edition", "2021", "--crate-type", "lib", "--emit=metadata", "-L.", "--extern", "five", "user.rs"],
                               cwd=folder, check=True)

    def test_a_declaration_is_compared_as_a_whole_and_nothing_else(self):
        # What rustc records of an alias, of a `where` and of a macro ends before them.
        source = r"""pub type Number = u8; pub type List = [Wide<{ 1 + 1 }>; 2];
            pub struct Wide<const N: usize>; pub struct Held<T>(pub T) where T: Clone; pub trait Tr { type Of: Copy; }
            pub trait Bound<T> where T: Into<[u8; 2]> { fn f(); }
            #[macro_export] macro_rules! say { () => { /* ) */ ")" }; ($x:expr, '{') => { r#"}"# }; }
            #[macro_export] macro_rules! kept { ($($x:ident 'a),* ) => ( $( stringify!($x); )* ); }
            pub mod after {} pub use crate as root;"""
        edits = ("= u8;", "= u16;"), ("; 2];", "; 3];"), ("T: Clone", "T: Copy"), ("Of: Copy", "Of: Clone"), ("[u8; 2]", "[u8; 3]"), ("'{'", "'['")
        with tempfile.TemporaryDirectory() as place:
            folders = [pathlib.Path(place, name) for name in ("old", "new", "other")]
            changed = source
            for edit in edits:
                self.assertEqual(changed.count(edit[0]), 1, edit)
                changed = changed.replace(*edit)
            same = source.replace('r#"}"#', "1").replace("/* ) */", "").replace("stringify!($x);", "").replace("after {}", "after { fn f() {} }")
            for folder, text in zip(folders, (source, changed, same)):
                folder.mkdir()
                compile_crate(folder, "six", text)
            old, new, other = (folder / "libsix.rmeta" for folder in folders)
            answer = api("--api", old, new, "--source-old", folders[0], "--source-new", folders[1], command="diff")
            lines = [line.strip() for line in answer.stdout.splitlines()]
            self.assertEqual([line for line in lines if line[0] == "~"],
                             ["~ trait six::Bound", "~ struct six::Held", "~ type six::List", "~ type six::Number", "~ macro six::say",
                              "~ type six::Tr::Of"])
            for line in ("- pub type Number = u8", "+ pub type List = [Wide<{ 1 + 1 }>; 3]", "+ pub struct Held<T> where T: Copy", "- pub trait Bound<T> where T: Into<[u8; 2]>",
                         "- macro_rules! say { () => …; ($x:expr, '{') => …; }"):
                self.assertIn(line, lines)
            answer = api("--api", old, other, "--source-old", folders[0], "--source-new", folders[2], command="diff")
            self.assertEqual((answer.returncode, answer.stdout.count("\n")), (0, 1), answer.stdout)

    def test_line_ends_and_a_byte_order_mark_move_no_declaration(self):
        source = "// one\n// two\npub fn f(_: u8) {}\n\npub fn g(_: u8) {}\n"
        with tempfile.TemporaryDirectory() as place:
            folders = [pathlib.Path(place, name) for name in ("old", "new")]
            for folder, text in zip(folders, (source, "\ufeff// other\r\n" + source.replace("g(_: u8)", "g(_: u16)").replace("\n", "\r\n"))):
                folder.mkdir()
                pathlib.Path(folder, "seven.rs").write_bytes(text.encode())
                subprocess.run([RUSTC, "--crate-type", "lib", "--emit=metadata", "seven.rs"], cwd=folder, check=True)
            options = ["--source-old", folders[0], "--source-new", folders[1], "-f", "json"]
            answer = api("--api", *(folder / "libseven.rmeta" for folder in folders), *options, command="diff")
            self.assertEqual(json.loads(answer.stdout)["crates"][0]["changes"], [
                {"change": "signature", "kind": "fn", "path": "seven::g", "before": "pub fn g(_: u8)", "after": "pub fn g(_: u16)"}])

    def test_what_moved_may_have_changed_too(self):
        source = "pub mod a { pub struct S { pub x: u8, pub y: u8 } pub trait T { fn f(&self, n: u8); fn g(); } pub fn h(x: u8) {} }\n"
        with tempfile.TemporaryDirectory() as place:
            folders = [pathlib.Path(place, name) for name in ("old", "new")]
            for folder, text in zip(folders, (source, source.replace("mod a", "mod b").replace("x: u8", "x: u16").replace("n: u8", "n: u16"))):
                folder.mkdir()
                compile_crate(folder, "eight", text)
            crates = [folder / "libeight.rmeta" for folder in folders]

            def changes(*options):
                crate = json.loads(api("--api", *crates, *options, "-f", "json", command="diff").stdout)["crates"][0]
                return [(each["change"], each["path"]) for each in crate["changes"]], crate["unchanged"]
            moved = [("moved", f"eight::b::{name}") for name in "STh"]
            known = [("signature", f"eight::b::{name}") for name in ("S::x", "T::f", "h")]
            whole = sorted([("removed", "eight::a"), ("added", "eight::b"), *moved, *known], key=lambda each: (each[1], each[0]))
            self.assertEqual(changes("--source-old", folders[0], "--source-new", folders[1]), (whole, 2))
            # Without the sources nothing is said to be the same in a file that is not.
            self.assertEqual([path for change, path in changes()[0] if change == "source"],
                             [f"eight::b::{name}" for name in ("S", "S::x", "S::y", "T", "T::f", "T::g", "h")])

    def test_what_changed_between_two_builds(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            changed = (SOURCE.replace("pub const LIMIT: u32 = 3;", "pub fn fresh() {}").replace("pub union Bits", "pub struct Bits")
                       .replace("changes(x: u32)", "changes(x: u64)").replace("{ x }", "{ 1 }")
                       .replace("pub struct Nothing;", "").replace("pub mod inner {", "pub mod inner { pub struct Nothing;")
                       .replace("Round,", ""))
            after = compile_crate(folder, "one", changed)
            answer = api("--api", self.crate, after, "--source-old", self.folder, "--source-new", folder, command="diff")
            self.assertEqual(answer.returncode, 1, answer.stderr)
            lines = [line.strip() for line in answer.stdout.splitlines()]
            for line in ("+ fn one::fresh", "- const one::LIMIT", "! struct one::shapes::Bits (was union)",
                         "> struct one::shapes::inner::Nothing (was one::shapes::Nothing)", "~ fn one::changes",
                         "- pub fn changes(x: u32) -> u32", "+ pub fn changes(x: u64) -> u32", "- variant one::shapes::Kind::Round",
                         "- variant one::Round"):
                self.assertIn(line, lines)
            self.assertNotIn("~", api("--api", self.crate, after, command="diff").stdout)
            blind = json.loads(api("--api", self.crate, after, "-f", "json", command="diff").stdout)["crates"][0]["changes"]
            self.assertIn({"change": "source", "kind": "fn", "path": "one::changes"}, blind)
            breaking = json.loads(api("--api", self.crate, after, "--breaking", "-f", "json", command="diff").stdout)
            self.assertEqual({change["change"] for change in breaking["crates"][0]["changes"]}, {"removed", "moved", "kind"})
            self.assertTrue(api("--api", self.crate, after, "-f", "markdown", command="diff").stdout.startswith("## `one`\n"))
            self.assertEqual(api("--api", self.crate, self.crate, command="diff").returncode, 0)


@unittest.skipUnless(RUSTC, "no rustc")
class Kernels(unittest.TestCase):
    def test_a_module_that_compiles_for_one_kernel_and_not_for_the_other(self):
        # As 7.2 has kernel::clk on arm64 and not on x86: rustc says E0432, and audit says what is missing and what is like it.
        module = mini_kernel.NO_CORE + "extern crate core; use kernel::clk::Clk; pub fn start(_: &Clk) {}"
        with tempfile.TemporaryDirectory() as place:
            needs = pathlib.Path(place, "needs")
            needs.write_text("kernel::clk::Clk\nkernel::prelude\n")
            for name, offers in ("arm64", "pub mod clk { pub struct Clk; }"), ("x86", "pub mod platform { pub struct Clk; }"):
                tree = Tree(f"{place}/{name}")
                compiler = mini_kernel.build(tree)
                compiler.crate("kernel", mini_kernel.KERNEL + offers)
                compiled = subprocess.run([RUSTC, "--crate-type", "lib", "--crate-name", "module", "--emit", "metadata", "--edition", "2021",
                                           "-Zunstable-options", "--target", "scripts/target.json", "-L", "rust", "--extern", "kernel",
                                           "-o", f"{place}/libmodule.rmeta", "-"], cwd=tree.root, input=module, capture_output=True, text=True,
                                          check=False, env={**os.environ, "RUSTC_BOOTSTRAP": "1"})
                answer = api(tree.root, "--needs", needs, "--report", "json", command="audit")
                found = [finding for finding in json.loads(answer.stdout)["findings"] if finding["rule"] == "missing-item"]
                probe = api(tree.root, "--has", "kernel::clk::Clk")
                if name == "arm64":
                    self.assertEqual((compiled.returncode, found, probe.returncode), (0, [], 0), compiled.stderr)
                    continue
                self.assertRegex(compiled.stderr, r"error\[E0432\]: unresolved import `kernel::clk`")
                self.assertEqual((probe.returncode, probe.stdout), (1, "kernel::clk::Clk\n"))
                self.assertEqual([(finding["rustc_error"], finding["evidence"]) for finding in found],
                                 [("E0432", {"needed": "kernel::clk::Clk", "nearest": "kernel::platform::Clk"})])


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
