# SPDX-License-Identifier: MIT OR Apache-2.0
"""Objects for a kernel of another machine, as rustc and clang compile them here.

readelf names the relocations that the compilers wrote, and ACCEPTED are those that arch/*/kernel/module*.c of Linux 7.3 applies, by the
names that stand there: audit has to find fault with an object when it has another one, and only then. Of where functions take
floating point from, the judge is lld, when it is to make one file of an object and of what Kbuild's options compile.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
from harness import ScanTest, main, run

RUSTC = "/usr/bin/rustc"
RUST = """
#![feature(no_core, lang_items)]
#![no_core]
#![allow(internal_features)]
#[lang = "pointee_sized"] pub trait PointeeSized {}
#[lang = "meta_sized"] pub trait MetaSized: PointeeSized {}
#[lang = "sized"] pub trait Sized: MetaSized {}
#[lang = "copy"] pub trait Copy {}
#[lang = "sync"] pub unsafe trait Sync {}
#[lang = "freeze"] unsafe trait Freeze {}
impl Copy for u32 {}
unsafe impl Sync for u32 {}
extern "C" { static elsewhere: u32; fn called() -> u32; }
#[no_mangle] pub unsafe extern "C" fn reads() -> u32 { elsewhere }
#[no_mangle] pub unsafe extern "C" fn calls() -> u32 { called(); elsewhere }
"""
C = """
extern int elsewhere, called(void);
static int own[100];
int *const table[] = {&elsewhere, own + 3};
int reads(int i) { return elsewhere + own[i] + called(); }
#ifdef THREAD
static __thread int mine;
extern __thread int others;
int of_thread(void) { return mine++ + others; }
#endif
"""
ACCEPTED = {
    "R_AARCH64": "NONE ABS64 ABS32 ABS16 PREL64 PREL32 PREL16 MOVW_UABS_G0 MOVW_UABS_G0_NC MOVW_UABS_G1 MOVW_UABS_G1_NC MOVW_UABS_G2 MOVW_UABS_G2_NC "
                 "MOVW_UABS_G3 MOVW_SABS_G0 MOVW_SABS_G1 MOVW_SABS_G2 MOVW_PREL_G0 MOVW_PREL_G0_NC MOVW_PREL_G1 MOVW_PREL_G1_NC MOVW_PREL_G2 "
                 "MOVW_PREL_G2_NC MOVW_PREL_G3 LD_PREL_LO19 ADR_PREL_LO21 ADR_PREL_PG_HI21 ADR_PREL_PG_HI21_NC ADD_ABS_LO12_NC LDST8_ABS_LO12_NC "
                 "LDST16_ABS_LO12_NC LDST32_ABS_LO12_NC LDST64_ABS_LO12_NC LDST128_ABS_LO12_NC TSTBR14 CONDBR19 JUMP26 CALL26",
    "R_RISCV": "32 64 BRANCH JAL CALL CALL_PLT GOT_HI20 PCREL_HI20 PCREL_LO12_I PCREL_LO12_S HI20 LO12_I LO12_S ADD8 ADD16 ADD32 ADD64 SUB8 SUB16 SUB32 "
               "SUB64 ALIGN RVC_BRANCH RVC_JUMP RELAX SUB6 SET6 SET8 SET16 SET32 32_PCREL PLT32 SET_ULEB128 SUB_ULEB128",
    "R_LARCH": "NONE 32 64 MARK_LA MARK_PCREL SOP_PUSH_PCREL SOP_PUSH_ABSOLUTE SOP_PUSH_DUP SOP_PUSH_PLT_PCREL ADD32 ADD64 SUB32 SUB64 B26 PCALA_HI20 "
               "PCALA_LO12 PCALA64_LO20 PCALA64_HI12 GOT_PC_HI20 GOT_PC_LO12 32_PCREL 64_PCREL",
    "R_390": "NONE 8 12 16 20 32 64 PC16 PC16DBL PC32DBL PC32 PC64 GOT12 GOT16 GOT20 GOT32 GOT64 GOTENT GOTPLT12 GOTPLT20 GOTPLT16 GOTPLT32 GOTPLT64 "
             "GOTPLTENT PLT16DBL PLT32DBL PLT32 PLT64 PLTOFF16 PLTOFF32 PLTOFF64 GOTOFF16 GOTOFF32 GOTOFF64 GOTPC GOTPCDBL",
    "R_ARM": "NONE ABS32 TARGET1 PC24 CALL JUMP24 V4BX PREL31 REL32 MOVW_ABS_NC MOVT_ABS MOVW_PREL_NC MOVT_PREL ALU_PC_G0_NC ALU_PC_G1_NC LDR_PC_G2 "
             "THM_CALL THM_JUMP24 THM_MOVW_ABS_NC THM_MOVT_ABS THM_MOVW_PREL_NC THM_MOVT_PREL",
}
# What kbuild tells the compilers.
MACHINES = {
    "aarch64": ("aarch64-unknown-none-softfloat", [], "aarch64-linux-gnu", ["-mgeneral-regs-only"]),
    "riscv": ("riscv64imac-unknown-none-elf", ["-Ccode-model=medium"], "riscv64-linux-gnu", ["-march=rv64imac", "-mabi=lp64", "-mcmodel=medany"]),
    "loongarch": ("loongarch64-unknown-none-softfloat", ["-Ccode-model=small"], "loongarch64-linux-gnusf", ["-mno-relax"]),
    "s390": ("s390x-unknown-none-softfloat", [], "s390x-linux-gnu", ["-msoft-float", "-mpacked-stack", "-mbackchain"]),
    "arm": ("arm-unknown-linux-gnueabi", [], "arm-linux-gnueabi", ["-march=armv7-a", "-mfloat-abi=soft"]),
}
# What programs are compiled with, or could be.
HARD_FLOAT = {
    "aarch64": [("aarch64-unknown-none", "aarch64-linux-gnu", [])],
    "riscv": [("riscv64gc-unknown-linux-gnu", "riscv64-linux-gnu", ["-march=rv64gc", "-mabi=lp64d"]),
              (None, "riscv64-linux-gnu", ["-march=rv64imaf", "-mabi=lp64f"]), (None, "riscv64-linux-gnu", ["-march=rv64gcv", "-mabi=lp64"])],
    "loongarch": [("loongarch64-unknown-linux-gnu", "loongarch64-linux-gnu", ["-mabi=lp64d"]), (None, "loongarch64-linux-gnu", ["-mabi=lp64f"])],
    "s390": [("s390x-unknown-linux-gnu", "s390x-linux-gnu", ["-march=z13"])],
    "arm": [("armv7-unknown-linux-gnueabihf", "arm-linux-gnueabihf", ["-march=armv7-a"])],
}
STATIC, SHARED = "-Crelocation-model=static", "-Crelocation-model=pic"


class Machines(ScanTest):
    maxDiff = 2000

    def rust(self, target, *options):
        (self.folder / "m.rs").write_text(RUST)
        done = subprocess.run([RUSTC, "--target", target, "--crate-type=lib", "--emit=obj", "-O", "-Cpanic=abort", "-o", "m.o", *options, "m.rs"],
                              cwd=self.folder, env={**os.environ, "RUSTC_BOOTSTRAP": "1"}, capture_output=True, text=True)
        if done.returncode:
            self.skipTest(f"rustc compiles nothing for {target}: {done.stderr[:300]}")
        return "m.o"

    def c(self, target, *options):
        (self.folder / "c.c").write_text(C)
        done = subprocess.run([harness.newest_clang(), f"--target={target}", "-O1", "-c", "-o", "c.o", *options, "c.c"], cwd=self.folder,
                              capture_output=True, text=True)
        if done.returncode:
            self.skipTest(f"clang compiles nothing for {target}: {done.stderr[:300]}")
        return "c.o"

    def written(self, file):
        """Relocations in what is loaded, as readelf names them."""
        text = subprocess.run(["readelf", "-rW", file], cwd=self.folder, capture_output=True, text=True, check=True).stdout
        names = set()
        for section in re.split(r"Relocation section '", text)[1:]:
            if not section.startswith((".rela.debug", ".rel.debug")):
                names |= set(re.findall(r"^[0-9a-f]+ +[0-9a-f]+ +(R_\w+|unrecognized: \w+)", section, re.M))
        return names

    def judge(self, file, *options):
        """Audit agrees with the kernel; True when both have no objection."""
        written = self.written(file)
        self.assertTrue(written, options)
        prefix = next(prefix for prefix in ACCEPTED if any(name.startswith(prefix + "_") for name in written))
        refused = {name for name in written if name.removeprefix(prefix + "_") not in ACCEPTED[prefix].split()}
        done = run("audit", "--for", "kernel", "--report", "json", file, cwd=self.folder)
        found = [one["evidence"]["relocation"] for one in json.loads(done.stdout)["findings"] if one["rule"] == "foreign-relocation"]
        self.assertEqual(bool(found), bool(refused), (file, options, written, found))
        if found and not any(name.startswith("unrecognized") for name in refused):  # by an older readelf
            self.assertIn(found[0], refused, options)
        return not refused

    def test_what_kbuild_compiles_is_fit_and_code_for_shared_libraries_is_not_where_there_is_no_got(self):
        for machine, (target, options, clang_target, clang_options) in MACHINES.items():
            with self.subTest(machine):
                self.assertTrue(self.judge(self.rust(target, STATIC, *options), machine, STATIC))
                self.assertTrue(self.judge(self.c(clang_target, "-fno-pic", *clang_options), machine, "-fno-pic"))
                has_got = machine in ("riscv", "loongarch", "s390")
                self.assertEqual(self.judge(self.rust(target, SHARED, *options), machine, SHARED), has_got)
                self.assertEqual(self.judge(self.c(clang_target, "-fPIC", *clang_options), machine, "-fPIC"), has_got)

    def test_variables_of_a_thread_are_fit_nowhere(self):
        for machine, (_, _, target, options) in MACHINES.items():
            for model in "local-exec", "initial-exec", "global-dynamic":
                with self.subTest(f"{machine} {model}"):
                    pic = "-fno-pic" if model == "local-exec" else "-fPIC"
                    self.assertFalse(self.judge(self.c(target, "-DTHREAD", f"-ftls-model={model}", pic, *options), machine, model))

    def test_calls_of_the_default_code_model_of_loongarch(self):
        self.assertFalse(self.judge(self.rust(MACHINES["loongarch"][0], STATIC), "as rustc has it"))

    def test_another_float_abi_than_a_kernels_is_an_error_where_it_cannot_be_linked(self):
        linker = shutil.which(harness.newest_clang().replace("clang", "ld.lld"))
        if not linker:
            self.skipTest("no lld of clang's version: older ones do not know all machines")
        refused = []
        for machine, compiled in HARD_FLOAT.items():
            _, _, kernel_target, kernel_options = MACHINES[machine]
            kernels = shutil.copy(self.folder / self.c(kernel_target, "-Dreads=of_kernel", "-Dtable=its", *kernel_options), self.folder / "kernel.o")
            self.assertEqual(self.float_errors("kernel.o"), [])
            for rust_target, target, options in compiled:
                for file in ([self.rust(rust_target, STATIC)] if rust_target else []) + [self.c(target, *options)]:
                    with self.subTest(f"{machine} {file} {options}"):
                        linked = subprocess.run([linker, "-r", "-o", "both.o", kernels, file], cwd=self.folder, capture_output=True, text=True)
                        self.assertEqual("different" in linked.stderr and "ABI" in linked.stderr, linked.returncode != 0, linked.stderr)
                        found = self.float_errors(file)
                        self.assertEqual(len(found), int(linked.returncode != 0), linked.stderr)
                        refused += [one["message"] for one in found]
                        if found:
                            (self.folder / "both.a").unlink(missing_ok=True)
                            subprocess.run(["ar", "rc", "both.a", "kernel.o", file], cwd=self.folder, check=True)
                            message, = (one["message"] for one in self.float_errors("both.a"))
                            self.assertTrue(message.startswith("1 of 2 objects was compiled") and message.endswith(f"(first: {file})"), message)
        said = "was compiled for the {}-float ABI, and kernels of {} for the soft-float one"
        self.assertEqual(refused, [said.format(width, machine) for machine in ("riscv", "loongarch") for width in ("double", "double", "single")])

    def float_errors(self, file):
        done = run("audit", "--for", "kernel", "--report", "json", file, cwd=self.folder)
        return [one for one in json.loads(done.stdout)["findings"] if one["rule"] == "kernel-float" and one["severity"] == "error"]

    def test_what_an_object_leaves_undecided(self):
        """Only x86_64 has a red zone that interrupts overwrite."""
        for machine, (_, _, target, options) in {**MACHINES, "x86_64": (0, 0, "x86_64-linux-gnu", [])}.items():
            with self.subTest(machine):
                shown = json.loads(run("inspect", "--format", "json", self.c(target, *options), cwd=self.folder).stdout)
                self.assertEqual(shown["object"]["kernel_fitness"]["undecided"], ["red zone"] * (machine == "x86_64") + ["vector registers"])

    def test_gcc_tells_whether_it_could_use_registers_that_a_kernel_does_not_save(self):
        (self.folder / "c.c").write_text(C)
        compilers = {"aarch64-linux-gnu-gcc": "-mgeneral-regs-only", "s390x-linux-gnu-gcc": "-msoft-float"}
        if not any(map(shutil.which, compilers)):
            self.skipTest("no gcc for another machine")
        for compiler, option in compilers.items():
            for options in ([], [option]) if shutil.which(compiler) else ():
                with self.subTest(f"{compiler} {options}"):
                    subprocess.run([compiler, "-g", "-O1", "-fno-pic", "-c", *options, "c.c"], cwd=self.folder, check=True)
                    fitness = json.loads(run("inspect", "--format", "json", "c.o", cwd=self.folder).stdout)["object"]["kernel_fitness"]
                    found = [one["message"] for one in fitness["obstacles"] if one["rule"] == "user-space-options"]
                    self.assertEqual(found, [] if options else [f"1 C11 source was compiled by GCC without {option}"])
                    self.assertEqual(fitness["undecided"], [])

    def test_machine_and_language_of_each(self):
        for machine, (target, options, clang_target, clang_options) in MACHINES.items():
            for file, language in ((self.rust(target, STATIC, *options), "rust"), (self.c(clang_target, *clang_options), "c")):
                with self.subTest(f"{machine} {language}"):
                    shown = json.loads(run("inspect", "--format", "json", file, cwd=self.folder).stdout)
                    said = subprocess.run(["readelf", "-hW", file], cwd=self.folder, capture_output=True, text=True, check=True).stdout
                    self.assertEqual(shown["elf"]["machine"], machine)
                    self.assertIn(f"Class:                             ELF{shown['elf']['class']}", said)
                    self.assertIn(f"{shown['elf']['endian']} endian", said)
                    self.assertEqual(shown["object"]["language"], language)
                    self.assertEqual({use["name"] for use in shown["object"]["relocations"]},
                                     {use["name"] for use in shown["object"]["relocations"] if use["name"].startswith("R_")})


if __name__ == "__main__":
    if not shutil.which("readelf"):
        sys.exit(77)
    main()
