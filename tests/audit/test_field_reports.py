#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What people have reported about packaged kernels, each made again as a small tree: audit names it, and is silent about the healthy twin.

The trees are the kernel in small of tests/scan/mini_kernel.py, compiled by the rustc on PATH. Numbers in the names of the tests
count the reports by subject:

  1   armbian/build#10117, Frogging-Family/linux-tkg#1243: CONFIG_RUST=y and no rust/ (no-artifacts)
  2   CachyOS/linux-cachyos#1016, linux-tkg#1231, #1217, rnestler's linux-rust: the configuration lost RUST on the way; MODVERSIONS,
      RANDSTRUCT, BTF with LTO (config-dropped)
  3   xddxdd/nix-cachyos-kernel#37, koverstreet/bcachefs#1181, bcachefs-tools#848: RUST_IS_AVAILABLE and RUSTC_VERSION are taken
      for Rust support (config-dropped)
  4   raspberrypi/linux#7289, koverstreet/bcachefs#1197: a script has to know before it builds (exit codes)
  5   Arch and its forks, armbian before the fix: the globs miss generated_arch_*_asm.rs and helpers_module.bc (missing-auxiliary)
  6   Rust-for-Linux/linux#1082: the user's rustc is another one (rustc-mismatch); rustup's and a distribution's of the same
      number refuse each other
  7   nixos-apple-silicon#141, asahi-overlay#69: rustc was upgraded on the way (rustc-mixed)
  8   mrproper forgot libpin_init_internal.so and libzerocopy_derive.so: leftovers, which harm nobody (stale-artifact)
  9   Rust-for-Linux/linux#1054: core is not there (missing-crate)
  10  Ubuntu, NixOS and Gentoo ship a second build: parts of two builds (crate-hash-mismatch)
  11  Rust-for-Linux/linux#792: another target specification than that of the crates (target-mismatch)
  12  armbian, Debian's thread on headers packages: proc macros of a cross build (host-arch-mismatch)
  13  rhbz#1465997, icu4x#5947, rquickjs#712: stripped proc macros (stripped-metadata); the ways of stripping that do no harm
  14  nixpkgs#218712, crate2nix#263: strip breaks rlibs (rlib-without-metadata)
  15  Ubuntu's link to a second package; links that lead out (dangling-link, escaping-link, absolute-link)
  16  vdso64.so and other shared libraries are no proc macros (nothing is said)
  17  armbian/build#9425, #9426: auto.conf was made anew where there is no rustc (config-dropped)
  18  one crate is compiled with -Zretpoline, the rest without (target-mismatch)

Reported as well, and not the business of audit's rules: sets of two flavours compared (linux-cachyos#1016; diff), profiles for
an IDE (nixpkgs#386164; scan), `|| true` in recipes (scan fails), modules taken for Rust (Rust-for-Linux/linux#657; inspect).
Packages (machines mixed in one, unexpected files, unstripped proc macros, paths of the build machine, Rust-for-Linux/linux#169) are
the business of tests/package and tests/audit/package_set_test.cc, modules that do not load (Rust-for-Linux/linux#59, #378, #735,
signatures) that of test_modules.py, .dylib of macOS hosts that of tests/inspect/test_foreign.py.
Not covered yet: a whole second build beside Module.symvers.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "scan"))
import breakages
import harness
import mini_kernel
from breakages import Copy, edit, move, remove, remove_folder, run_tool, take, take_as

MACHINE = os.uname().machine
CONFIG = "include/config/auto.conf"
MACROS = "rust/libmacros.so"


def build(folder):
    """The kernel in small, with the compiler's version in its configuration as kbuild has it"""
    tree = harness.Tree(folder)
    rustc = mini_kernel.build(tree)
    version = rustc.run("-V").strip()
    tree.write(CONFIG, f"CONFIG_RUST=y\nCONFIG_RUSTC_VERSION_TEXT={version}\nCONFIG_RUST_IS_AVAILABLE=y\n")
    return rustc, version


class FieldReports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = Path(cls.temporary.name)
        cls.rustc, cls.version = build(cls.folder / "healthy")
        build(cls.folder / "twin")

    def setUp(self):
        self.tree = Copy(self.folder / "tree", self.folder / "healthy")
        self.addCleanup(shutil.rmtree, self.tree.root)

    def configure(self, *symbols):
        """Makes it the configuration of a kernel that can have generated_arch_*_asm.rs and helpers_module.bc."""
        more = "".join(f"CONFIG_{symbol}=y\n" for symbol in symbols)
        self.tree.write(CONFIG, "# Linux/x86 7.2.13 Kernel Configuration\n" + (self.folder / "healthy" / CONFIG).read_text() + more)

    def audit(self, *arguments, tree=None):
        """(exit code, findings)"""
        result = harness.run("audit", *arguments, "--report", "json", ".", cwd=(tree or self.tree).root)
        self.assertIn(result.code, (0, 1), result)
        return result.code, json.loads(result.stdout)["findings"]

    def silent(self, *arguments):
        self.assertEqual(self.audit(*arguments), (0, []))

    def says(self, code, rule, *arguments, mentions=(), **expected):
        """audit ends with `code`, all its findings are of `rule`, and one has these fields and mentions. Returns this one."""
        actual, findings = self.audit(*arguments)
        self.assertEqual({finding["rule"] for finding in findings}, {rule}, findings)
        self.assertEqual(actual, code)
        fitting = [finding for finding in findings if expected.items() <= finding.items()
                   and all(mention in json.dumps(finding) for mention in mentions)]
        self.assertTrue(fitting, f"no {expected} {mentions} in {findings}")
        return fitting[0]

    def refused(self, rule, *arguments, **expected):
        return self.says(1, rule, *arguments, severity="error", **expected)

    # ---- The configuration, and which files there are ----

    def test_1_the_package_has_the_configuration_and_no_crate(self):
        self.silent()
        remove_folder(self.tree, "rust")
        self.refused("no-artifacts", rustc_error="E0463")

    def test_1_crates_without_a_configuration_are_not_called_all_that_a_kernel_needs(self):
        verdict = harness.run("audit", ".", cwd=self.tree.root).stdout
        self.assertTrue(verdict.endswith(b" fit together\n"), verdict)
        remove(self.tree, CONFIG)
        remove(self.tree, "scripts/target.json")
        done = harness.run("audit", ".", cwd=self.tree.root)
        self.assertEqual(done.code, 0, done)
        self.assertIn(b"no include/config/auto.conf", done.stdout)
        remove(self.tree, "rust/libkernel.rmeta")
        self.assertNotIn(b"auto.conf", harness.run("audit", ".", cwd=self.tree.root).stdout)

    def test_2_the_configuration_lost_rust(self):
        for symbols, reason in ((["MODVERSIONS"], "MODVERSIONS"), (["RANDSTRUCT"], "RANDSTRUCT"), (["DEBUG_INFO_BTF", "LTO"], "LTO")):
            with self.subTest(reason):
                self.tree.config("RUST_IS_AVAILABLE", *symbols)
                self.refused("config-dropped", mentions=[reason])
                self.tree.write("requested", "CONFIG_RUST=y\n")
                self.refused("config-dropped", "--requested-config", "requested", mentions=["requested", reason])

    def test_3_a_compiler_was_available_and_that_is_not_enough(self):
        for quoted in "", '"':
            self.tree.write(CONFIG, f"CONFIG_RUST_IS_AVAILABLE=y\nCONFIG_RUSTC_VERSION=109600\n"
                                    f"CONFIG_RUSTC_VERSION_TEXT={quoted}{self.version}{quoted}\n# CONFIG_RUST is not set\n")
            self.refused("config-dropped", mentions=["RUST_IS_AVAILABLE"])

    def test_4_a_script_knows_by_the_exit_code_and_one_line(self):
        ask = "audit", "--quiet", "--rustc-version", self.version, "."
        healthy = harness.run(*ask, cwd=self.tree.root)
        self.assertEqual((healthy.code, healthy.stdout.count(b"\n")), (0, 1), healthy)
        remove(self.tree, "rust/libffi.rmeta")
        broken = harness.run(*ask, cwd=self.tree.root)
        self.assertEqual((broken.code, broken.stdout.count(b"\n")), (1, 1), broken)
        self.assertIn(b"ffi", broken.stdout)

    def test_5_files_that_the_globs_miss(self):
        for symbol, path in (("JUMP_LABEL", "rust/kernel/generated_arch_static_branch_asm.rs"),
                             ("BUG", "rust/kernel/generated_arch_warn_asm.rs"),
                             ("BUG", "rust/kernel/generated_arch_reachable_asm.rs"),
                             ("RUST_INLINE_HELPERS", "rust/helpers/helpers_module.bc")):
            with self.subTest(path):
                self.configure(symbol)
                for made in "static_branch", "warn", "reachable":
                    self.tree.write(f"rust/kernel/generated_arch_{made}_asm.rs", "\"\"")
                self.tree.write("rust/helpers/helpers_module.bc", b"BC\xc0\xde\x35\x14\0\0")
                self.assertEqual(self.audit()[0], 0)
                remove(self.tree, path)
                self.refused("missing-auxiliary", path=path, rustc_error=None)

    # ---- Versions, hashes and what needs what ----

    def test_6_the_rustc_of_the_user_is_another_one(self):
        self.silent("--rustc-version", self.version)
        for other in "rustc 1.70.0 (90c541806 2023-05-31)", f"{self.version} (built from a source tarball)":
            self.refused("rustc-mismatch", "--rustc-version", other, rustc_error="E0514", mentions=[self.version, other])

    def test_6_the_crates_are_not_of_the_rustc_in_the_configuration(self):
        self.tree.write(CONFIG, "CONFIG_RUST=y\nCONFIG_RUSTC_VERSION_TEXT=rustc 1.70.0 (90c541806 2023-05-31)\n")
        self.assertIn("rustc-mismatch", [finding["rule"] for finding in self.audit()[1]])

    def test_7_rustc_was_upgraded_on_the_way(self):
        for path, crate in ((MACROS, "macros"), ("rust/libffi.rmeta", "ffi")):
            with self.subTest(path):
                edit(self.tree, path, breakages.other_version)
                self.refused("rustc-mixed", crate=crate, rustc_error="E0514", mentions=[self.version])
                take(self.tree, self.folder / "healthy", path)

    def test_8_a_proc_macro_is_left_over(self):
        take_as(self.tree, self.folder / "twin", MACROS, "rust/libpin_init_internal.so")
        self.says(0, "stale-artifact", path="rust/libpin_init_internal.so", severity="warning")

    def test_8_a_leftover_is_named_whatever_is_wrong_with_another_kernel(self):
        for name in ("a", "b"):
            Copy(self.tree.root / name, self.folder / "healthy")
        remove_folder(self.tree, "rust")
        remove_folder(self.tree, "include")
        remove_folder(self.tree, "scripts")
        remove(self.tree, "a/rust/libcore.rmeta")
        take_as(self.tree, self.folder / "twin", MACROS, "b/rust/libpin_init_internal.so")
        code, found = self.audit()
        self.assertEqual(code, 1)
        self.assertIn(("stale-artifact", "b/rust/libpin_init_internal.so"), [(each["rule"], each["path"]) for each in found])

    def test_9_core_is_not_there(self):
        remove(self.tree, "rust/libcore.rmeta")
        self.refused("missing-crate", crate="core", rustc_error="E0463")

    def test_10_parts_of_two_builds(self):
        for path in mini_kernel.CLOSURE:
            with self.subTest(path):
                take(self.tree, self.folder / "twin", path)
        self.silent()  # all of the second build
        take(self.tree, self.folder / "healthy", "rust/libffi.rmeta")
        finding = self.refused("crate-hash-mismatch", crate="ffi", rustc_error="E0460")
        self.assertTrue(finding["evidence"], finding)

    # ---- Targets and machines ----

    def test_11_the_target_specification_is_another_one(self):
        edit(self.tree, "scripts/target.json", breakages.reformatted)
        self.refused("target-mismatch", rustc_error="E0461")

    def test_12_proc_macros_of_a_cross_build(self):
        self.silent("--host-arch", MACHINE)
        self.refused("host-arch-mismatch", "--host-arch", "aarch64" if MACHINE != "aarch64" else "x86_64", path=MACROS, mentions=[MACHINE])

    def test_17_the_configuration_was_made_anew_without_a_compiler(self):
        before = harness.run("scan", "--format", "json", ".", cwd=self.tree.root)
        self.tree.write("before.json", before.stdout)
        self.tree.config("RUST_IS_AVAILABLE")
        finding = self.refused("config-dropped", mentions=[self.version, "configured again"])
        self.assertIn("restore", finding["fix"])
        changes = harness.run("diff", "before.json", ".", cwd=self.tree.root).stdout.decode()
        self.assertNotIn("target.json", changes)

    def test_18_one_crate_has_other_target_modifiers(self):
        if int(re.match(r"rustc 1\.(\d+)", self.version)[1]) < 91:
            self.skipTest("this rustc has no -Zretpoline")
        remove(self.tree, "rust/libkernel.rmeta")
        rustc = mini_kernel.Compiler(self.tree)
        rustc.crate("kernel", mini_kernel.NO_CORE + "extern crate core; extern crate ffi; #[macro_use] extern crate macros;",
                    "-Zretpoline", "-Cunsafe-allow-abi-mismatch=retpoline")
        self.refused("target-mismatch", crate="kernel", mentions=["target modifiers"])

    # ---- Sections and members ----

    def test_13_stripped_proc_macros(self):
        for command in "objcopy -R .rustc", "strip -R .rustc", "llvm-strip", "eu-strip", "eu-strip --strip-sections":
            with self.subTest(command):
                try:
                    take(self.tree, self.folder / "healthy", MACROS)
                    run_tool(self.tree, MACROS, *command.split())
                except breakages.Skip as reason:
                    self.skipTest(reason)
                self.refused("stripped-metadata", path=MACROS, crate="macros", rustc_error="E0786")

    def test_13_ways_of_stripping_that_do_no_harm(self):
        for command in "strip", "strip --strip-unneeded", "strip -g", "llvm-strip -g", "llvm-strip --keep-section=.rustc", "eu-strip -g":
            with self.subTest(command):
                try:
                    take(self.tree, self.folder / "healthy", MACROS)
                    run_tool(self.tree, MACROS, *command.split())
                except breakages.Skip as reason:
                    self.skipTest(reason)
                self.silent()

    def test_14_an_rlib_without_metadata(self):
        rlibs = harness.Tree(self.folder / "rlibs")
        self.addCleanup(shutil.rmtree, rlibs.root)
        for name, source in ("leaf", "#![no_std] pub fn leaf() {}"), ("user", "#![no_std] pub use leaf::leaf;"):
            extern = ["--extern", "leaf"] if name == "user" else []
            self.rustc.run("--crate-name", name, "--crate-type", "rlib", "--edition=2021", "-L", rlibs.root, *extern,
                           "-o", rlibs / f"lib{name}.rlib", "-", source=source)
        code, before = self.audit(tree=rlibs)
        self.assertEqual(code, 0, before)
        subprocess.run(["ar", "d", rlibs / "libleaf.rlib", "lib.rmeta"], check=True, capture_output=True)
        code, findings = self.audit(tree=rlibs)
        self.assertEqual(code, 1)
        self.assertIn(("rlib-without-metadata", "libleaf.rlib"), [(finding["rule"], finding["path"]) for finding in findings])

    # ---- Links and what is no artifact ----

    def test_15_the_link_leads_to_a_package_that_is_not_there(self):
        move(self.tree, "rust", "linux-lib-rust")
        self.tree.link("rust", "linux-lib-rust")
        self.silent()
        self.tree.link("rust", "../linux-lib-rust-6.8.0/rust")
        code, findings = self.audit()
        self.assertEqual(code, 1)
        self.assertIn(("escaping-link", "rust"), [(finding["rule"], finding["path"]) for finding in findings])

    def test_15_links_that_lead_out_or_are_absolute(self):
        move(self.tree, "rust/libffi.rmeta", "other.rmeta")
        for target, rule in ((self.tree / "other.rmeta", "absolute-link"), ("../../healthy/rust/libffi.rmeta", "escaping-link")):
            with self.subTest(rule):
                self.tree.link("rust/libffi.rmeta", target)
                self.says(0, rule, path="rust/libffi.rmeta", severity="warning")

    def test_16_shared_libraries_that_are_no_proc_macros(self):
        for path in "arch/x86/entry/vdso/vdso64.so", "rust/libother.so":
            breakages.c_library(self.tree, path)
        self.silent()


if __name__ == "__main__":
    harness.main()
