# SPDX-License-Identifier: MIT OR Apache-2.0
"""Kernel modules and objects: what `inspect` reads of them, against modinfo(8), and what `audit` finds.

The modules are made as modpost makes them: a C file with .modinfo, a this_module section, and checksums; the signature is
openssl's, put at the end as scripts/sign-file does.
"""

import json
import shutil
import struct
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
from harness import ScanTest, main, run

RUSTC = "/usr/bin/rustc"
VERMAGIC = "6.12.1-test SMP preempt mod_unload "
MARKER = b"~Module signature appended~\n"


def tool(*command, cwd):
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr.decode()}")
    return done.stdout


class Modules(ScanTest):
    maxDiff = 2000

    def module(self, name, vermagic=VERMAGIC, rust=False, versions=None, extended=False, more=(), own_c=False):
        """build/NAME.ko"""
        folder = self.folder / "build"
        folder.mkdir(exist_ok=True)
        info = ["license=GPL", "depends=first,second", f"name={name}", f"vermagic={vermagic}", "import_ns=TEST_NS", "srcversion=0123456789ABCDEF01234567", *more]
        lines = [f'static const char m{i}[] __attribute__((section(".modinfo"), used)) = "{text}";' for i, text in enumerate(info)]
        lines.append('struct { char name[64]; } this_module __attribute__((section(".gnu.linkonce.this_module"))) = {"' + name + '"};')
        if versions:
            lines.append('struct { unsigned long crc; char name[56]; } v[] __attribute__((section("__versions"), used)) = {'
                         + ",".join(f'{{0x12345678, "{symbol}"}}' for symbol in versions) + "};")
        if extended:
            lines.append('static const unsigned c[] __attribute__((section("__version_ext_crcs"), used)) = {1, 2, 3};')
            lines.append(r'static const char n[] __attribute__((section("__version_ext_names"), used)) = "a\0b\0c";')
        (folder / f"{name}.mod.c").write_text("\n".join(lines) + "\n")
        tool("gcc", "-c", f"{name}.mod.c", cwd=folder)
        parts = [f"{name}.mod.o"]
        if rust:
            (folder / "r.rs").write_text('#![no_std]\n#[no_mangle] pub extern "C" fn init_module(v: u32) -> u32 { help(v) }\n'
                                         "#[inline(never)] pub fn help(v: u32) -> u32 { v.isqrt() }\n")
            tool(RUSTC, "--crate-type=lib", "--emit=obj", "-Cpanic=abort", "-Crelocation-model=static", "-o", "r.o", "r.rs", cwd=folder)
            parts.append("r.o")
        if own_c:
            (folder / "own.c").write_text("int own(void) { return 1; }\n")
            tool("gcc", "-c", "own.c", cwd=folder)
            parts.append("own.o")
        tool("ld", "-r", "-o", f"{name}.ko", *parts, cwd=folder)
        return folder / f"{name}.ko"

    def sign(self, module, header=struct.pack(">8BI", 0, 0, 2, 0, 0, 0, 0, 0, 0)[:8], spoil=lambda message: message, announce=None):
        if not shutil.which("openssl"):
            self.skipTest("no openssl to sign with")
        if not (self.folder / "key.pem").exists():
            tool("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=test", cwd=self.folder)
        message = tool("openssl", "cms", "-sign", "-binary", "-noattr", "-nocerts", "-outform", "DER", "-signer", "cert.pem", "-inkey", "key.pem",
                       "-in", module, cwd=self.folder)
        size = len(message) if announce is None else announce
        module.write_bytes(module.read_bytes() + spoil(message) + header + struct.pack(">I", size) + MARKER)
        return module

    def inspect(self, module):
        return json.loads(run("inspect", "--format", "json", str(module)).stdout)

    def kernel(self, *symbols, release="6.12.1-test"):
        self.tree.config(*symbols)
        self.tree.write("include/config/kernel.release", release + "\n")
        return self.tree.root

    def findings(self, *paths, code=None):
        done = run("audit", "--for", "kernel", *map(str, paths), "--report", "json", cwd=self.folder)
        self.assertIn(done.code, (0, 1), done)
        return {(one["rule"], one["severity"], Path(one["path"]).name) for one in json.loads(done.stdout)["findings"]
                if not one["rule"].startswith("config-")}

    # ---- What inspect reads ----

    def test_modinfo_is_what_modinfo_says(self):
        if not shutil.which("modinfo"):
            self.skipTest("no kmod")
        module = self.module("fine", more=("author=A = B", "alias=pci:v*"))
        facts = self.inspect(module)["module"]
        for tag in "name", "vermagic", "license", "srcversion":
            self.assertEqual(facts[tag], tool("modinfo", "-F", tag, module, cwd=self.folder).decode().splitlines()[0])
        self.assertEqual(facts["depends"], ["first", "second"])
        self.assertEqual(facts["import_ns"], ["TEST_NS"])
        self.assertIn({"tag": "author", "value": "A = B"}, facts["modinfo"])
        self.assertEqual((facts["signature"], facts["btf"], facts["versions"], facts["extended_versions"]), ("absent", False, None, None))

    def test_checksums_are_counted(self):
        facts = self.inspect(self.module("counted", versions=["module_layout", "printk"], extended=True))["module"]
        self.assertEqual((facts["versions"], facts["extended_versions"]), (2, 3))

    def test_a_module_is_rust_when_only_kbuild_brought_c(self):
        artifact = self.inspect(self.module("rust", rust=True))
        self.assertEqual((artifact["kind"], artifact["object"]["language"]), ("kernel-module", "rust"))
        self.assertTrue(artifact["object"]["producer"].startswith("rustc version "))
        self.assertEqual(self.inspect(self.module("both", rust=True, own_c=True))["object"]["language"], "mixed")
        self.assertEqual(self.inspect(self.module("plain", own_c=True))["object"]["language"], "c")

    def test_a_rust_module_is_rust_after_strip_debug_and_without_symbols_a_note_says_what_is_open(self):
        module = self.module("stripped", rust=True)
        tool("strip", "--strip-debug", module, cwd=self.folder)  # as modules_install does with INSTALL_MOD_STRIP=1
        self.assertEqual(self.inspect(module)["object"]["language"], "rust")
        both = self.module("both_stripped", rust=True, own_c=True)
        tool("strip", "--strip-debug", both, cwd=self.folder)
        artifact = self.inspect(both)
        self.assertEqual(artifact["object"]["language"], "mixed")
        self.assertIn("#[no_mangle]", artifact["notes"][0])  # a function of C, or one of Rust with a name of C
        tool("objcopy", "--strip-all", "--remove-section=.symtab", module, cwd=self.folder)
        artifact = self.inspect(module)
        self.assertEqual(artifact["object"]["language"], "mixed")
        self.assertIn("Kbuild", artifact["notes"][0])

    def test_a_signature_is_well_formed_or_damaged(self):
        self.assertEqual(self.inspect(self.sign(self.module("good")))["module"]["signature"], "well-formed")
        damages = {
            "cut": dict(spoil=lambda message: message[:-1]),
            "long": dict(announce=1 << 30),
            "type": dict(header=bytes([0, 0, 1, 0, 0, 0, 0, 0])),
            "nonzero": dict(header=bytes([1, 0, 2, 0, 0, 0, 0, 0])),
            "content": dict(spoil=lambda message: message.replace(bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010703"))),
        }
        for name, damage in damages.items():
            with self.subTest(name):
                self.assertEqual(self.inspect(self.sign(self.module(name), **damage))["module"]["signature"], "malformed")
        module = self.module("marker")
        module.write_bytes(MARKER)
        self.assertEqual(run("inspect", str(module)).code, 3)

    def test_a_compressed_module_is_read_like_the_plain_one(self):
        module = self.sign(self.module("m", rust=True))
        plain = self.inspect(module)
        for command in ["gzip", "-9", "-n", "-k"], ["xz", "--check=crc32", "--lzma2=dict=1MiB", "-k"], ["zstd", "-q", "-k"]:
            if not shutil.which(command[0]):
                continue
            tool(*command, module, cwd=self.folder)
            packed = Path(f"{module}.{dict(gzip='gz', xz='xz', zstd='zst')[command[0]]}")
            with self.subTest(packed.name):
                got = self.inspect(packed)
                for field in "kind", "elf", "object", "module":
                    self.assertEqual(got[field], plain[field])
                self.assertEqual(got["size"], packed.stat().st_size)
                self.assertIn(f"{module.stat().st_size} bytes", got["notes"][0])
                self.assertEqual(self.findings(self.kernel("SMP"), packed), {("vermagic-mismatch", "error", packed.name)})
                packed.write_bytes(packed.read_bytes()[:-20])
                self.fails(run("inspect", str(packed)), 3, "damaged or cut off")

    def test_what_unpacks_without_end_is_refused(self):
        bomb = self.tree / "m.ko.gz"
        with open(bomb, "wb") as packed:
            zeros = subprocess.Popen(["head", "-c", "200M", "/dev/zero"], stdout=subprocess.PIPE)
            subprocess.run(["gzip", "-9"], stdin=zeros.stdout, stdout=packed, check=True)
            zeros.stdout.close()
            zeros.wait()
        self.fails(run("inspect", "m.ko.gz", cwd=self.tree.root), 3, "over the limit unfolded-bytes")

    # ---- What audit finds ----

    def test_a_module_for_the_kernel_is_sound(self):
        kernel = self.kernel("SMP", "PREEMPT_BUILD", "MODULE_UNLOAD")
        self.assertEqual(self.findings(kernel, self.module("fine", rust=True)), set())

    def test_vermagic_of_another_kernel(self):
        kernel = self.kernel("SMP", "PREEMPT_BUILD", "MODULE_UNLOAD")
        for vermagic in "6.12.2-test SMP preempt mod_unload ", "6.12.1-test SMP mod_unload ", "6.12.1-test SMP preempt mod_unload modversions ":
            self.assertEqual(self.findings(kernel, self.module("m", vermagic)), {("vermagic-mismatch", "error", "m.ko")}, vermagic)

    def test_either_word_will_do_where_both_kinds_of_preemption_are_set(self):
        kernel = self.kernel("SMP", "PREEMPT_BUILD", "PREEMPT_RT", "MODULE_UNLOAD")
        for word, findings in ("preempt", set()), ("preempt_rt", set()), ("", {("vermagic-mismatch", "error", "m.ko")}):
            self.assertEqual(self.findings(kernel, self.module("m", f"6.12.1-test SMP {word} mod_unload ")), findings, word)
        kernel = self.kernel("SMP", "PREEMPT_RT", "MODULE_UNLOAD")
        self.assertEqual(self.findings(kernel, self.module("m")), {("vermagic-mismatch", "error", "m.ko")})
        self.assertEqual(self.findings(kernel, self.module("m", "6.12.1-test SMP preempt_rt mod_unload ")), set())

    def test_with_checksums_the_release_is_let_off(self):
        kernel = self.kernel("SMP", "PREEMPT_BUILD", "MODULE_UNLOAD", "MODVERSIONS")
        module = self.module("m", "6.12.0 SMP preempt mod_unload modversions ", versions=["module_layout"])
        self.assertEqual(self.findings(kernel, module), {("vermagic-mismatch", "info", "m.ko")})

    def test_modules_of_one_set_agree(self):
        modules = [self.module("a"), self.module("b"), self.module("c", "5.4.0 SMP ")]
        self.assertEqual(self.findings(*modules), {("vermagic-mismatch", "warning", "c.ko")})

    def test_the_folder_of_installed_modules_names_their_kernel(self):
        for release in "6.12.1-test", "6.13.0":
            folder = self.tree.root / "lib/modules" / release
            folder.mkdir(parents=True)
            shutil.copy(self.module("m"), folder / f"of{release}.ko")
        done = run("audit", ".", "--modules", "--report", "json", cwd=self.tree.root)
        self.assertEqual([(one["rule"], one["path"]) for one in json.loads(done.stdout)["findings"]],
                         [("vermagic-mismatch", "lib/modules/6.13.0/of6.13.0.ko")])

    def test_without_modules_a_tree_is_not_searched_for_them(self):
        self.tree.write("lib/modules/1/m.ko", self.module("m").read_bytes())
        self.fails(run("audit", ".", cwd=self.tree.root), 3, "no Rust artifacts")

    def test_signatures_are_asked_for_as_the_kernel_asks(self):
        base = ("SMP", "PREEMPT_BUILD", "MODULE_UNLOAD")
        plain, signed, damaged = self.module("plain"), self.sign(self.module("signed")), self.sign(self.module("damaged"), announce=1 << 30)
        expected = {
            (): {("module-unsigned", "warning", "damaged.ko")},
            ("MODULE_SIG",): {("module-unsigned", "warning", "plain.ko"), ("module-unsigned", "error", "damaged.ko")},
            ("MODULE_SIG", "MODULE_SIG_FORCE"): {("module-unsigned", "error", "plain.ko"), ("module-unsigned", "error", "damaged.ko")},
        }
        for symbols, findings in expected.items():
            with self.subTest(symbols):
                self.assertEqual(self.findings(self.kernel(*base, *symbols), plain, signed, damaged), findings)

    def test_what_modules_install_will_sign_is_no_error_before(self):
        kernel = self.kernel("SMP", "PREEMPT_BUILD", "MODULE_UNLOAD", "MODULE_SIG", "MODULE_SIG_ALL", "MODULE_SIG_FORCE")
        module = self.module("m")
        shutil.copy(module, kernel / "m.ko")
        self.assertEqual(self.findings(kernel, kernel / "m.ko"), {("module-unsigned", "info", "m.ko")})
        self.assertEqual(self.findings(kernel, module), {("module-unsigned", "error", "m.ko")})

    def test_checksums_of_rust(self):
        base = ("SMP", "PREEMPT_BUILD", "MODULE_UNLOAD", "MODVERSIONS")
        vermagic = "6.12.1-test SMP preempt mod_unload modversions "
        rule = "modversions-without-gendwarfksyms"
        without, with_ = self.module("without", vermagic, rust=True), self.module("with", vermagic, rust=True, versions=["module_layout"], extended=True)
        self.assertEqual(self.findings(self.kernel(*base), with_), {(rule, "error", "with.ko")})
        kernel = self.kernel(*base, "GENDWARFKSYMS")
        self.assertEqual(self.findings(kernel, with_, without), {(rule, "error", "without.ko")})
        self.assertEqual(self.findings(kernel, self.module("c", vermagic)), set())

    def test_names_that_do_not_fit_into_an_entry_of_versions(self):
        kernel = self.kernel("SMP", "PREEMPT_BUILD", "MODULE_UNLOAD", "MODVERSIONS", "GENDWARFKSYMS")
        folder = self.module("whole", "6.12.1-test SMP preempt mod_unload modversions ", versions=["module_layout"]).parent
        too_long = {("modversions-without-gendwarfksyms", "error", "m.ko")}
        for bits, size, findings in ("64", 55, set()), ("64", 56, too_long), ("32", 59, set()), ("32", 60, too_long):
            with self.subTest(bits=bits, size=size):
                (folder / "asks.c").write_text(f"void {'a' * size}(void); void asks(void) {{ {'a' * size}(); }}\n"
                                               '__asm__(".section .comment; .asciz \\"rustc version 1.90.0\\"; .text");\n')
                tool("gcc", f"-m{bits}", "-c", "-fno-pic", "asks.c", "whole.mod.c", cwd=folder)
                tool("ld", "-m", {"64": "elf_x86_64", "32": "elf_i386"}[bits], "-r", "-o", "m.ko", "asks.o", "whole.mod.o", cwd=folder)
                self.assertEqual(self.findings(kernel, folder / "m.ko"), findings)

    # ---- Objects for a kernel ----

    def obstacles(self, name, source, *options, kind="lib"):
        (self.folder / "o.rs").write_text(source)
        tool(RUSTC, f"--crate-type={kind}", *([] if kind == "staticlib" else ["--emit=obj"]), *options, "-o", name, "o.rs", cwd=self.folder)
        found = {(rule, severity) for rule, severity, _ in self.findings(name)}
        shown = {(one["rule"], one["severity"]) for one in self.inspect(self.folder / name)["object"]["kernel_fitness"]["obstacles"]}
        self.assertEqual(found, shown)
        return found

    NO_STD = '#![no_std]\nextern "C" { static E: u32; }\n#[no_mangle] pub unsafe extern "C" fn f() -> u32 { E }\n'
    KERNEL = ("-Cpanic=abort", "-Crelocation-model=static", "-Ccode-model=kernel", "-Cno-redzone=y")

    def test_an_object_made_as_kbuild_makes_it_has_no_obstacle(self):
        self.assertEqual(self.obstacles("k.o", self.NO_STD, *self.KERNEL), set())
        self.assertEqual(self.inspect(self.folder / "k.o")["object"]["kernel_fitness"]["undecided"], ["red zone", "vector registers"])

    def test_position_independent_code_is_proven_by_its_relocations(self):
        self.assertEqual(self.obstacles("pic.o", self.NO_STD, "-Cpanic=abort"), {("foreign-relocation", "error")})

    def test_std_and_the_allocator_are_nobodys_in_a_kernel(self):
        self.assertIn(("needs-std", "error"), self.obstacles("std.o", 'pub fn f() { println!("x") }', *self.KERNEL))
        alloc = "#![no_std]\nextern crate alloc;\npub fn f(b: &[u8]) -> alloc::vec::Vec<u8> { b.to_vec() }\n"
        self.assertIn(("unresolved-runtime", "warning"), self.obstacles("alloc.o", alloc, "-Copt-level=2", *self.KERNEL))
        # With all of std in one archive nothing of std is missing; but it is not for a kernel either.
        self.assertNotIn(("needs-std", "error"), self.obstacles("libs.a", '#[no_mangle] pub extern "C" fn f() { println!("x") }', kind="staticlib"))

    def test_bitcode_is_no_machine_code(self):
        (self.folder / "o.rs").write_text(self.NO_STD)
        tool(RUSTC, "--crate-type=lib", "--emit=obj", "-Clinker-plugin-lto", "-o", "bc.o", "o.rs", cwd=self.folder)
        self.assertEqual(self.findings("bc.o"), {("bitcode-only", "error", "bc.o")})

    def test_floating_point_without_its_registers(self):
        (self.folder / "f.c").write_text("__float128 f(__float128 a, __float128 b) { return a + b; }\n")
        tool("gcc", "-c", "-fno-pic", "f.c", cwd=self.folder)
        self.assertIn(("kernel-float", "warning", "f.o"), self.findings("f.o"))

    def test_gcc_says_which_registers_it_could_use(self):
        (self.folder / "g.c").write_text("int g(void) { return 1; }\n")
        tool("gcc", "-c", "-g", "-fno-pic", "g.c", cwd=self.folder)
        self.assertEqual(self.findings("g.o"), {("user-space-options", "warning", "g.o")})
        tool("gcc", "-c", "-g", "-fno-pic", "-mno-red-zone", "-mno-sse", "g.c", cwd=self.folder)
        self.assertEqual(self.findings("g.o"), set())
        self.assertEqual(self.inspect(self.folder / "g.o")["object"]["kernel_fitness"]["undecided"], [])
        for options in ["-mno-red-zone", "-mno-sse4"], ["-mno-sse", "-mno-red-zone", "-mred-zone"], ["-mno-sse", "-mno-red-zone", "-msse"]:
            tool("gcc", "-c", "-g", "-fno-pic", *options, "g.c", cwd=self.folder)
            self.assertEqual(self.findings("g.o"), {("user-space-options", "warning", "g.o")}, options)
        tool("gcc", "-c", "-g", "-fno-pic", "-mred-zone", "-mno-red-zone", "-mgeneral-regs-only", "g.c", cwd=self.folder)
        self.assertEqual(self.findings("g.o"), set())
        tool("gcc", "-c", "-fno-pic", "g.c", cwd=self.folder)
        self.assertEqual(self.findings("g.o"), set())
        self.assertEqual(self.inspect(self.folder / "g.o")["object"]["kernel_fitness"]["undecided"], ["red zone", "vector registers"])

    def test_vector_registers_that_the_assembler_noted(self):
        (self.folder / "v.c").write_text("double v(double a) { return a * 2; }\n")
        tool("gcc", "-c", "-O1", "-fno-pic", "-Wa,-mx86-used-note=yes", "v.c", cwd=self.folder)
        self.assertEqual(self.findings("v.o"), {("kernel-float", "warning", "v.o")})

    def test_a_missing_stack_note(self):
        (self.folder / "s.S").write_text(".text\n.globl s\ns: ret\n")
        tool("gcc", "-c", "s.S", cwd=self.folder)
        self.assertEqual(self.findings("s.o"), {("missing-stack-note", "info", "s.o")})


if __name__ == "__main__":
    main()
