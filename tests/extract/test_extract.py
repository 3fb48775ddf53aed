#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""rartifacts extract: what ar takes out, under names that stay apart, and nothing outside of the folder."""

import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness  # noqa: E402
from harness import GOLDENS, ScanTest, run  # noqa: E402

RLIB = GOLDENS / "1.96.0" / "libleaf-1a2b3c4d.rlib"
ODD = GOLDENS / "special" / "archives"
LLVM_AR = next(filter(None, map(shutil.which, ["llvm-ar-19", "llvm-ar", "llvm-ar-14"])), None)


def member(name, content, size=None):
    """One member, with the 16 characters of its name as they are."""
    size = len(content) if size is None else size
    return name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"644".ljust(8) + str(size).encode().ljust(10) + b"`\n" + \
        content + b"\n" * (len(content) % 2)


def with_long_names(*members):
    """A GNU archive whose names all stand in the table `//`."""
    table, archive = b"", b""
    for name, content in members:
        archive += member(b"/%d" % len(table), content)
        table += name + b"/\n"
    return b"!<arch>\n" + member(b"//", table) + archive


class ExtractTest(ScanTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"

    def extract(self, archive, *arguments, **more):
        return run("extract", str(archive), "-o", str(self.out), *arguments, cwd=self.tree.root, **more)

    def written(self):
        return {path.name: path.read_bytes() for path in self.out.iterdir()} if self.out.exists() else {}

    def as_ar(self, archive, ar="ar"):
        """What `ar x` makes of it."""
        folder = self.folder / "ar"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        subprocess.run([ar, "x", Path(archive).resolve()], cwd=folder, check=True, capture_output=True)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def sources(self, **contents):
        """Objects of C, to put into archives."""
        for name, source in contents.items():
            path = self.tree.write(f"{name}.c", source)
            subprocess.run(["cc", "-c", path, "-o", path.with_suffix(".o")], check=True)
        return [f"{name}.o" for name in contents]

    def ar(self, *arguments, ar="ar"):
        subprocess.run([ar, *arguments], cwd=self.tree.root, check=True, capture_output=True)


class TheSameBytesAsAr(ExtractTest):
    def same(self, archive, ar="ar"):
        expected = self.as_ar(archive, ar)
        result = self.extract(archive, "--all")
        self.assertEqual(result.code, 0, result)
        self.assertGreater(len(expected), 0)
        self.assertEqual(self.written(), expected)
        self.assertEqual(sorted(result.paths), sorted(str(self.out / name) for name in expected))
        shutil.rmtree(self.out)

    def test_gnu(self):
        objects = self.sources(a="int a;", b="int b;", with_a_name_that_fits_in_no_header="int c;")
        self.ar("rc", "libx.a", *objects)
        self.same(self.tree / "libx.a")

    @unittest.skipUnless(LLVM_AR, "no llvm-ar")
    def test_bsd(self):
        objects = self.sources(a="int a;", b="int b;", with_a_name_that_fits_in_no_header="int c;")
        self.ar("--format=bsd", "rc", "libx.a", *objects, ar=LLVM_AR)
        self.assertIn(b"#1/", (self.tree / "libx.a").read_bytes())
        self.same(self.tree / "libx.a", LLVM_AR)

    def test_rlibs_of_every_release(self):
        rlibs = list(GOLDENS.glob("1.*/*.rlib"))
        self.assertGreater(len(rlibs), 50)
        for rlib in rlibs:
            with self.subTest(rlib=rlib):
                self.same(rlib)

    def test_the_c_library(self):
        found = subprocess.run(["cc", "-print-file-name=libc.a"], capture_output=True, text=True).stdout.strip()
        if not os.path.isabs(found):
            self.skipTest("no libc.a")
        self.same(found)

    def test_the_standard_library(self):
        rustc = shutil.which("rustc")
        if not rustc:
            self.skipTest("no rustc")
        libraries = subprocess.run([rustc, "--print", "target-libdir"], capture_output=True, text=True).stdout.strip()
        rlibs = sorted(Path(libraries).glob("*.rlib"))
        self.assertGreater(len(rlibs), 10)
        for rlib in rlibs:
            with self.subTest(rlib=rlib):
                self.same(rlib)

    def test_thin_archives_are_followed(self):
        """ar itself refuses to extract from them, so the files that it names are the judge."""
        objects = self.sources(a="int a;", b="int b;", c="int c;")
        self.tree.write("deep/down/keep")
        self.ar("rc", "inner.a", "b.o", "c.o")
        self.ar("rcT", "deep/down/thin.a", "a.o", "inner.a")
        result = self.extract(self.tree / "deep/down/thin.a", "--all")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.written(), {name: (self.tree / name).read_bytes() for name in objects})

    def test_memory_does_not_grow_with_the_archive(self):
        big = os.urandom(1 << 20) * 200
        self.tree.write("big.a", b"!<arch>\n" + member(b"big.o/", big) + member(b"small.o/", b"x"))
        result, _, peak = harness.run_measured("extract", "--all", "big.a", "-o", str(self.out), cwd=self.tree.root)
        self.assertEqual(result.code, 0, result)
        self.assertLess(peak, 64 << 20)
        self.assertEqual(self.written(), {"big.o": big, "small.o": b"x"})


class FullDisks(ExtractTest):
    def test_a_file_that_a_thin_archive_lists_again_and_again(self):
        self.sources(a="int a;")
        os.truncate(self.tree / "a.o", 40 << 20)
        size = str(40 << 20).encode()
        for count, code in (1, 0), (4, 3), (1000, 3):
            listed = (b"/0".ljust(48) + size.ljust(10) + b"`\n") * count
            self.tree.write("thin.a", b"!<thin>\n" + member(b"//", b"a.o/\n") + listed)
            result = self.extract(self.tree / "thin.a", "--all", "--force")
            self.assertEqual(result.code, code, result)
            self.assertEqual(sum(map(len, self.written().values())), 40 << 20)
        self.assertIn("limit unfolded-bytes", result.stderr)


class WhichMembers(ExtractTest):
    def test_rust_objects_without_anything_said(self):
        result = self.extract(RLIB)
        self.assertEqual(result.code, 0, result)
        everything = self.as_ar(RLIB)
        self.assertEqual(self.written(), {name: content for name, content in everything.items() if name.endswith(".rcgu.o")})
        self.assertLess(len(self.written()), len(everything))

    def test_c_beside_rust_is_not_taken(self):
        objects = self.sources(native="int native;")
        shutil.copy(RLIB, self.tree / "libx.rlib")
        self.ar("r", "libx.rlib", *objects)
        self.assertEqual(self.extract(self.tree / "libx.rlib", "--objects").code, 0)
        self.assertNotIn("native.o", self.written())
        listed = run("inspect", "libx.rlib", "--format", "json", cwd=self.tree.root)
        roles = {row["name"]: row["role"] for row in json.loads(listed.stdout)["members"]}
        self.assertEqual(roles["native.o"], "bundled")
        self.assertEqual(roles["lib.rmeta"], "metadata")
        self.assertEqual({roles[name] for name in self.written()}, {"rust"})

    def test_metadata_is_unwrapped(self):
        for release in ["1.41.0", "1.65.0", "1.96.0", "1.98.1"]:
            rlib = GOLDENS / release / "libleaf-1a2b3c4d.rlib"
            with self.subTest(rlib=rlib):
                result = self.extract(rlib, "--metadata")
                self.assertEqual(result.paths, [str(self.out / "libleaf-1a2b3c4d.rmeta")])
                blob = self.written()["libleaf-1a2b3c4d.rmeta"]
                self.assertTrue(blob.startswith(b"rust\0\0\0"))
                crates = [json.loads(run("inspect", str(path), "--format", "json").stdout)["crate"]
                          for path in [rlib, self.out / "libleaf-1a2b3c4d.rmeta"]]
                self.assertEqual(crates[0], crates[1])
                shutil.rmtree(self.out)

    def test_rustc_compiles_against_extracted_metadata(self):
        rustc = shutil.which("rustc")
        if not rustc:
            self.skipTest("no rustc")
        self.tree.write("dep.rs", "pub fn f() -> u32 { 7 }")
        self.tree.write("user.rs", "pub fn g() -> u32 { dep::f() }")
        compile = lambda *arguments: subprocess.run([rustc, *arguments], cwd=self.tree.root, capture_output=True, text=True)
        self.assertEqual(compile("--crate-type", "rlib", "dep.rs").returncode, 0)
        self.assertEqual(self.extract(self.tree / "libdep.rlib", "--metadata").code, 0)
        use = ["--crate-type", "rlib", "--emit", "metadata", "user.rs", "--extern"]
        self.assertNotEqual(compile(*use, f"dep={self.out}/nothing.rmeta").returncode, 0)
        done = compile(*use, f"dep={self.out}/libdep.rmeta")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_by_name(self):
        self.ar("rc", "libx.a", *self.sources(a="int a;", ab="int b;", c="int c;"))
        result = self.extract(self.tree / "libx.a", "--all", "--name", "a*.o", "--name", "c.[o]")
        self.assertEqual(set(self.written()), {"a.o", "ab.o", "c.o"}, result)
        shutil.rmtree(self.out)
        self.extract(self.tree / "libx.a", "--all", "--name", "a?.o")
        self.assertEqual(set(self.written()), {"ab.o"})

    def test_nothing_to_take_is_an_error(self):
        self.ar("rc", "libx.a", *self.sources(a="int a;"))
        self.fails(self.extract(self.tree / "libx.a"), 3, "no Rust objects", "--all")
        self.fails(self.extract(self.tree / "libx.a", "--all", "--name", "b.o"), 3, "no such member")
        self.fails(self.extract(self.tree / "libx.a", "--metadata"), 3, "no crate metadata")
        self.fails(self.extract(self.tree.write("empty.a", b"!<arch>\n"), "--all"), 3, "an empty archive")
        self.fails(self.extract(self.tree.write("text", b"text"), "--all"), 3, "not an archive")
        self.fails(self.extract(self.tree / "missing"), 3)
        self.assertFalse(self.out.exists())


class Names(ExtractTest):
    def test_duplicates_stay_apart(self):
        archive = b"!<arch>\n" + b"".join(member(name + b"/", content) for name, content in [
            (b"a.o", b"1"), (b"a.o", b"2"), (b"a.2.o", b"3"), (b"b", b"4"), (b"a.o", b"5"), (b"b", b"6"), (b".h", b"7"), (b".h", b"8")])
        result = self.extract(self.tree.write("dup.a", archive), "--all")
        self.assertEqual(self.written(), {"a.o": b"1", "a.3.o": b"2", "a.2.o": b"3", "b": b"4", "a.4.o": b"5", "b.2": b"6",
                                          ".h": b"7", ".h.2": b"8"}, result)
        names = ["a.o", "a.3.o", "a.2.o", "b", "a.4.o", "b.2", ".h", ".h.2"]
        self.assertEqual(result.paths, [str(self.out / name) for name in names], "in the order of the archive")

    def test_a_selection_does_not_change_the_names(self):
        self.tree.write("dup.a", with_long_names((b"x.o", b"1"), (b"y.o", b"2"), (b"x.o", b"3")))
        self.extract(self.tree / "dup.a", "--all", "--name", "x.o")
        self.assertEqual(self.written(), {"x.o": b"1", "x.2.o": b"3"})

    def test_no_name_leads_out(self):
        for name in [b"../evil", b"/tmp/evil", b"sub/../evil", b"sub//evil", b"sub/", b"..", b".", b"", b"a\tb", b"a\x1b[2Jb", b"a\\b", b"x" * 250]:
            with self.subTest(name=name):
                self.tree.write("evil.a", with_long_names((b"good", b"1"), (name, b"2")))
                result = self.extract(self.tree / "evil.a", "--all")
                self.fails(result, 3, "member")
                self.assertFalse(self.out.exists(), "the good one is not written either")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["tree"])

    def test_a_bad_name_that_is_not_asked_for_does_no_harm(self):
        self.tree.write("evil.a", with_long_names((b"good", b"1"), (b"../evil", b"2")))
        self.assertEqual(self.extract(self.tree / "evil.a", "--all", "--name", "good").code, 0)
        self.assertEqual(self.written(), {"good": b"1"})


class Writing(ExtractTest):
    def setUp(self):
        super().setUp()
        self.archive = self.tree.write("x.a", with_long_names((b"a", b"1"), (b"b", b"2")))

    def test_nothing_is_overwritten(self):
        self.out.mkdir()
        (self.out / "b").write_bytes(b"mine")
        self.fails(self.extract(self.archive, "--all"), 3, "b is there already", "--force")
        self.assertEqual(self.written(), {"b": b"mine"})
        self.assertEqual(self.extract(self.archive, "--all", "--force").code, 0)
        self.assertEqual(self.written(), {"a": b"1", "b": b"2"})

    def test_links_are_not_followed(self):
        self.out.mkdir()
        victim = self.tree.write("victim", b"mine")
        (self.out / "b").symlink_to(victim)
        (self.out / "a").symlink_to(self.folder / "dangling")
        self.fails(self.extract(self.archive, "--all"), 3, "is there already")
        self.assertEqual(self.extract(self.archive, "--all", "--force").code, 0)
        self.assertEqual(victim.read_bytes(), b"mine")
        self.assertFalse((self.folder / "dangling").exists())
        self.assertEqual(self.written(), {"a": b"1", "b": b"2"})
        self.assertFalse((self.out / "b").is_symlink())

    def test_a_folder_in_the_way_is_left_alone(self):
        (self.out / "b").mkdir(parents=True)
        (self.out / "a").write_bytes(b"mine")
        self.fails(self.extract(self.archive, "--all", "--force"), 3, "b: ", "directory")
        self.assertTrue((self.out / "b").is_dir())
        self.assertEqual((self.out / "a").read_bytes(), b"mine", "nothing is replaced unless all can be")
        self.assertEqual([path.name for path in self.out.iterdir() if path.name.startswith(".")], [])

    def test_all_or_nothing_when_the_disk_is_full(self):
        size = 1 << 20
        self.tree.write("big.a", with_long_names((b"a", b"1"), (b"b", b"2" * size)))
        code = ("import resource, signal, os, sys; signal.signal(signal.SIGXFSZ, signal.SIG_DFL);"
                "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)); os.execv(sys.argv[1], sys.argv[1:])")
        done = subprocess.run([sys.executable, "-c", code, harness.program, "extract", "--all", "big.a", "-o", str(self.out)],
                              cwd=self.tree.root, capture_output=True)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stdout, b"")
        self.assertFalse(self.out.exists(), "the folder that was made is gone again")

    def test_damaged_archives_leave_nothing(self):
        whole = self.archive.read_bytes()
        for length in range(8, len(whole)):
            self.tree.write("cut.a", whole[:length])
            result = self.extract(self.tree / "cut.a", "--all")
            if result.code == 0:
                self.assertEqual(self.written().get("a", b"1"), b"1")
                shutil.rmtree(self.out)
            else:
                self.assertEqual(result.code, 3, result)
                self.assertFalse(self.out.exists(), length)

    def test_paths_are_relative_to_C_and_fit_a_pipe(self):
        self.tree.write("-x.a", with_long_names((b"-a", b"1")))
        result = run("-C", str(self.tree.root), "extract", "./-x.a", "--all")
        self.assertEqual(result.paths, ["./-a"], result)
        self.assertEqual((self.tree / "-a").read_bytes(), b"1")

    def test_thin_archives_give_objects_only_and_none_that_changed(self):
        self.tree.write("secret", b"root:x:0:0\n")
        self.ar("rcT", "thin.a", "secret")
        self.fails(self.extract(self.tree / "thin.a", "--all"), 3, "not an object")
        objects = self.sources(a="int a;")
        self.ar("rcT", "thin2.a", *objects)
        with open(self.tree / "a.o", "ab") as file:
            file.write(b"more")
        self.fails(self.extract(self.tree / "thin2.a", "--all"), 3, "rebuild the archive")
        (self.tree / "a.o").unlink()
        self.fails(self.extract(self.tree / "thin2.a"), 3, "a.o")
        self.assertFalse(self.out.exists())


class Programs(ExtractTest):
    """gcc links what was extracted, and the program does what it does when linked with the library itself."""

    C = """
        #include <stdio.h>
        int square_sum(const int *numbers, unsigned long count);
        int main(void) { int numbers[] = {1, 2, 3}; printf("%d\\n", square_sum(numbers, 3)); return 0; }
    """
    RUST = """
        #[no_mangle]
        pub unsafe extern "C" fn square_sum(numbers: *const i32, count: usize) -> i32 {
            let numbers = core::slice::from_raw_parts(numbers, count);
            BODY
        }
    """

    def compile(self, crate_type, source, *arguments):
        rustc = shutil.which("rustc")
        if not rustc:
            self.skipTest("no rustc")
        self.tree.write("c.c", self.C)
        self.tree.write("part.rs", source)
        output = "libpart.rlib" if crate_type == "rlib" else "libpart.a"
        subprocess.run([rustc, "-O", "--crate-type", crate_type, "part.rs", "-o", output, *arguments], cwd=self.tree.root, check=True,
                       capture_output=True)
        return self.tree / output

    def says(self, *inputs):
        subprocess.run(["cc", "c.c", *map(str, inputs), "-o", "c", "-lgcc_s", "-lpthread", "-ldl", "-lm"], cwd=self.tree.root, check=True)
        return subprocess.run(["./c"], cwd=self.tree.root, check=True, capture_output=True, text=True).stdout

    def links(self, library):
        result = self.extract(library)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.says(*result.paths), self.says(library))
        self.assertEqual(self.says(*result.paths), "14\n")
        return result.paths

    def test_an_rlib_without_std(self):
        body = "numbers.iter().fold(0, |sum: i32, n| sum.wrapping_add(n.wrapping_mul(*n)))"
        self.links(self.compile("rlib", "#![no_std]" + self.RUST.replace("BODY", body), "-Cpanic=abort"))

    def test_a_static_library_without_std(self):
        body = "numbers.iter().map(|n| n * n).sum()"
        source = "#![no_std]" + self.RUST.replace("BODY", body) + """
            #[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
            #[no_mangle] extern "C" fn rust_eh_personality() {}
        """
        objects = self.links(self.compile("staticlib", source, "-Cpanic=abort"))
        self.assertGreater(len(objects), 1, "core is in there")

    def test_a_static_library_with_std(self):
        body = 'format!("{}", numbers.iter().map(|n| n * n).sum::<i32>()).parse().unwrap()'
        self.links(self.compile("staticlib", self.RUST.replace("BODY", body)))


class Kbuild(ExtractTest):
    def test_lines_in_link_order(self):
        self.tree.write("libx.a", b"!<arch>\n" + b"".join(
            member(name + b"/", (self.tree / self.sources(o=f"int {name.decode()[0]};")[0]).read_bytes()) for name in [b"z.o", b"a.o", b"z.o"]))
        result = self.extract(self.tree / "libx.a", "--all", "--kbuild", "mod")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.stdout.split(b"$(addprefix")[0], b"mod-objs := \\\n\tz.o \\\n\ta.o \\\n\tz.2.o\n")
        self.assertEqual(set(self.written()), {"z.o_shipped", "a.o_shipped", "z.2.o_shipped"})

    def test_objects_that_kbuild_would_not_take_are_not_left_out(self):
        subprocess.run(["rustc", "--crate-type=lib", "--emit=obj", "-o", self.tree / "r.o", "-"], input=b"pub fn f() {}", check=True)
        content = (self.tree / "r.o").read_bytes()
        self.tree.write("libx.a", with_long_names((b"a.o", content), (b"b.obj", content)))
        self.fails(self.extract(self.tree / "libx.a", "--kbuild", "mod"), 3, "b.obj", ".o")
        self.assertEqual(self.extract(self.tree / "libx.a", "--kbuild", "mod", "--name", "a.o").code, 0)
        shutil.rmtree(self.out)
        self.tree.write("libx.a", with_long_names((b"text", b"1")))
        self.fails(self.extract(self.tree / "libx.a", "--all", "--kbuild", "mod"), 2, "ends in .o")
        self.assertFalse(self.out.exists())

    def test_what_make_would_misread_is_refused(self):
        for name in [b"a b.o", b"a$(x).o", b"a#.o", b"a:.o", b"%.o", b"~a.o", b"mod.o"]:
            with self.subTest(name=name):
                self.tree.write("libx.a", with_long_names((name, b"1")))
                self.fails(self.extract(self.tree / "libx.a", "--all", "--kbuild", "mod"), 2)
                self.assertFalse(self.out.exists())
        self.fails(self.extract(RLIB, "--kbuild", "a b"), 2, "--kbuild")


if __name__ == "__main__":
    harness.main()
