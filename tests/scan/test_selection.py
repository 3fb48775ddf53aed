# SPDX-License-Identifier: MIT OR Apache-2.0
"""What is selected in a kernel tree: the closure over the metadata, and the auxiliary files its configuration calls for."""

import json
import os
import shutil
import tempfile
import unittest
from pathlib import Path

from harness import GOLDENS, ScanTest, Tree, main, run
from mini_kernel import AUXILIARY, CLOSURE, MACROS, NO_CORE, build, core_source

USES_CORE = NO_CORE + "extern crate core;"

# Linux 6.1 to 7.3: symbols -> files that modules read under them.
CALLED_FOR = {
    (): [],
    ("JUMP_LABEL",): ["rust/kernel/generated_arch_static_branch_asm.rs"],
    ("BUG",): ["rust/kernel/generated_arch_reachable_asm.rs", "rust/kernel/generated_arch_warn_asm.rs"],
    ("BUG", "UML"): [],
    ("RUST_INLINE_HELPERS",): ["rust/helpers/helpers_module.bc"],
    ("JUMP_LABEL", "RUST_INLINE_HELPERS"): ["rust/helpers/helpers_module.bc", "rust/kernel/generated_arch_static_branch_asm.rs"],
}

kernel = rustc = None


def setUpModule():
    global kernel, rustc
    temporary = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(temporary.cleanup)
    kernel = Tree(Path(temporary.name) / "kernel")
    rustc = build(kernel)


class KernelTest(ScanTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(kernel.root, self.tree.root, dirs_exist_ok=True)
        rustc.tree = self.tree

    def selects(self, result, *extra, without=()):
        self.lists(result, *(path for path in CLOSURE + AUXILIARY if path not in without), *extra)


class Closure(KernelTest):
    def test_the_closure_of_kernel_its_proc_macros_and_the_auxiliary_files_are_selected(self):
        self.selects(self.tree.scan())

    def test_host_libraries_are_left_out(self):
        self.assertTrue((self.tree / "rust/libquote.rlib").exists())
        self.tree.copy("rust/host/libsyn.rlib", GOLDENS / "1.96.0/libleaf-1a2b3c4d.rlib")
        self.selects(self.tree.scan())

    def test_host_metadata_is_left_out(self):
        rustc.host("quote", "lib", "pub fn quote() {}", "--emit", "metadata", "-o", "rust/libquote.rmeta")
        self.selects(self.tree.scan())

    def test_a_stale_proc_macro_is_left_out(self):
        rustc.host("macros", "proc-macro", MACROS, "--extern", "quote", "--extern", "proc_macro", "-C", "metadata=old", "-o", "rust/libmacros-old.so")
        self.selects(self.tree.scan())

    def test_a_crate_of_the_same_name_from_another_build_is_left_out(self):
        rustc.crate("ffi", USES_CORE, "-C", "metadata=old", "-o", "rust/libffi-old.rmeta")
        self.selects(self.tree.scan())

    def test_a_crate_made_against_another_core_is_left_out(self):
        (self.tree / "other").mkdir()
        core = core_source(rustc.rustc)
        rustc.crate("core", core, "-C", "metadata=other", "-o", "other/libcore.rmeta")
        rustc.crate("leftover", USES_CORE, "--extern", "core=other/libcore.rmeta", "-o", "rust/libleftover.rmeta")
        shutil.rmtree(self.tree / "other")
        self.selects(self.tree.scan())

    def test_a_crate_that_modules_may_name_themselves_is_selected(self):
        rustc.crate("zerocopy", USES_CORE)
        self.selects(self.tree.scan(), "rust/libzerocopy.rmeta")

    def test_a_shared_library_that_is_no_proc_macro_is_left_out(self):
        self.tree.copy("arch/x86/entry/vdso/vdso64.so", GOLDENS / "1.96.0/libnostd_c.so")
        self.tree.copy("rust/libstd.so", GOLDENS / "1.96.0/libnocore.so")
        self.selects(self.tree.scan())

    def test_names_do_not_matter(self):
        os.rename(self.tree / "rust/libmacros.so", self.tree / "rust/libmacros2-abc.so")
        os.rename(self.tree / "rust/libffi.rmeta", self.tree / "rust/libffi-abc.rmeta")
        self.selects(self.tree.scan(), "rust/libffi-abc.rmeta", "rust/libmacros2-abc.so", without=["rust/libffi.rmeta", "rust/libmacros.so"])

    def test_a_staged_copy_of_the_headers_inside_the_build_tree_is_left_out(self):
        for path in CLOSURE + AUXILIARY + ["include/config/auto.conf"]:
            self.tree.copy(f"debian/linux-headers/usr/src/{path}", self.tree / path)
        self.selects(self.tree.scan())

    def test_two_kernels_have_a_closure_each(self):
        shutil.copytree(self.tree.root, self.folder / "second")
        rustc.tree = second = Tree(self.folder / "second")
        rustc.crate("zerocopy", USES_CORE)
        done = run("scan", ".", cwd=self.folder)
        both = [f"tree/{path}" for path in CLOSURE + AUXILIARY] + [f"second/{path}" for path in [*CLOSURE, *AUXILIARY, "rust/libzerocopy.rmeta"]]
        self.lists(done, *both)
        self.assertTrue(second.content(CLOSURE))

    def test_a_linked_rust_directory_is_followed_and_its_link_is_listed(self):
        tree = Tree(self.folder / "around")
        shutil.move(self.tree.root, tree / "headers")
        shutil.move(tree / "headers/rust", tree / "lib-rust")
        tree.link("headers/rust", "../lib-rust")
        expected = [path.replace("rust/lib", "lib-rust/lib", 1) if path.startswith("rust/") else f"headers/{path}" for path in CLOSURE + AUXILIARY]
        self.lists(tree.scan(), "headers/rust", *expected)

    def test_a_linked_crate_is_selected_with_its_file(self):
        shutil.move(self.tree / "rust/libffi.rmeta", self.tree / "store-ffi")
        self.tree.link("rust/libffi.rmeta", "../store-ffi")
        self.selects(self.tree.scan(), "store-ffi")


class Refusals(KernelTest):
    def test_a_missing_dependency_is_an_error_that_names_the_crate(self):
        for path, crate in (("rust/libcore.rmeta", "core"), ("rust/libffi.rmeta", "ffi"), ("rust/libmacros.so", "macros")):
            with self.subTest(crate):
                os.rename(self.tree / path, self.folder / "away")
                self.fails(self.tree.scan(), 3, "rust/libkernel.rmeta: ", f"crate {crate} ")
                os.rename(self.folder / "away", self.tree / path)

    def test_a_dependency_of_another_build_is_an_error_that_names_the_crate_and_the_file(self):
        rustc.crate("ffi", USES_CORE, "-C", "metadata=other")
        self.fails(self.tree.scan(), 3, "rust/libkernel.rmeta: ", "crate ffi ", "rust/libffi.rmeta")

    def test_no_crate_kernel_is_an_error(self):
        os.unlink(self.tree / "rust/libkernel.rmeta")
        self.fails(self.tree.scan(), 3, "crate kernel")

    def test_a_kernel_without_CONFIG_RUST_is_an_error_whatever_lies_around(self):
        for config in ("# CONFIG_RUST is not set\n", "CONFIG_RUST=n\n", "CONFIG_RUST_IS_AVAILABLE=y\nCONFIG_RUSTC_VERSION=109500\n", ""):
            self.tree.write("include/config/auto.conf", config)
            with self.subTest(config):
                self.fails(self.tree.scan(), 3, "include/config/auto.conf: ", "CONFIG_RUST")

    def test_a_truncated_crate_is_an_error_that_names_the_file(self):
        place = self.tree / "rust/libffi.rmeta"
        os.truncate(place, place.stat().st_size - 1)
        done = self.tree.scan()
        self.assertEqual((done.code, done.stdout), (3, b""))
        self.assertIn("rartifacts: rust/libffi.rmeta: ", done.stderr)


class Auxiliary(KernelTest):
    def test_auxiliary_files_follow_the_configuration(self):
        for path in sorted({path for paths in CALLED_FOR.values() for path in paths}):
            self.tree.write(path, b"BC\xc0\xde\x35\x14\0\0" if path.endswith(".bc") else "// generated\n")
        for symbols, paths in CALLED_FOR.items():
            self.tree.config("RUST", *symbols)
            with self.subTest(symbols):
                self.selects(self.tree.scan(), *paths)

    def test_a_file_that_this_kernel_does_not_make_is_not_listed(self):
        self.tree.config("RUST", "JUMP_LABEL", "BUG", "RUST_INLINE_HELPERS")
        self.selects(self.tree.scan())

    def test_target_json_is_only_for_kernels_compiled_for_one(self):
        builtin = Tree(self.folder / "builtin")
        builtin.config("RUST")
        builtin.write("scripts/target.json", "{}")
        (builtin / "rust").mkdir()
        rustc.tree = builtin
        options = ["--crate-type", "lib", "--emit", "metadata", "--edition", "2021", "--target", "x86_64-unknown-none", "-L", "rust"]
        rustc.run("--crate-name", "core", *options, "-o", "rust/libcore.rmeta", "-", source=core_source(rustc.rustc))
        rustc.run("--crate-name", "kernel", *options, "-o", "rust/libkernel.rmeta", "-", source=USES_CORE)
        self.lists(builtin.scan(), "rust/libcore.rmeta", "rust/libkernel.rmeta")


class Filters(KernelTest):
    def test_oot_host_and_oot_target_are_disjoint_and_together_oot(self):
        host, target = (self.tree.scan("--profile", name).paths for name in ("oot-host", "oot-target"))
        self.assertEqual(host, ["rust/libmacros.so"])
        self.assertFalse(set(host) & set(target))
        self.assertEqual(sorted(host + target), sorted(CLOSURE + AUXILIARY))

    def test_side_divides_like_the_profiles(self):
        self.lists(self.tree.scan("--side", "host"), "rust/libmacros.so")
        self.selects(self.tree.scan("--side", "target"), without=["rust/libmacros.so"])

    def test_all_lists_leftovers_and_host_libraries_with_their_side(self):
        artifacts = json.loads(self.tree.scan("--profile", "all", "--format", "json").stdout)["artifacts"]
        sides = {artifact["path"]: artifact["side"] for artifact in artifacts}
        self.assertEqual(sides["rust/libquote.rlib"], "host")
        self.assertLessEqual(set(CLOSURE + AUXILIARY), set(sides))

    def test_kind_chooses_from_everything(self):
        self.lists(self.tree.scan("--kind", "proc-macro"), "rust/libmacros.so")
        self.lists(self.tree.scan("--kind", "rlib"), "rust/libquote.rlib")
        self.lists(self.tree.scan("--kind", "rlib", "--kind", "proc-macro"), "rust/libmacros.so", "rust/libquote.rlib")
        self.lists(self.tree.scan("--kind", "auxiliary"), *AUXILIARY)

    def test_kind_with_a_profile_chooses_from_the_profile(self):
        rustc.crate("ffi", USES_CORE, "-C", "metadata=old", "-o", "rust/libffi-old.rmeta")
        self.lists(self.tree.scan("--kind", "rmeta", "--profile", "oot"), *(path for path in CLOSURE if path.endswith(".rmeta")))

    def test_kind_with_a_profile_still_needs_the_whole_closure(self):
        self.lists(self.tree.scan("--kind", "proc-macro", "--profile", "oot"), "rust/libmacros.so")
        self.lists(self.tree.scan("--kind", "auxiliary", "--profile", "oot"), *AUXILIARY)

    def test_sniff_finds_renamed_artifacts(self):
        os.rename(self.tree / "rust/libkernel.rmeta", self.tree / "rust/kernel.metadata")
        os.rename(self.tree / "rust/libmacros.so", self.tree / "rust/macros")
        expected = ["rust/kernel.metadata", "rust/macros"]
        self.assertLessEqual(set(expected), set(self.tree.scan("--sniff").paths))
        self.selects(self.tree.scan("--sniff", "--profile", "oot"), *expected, without=["rust/libkernel.rmeta", "rust/libmacros.so"])

    def test_dirs_lists_the_parents_of_what_is_selected(self):
        self.selects(self.tree.scan("--dirs"), "include", "include/generated", "rust", "scripts")

    def test_ide_adds_the_sources_that_rust_analyzer_reads(self):
        sources = ["rust/kernel/lib.rs", "rust/Makefile", "rust-project.json", "scripts/generate_rust_analyzer.py"]
        for path in sources + ["drivers/rust_driver.rs", "rust/helpers/helpers.c"]:
            self.tree.write(path, "text\n")
        self.selects(self.tree.scan("--profile", "ide"), *sources)


class PlainTrees(ScanTest):
    def test_elsewhere_everything_with_metadata_is_selected(self):
        for golden in (GOLDENS / "1.95.0").glob("*.*"):
            self.tree.copy(f"target/{golden.name}", golden)
        self.lists(self.tree.scan(), *(f"target/{name}" for name in (
            "libleaf-1a2b3c4d.rlib", "libleaf-1a2b3c4d.rmeta", "libmid-99aa.rlib", "libmid-99aa.rmeta", "libmid.so", "libmidpriv.rmeta",
            "libnocore.so", "libpm-deadbeef.so", "libusepm2.rlib")))


if __name__ == "__main__":
    main()
