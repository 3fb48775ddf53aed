# SPDX-License-Identifier: MIT OR Apache-2.0
"""Objects, archives and modules, judged for where they go, against the tools that will say it there.

modpost (of Debian's linux-kbuild-*) says which symbols of a module nobody exports, ld which symbols two archives define both and for
which machine an object is, readelf what an object has and where. Nothing here is compared with a reader of ours.
"""

import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("scan", "package")]
import harness
import packages
from harness import ScanTest, main, run

RUSTC = "/usr/bin/rustc"
MODPOST = next(map(str, sorted(Path("/usr/lib").glob("linux-kbuild-*/scripts/mod/modpost.real-lsb-64"))), "modpost")
MODULE = r"""
__attribute__((section(".modinfo"), used)) static const char license[] = "license=GPL";
extern int _printk(const char *, ...), weak(void) __attribute__((weak));
float cosf(float);
double sqrt(double);
void __rust_probestack(void);
int init_module(void) { __rust_probestack(); return _printk("%d", weak ? weak() : (int)(cosf(1) + sqrt(2))); }
"""
# What modpost adds.
COMPLETED = r"""
struct { char name[56]; int (*init)(void); } __this_module __attribute__((section(".gnu.linkonce.this_module"))) = {"x"};
__attribute__((section(".modinfo"), used)) static const char name[] = "name=x", depends[] = "depends=", magic[] = "vermagic=6.12.1-test SMP ";
"""
VERSIONS = """
struct { unsigned long crc; char name[56]; } versions[] __attribute__((section("__versions"), used)) = {
  {0x11111111, "_printk"}, {0x22222222, "module_layout"}};
"""
STATICLIB = '#[no_mangle] pub extern "C" fn NAME(n: usize) -> usize { std::env::args().nth(n).map_or(0, |text| text.len()) }\n'


def tool(*command, cwd, fails=False):
    if not shutil.which(str(command[0])):
        raise FileNotFoundError(2, "not installed", str(command[0]))
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, timeout=120, text=True)
    if (done.returncode != 0) != fails:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


class Judged(ScanTest):
    maxDiff = 2000

    def compile(self, name, text, *options, compiler="gcc"):
        (self.folder / name).write_text(text)
        made = Path(name).with_suffix(".o").name
        tool(compiler, "-c", "-fno-pic", *options, "-o", made, name, cwd=self.folder)
        return made

    def kernel(self, *symbols, exports=("_printk", "module_layout")):
        self.tree.config("X86_64", "64BIT", "MODULES", "SMP", *symbols)
        self.tree.write("include/config/kernel.release", "6.12.1-test\n")
        self.tree.write("Module.symvers", "".join(f"0x{index + 1:x}{'0' * 7}\t{name}\tvmlinux\tEXPORT_SYMBOL\t\n" for index, name in enumerate(exports)))
        return self.tree.root

    def findings(self, *arguments, **more):
        done = run("audit", *map(str, arguments), "--report", "json", cwd=more.get("cwd", self.folder))
        self.assertIn(done.code, (0, 1), done)
        return [one for one in json.loads(done.stdout)["findings"] if not one["rule"].startswith("config-")]

    def only(self, rule, *arguments, **more):
        found = [one for one in self.findings(*arguments, **more) if one["rule"] == rule]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def module(self, name="x.ko", *more):
        self.compile("x.c", MODULE, "-O0", "-fno-builtin", "-mcmodel=kernel")
        self.compile("x.mod.c", COMPLETED + "".join(more))
        tool("ld", "-r", "-o", name, "x.o", "x.mod.o", cwd=self.folder)
        return name


class Linking(Judged):
    # ---- For a kernel ----

    def test_symbols_that_nobody_exports_are_those_of_modpost(self):
        module = self.module()
        for exports in ((), ("_printk",), ("_printk", "cosf"), ("_printk", "cosf", "sqrt", "__rust_probestack"), ("weak",)):
            with self.subTest(exports):
                kernel = self.kernel(exports=exports)
                (self.folder / "x.mod").write_text("x.o\n")
                done = subprocess.run([MODPOST, "-i", kernel / "Module.symvers", "-o", "out.symvers", "x.o"], cwd=self.folder, capture_output=True, text=True)
                said = set(re.findall(r'"(\w+)" \[x\.ko\] undefined!', done.stderr))
                self.assertEqual(said, {"_printk", "cosf", "sqrt", "__rust_probestack"} - set(exports), done.stderr)
                found = [one for one in self.findings(module, kernel) if one["rule"] == "undefined-symbol"]
                self.assertEqual({name for one in found for name in one["evidence"]["symbols"].split(", ")}, said)
                self.assertEqual({one["severity"] for one in found}, {"error"} if said else set())

    def test_without_module_symvers_a_tree_builds_no_module(self):
        kernel = self.kernel()
        for tool_ in ("scripts/Makefile.build", "scripts/basic/fixdep", "scripts/mod/modpost", "scripts/module.lds"):
            self.tree.write(tool_, "")
        self.assertEqual(self.findings(kernel), [])
        (kernel / "Module.symvers").unlink()
        self.assertEqual(self.only("missing-exports", kernel)["severity"], "warning")

    def test_headers_without_the_programs_that_build_modules(self):
        kernel = self.kernel("OBJTOOL")
        needed = ["scripts/basic/fixdep", "scripts/mod/modpost", "scripts/module.lds", "tools/objtool/objtool"]
        for path in ("scripts/Makefile.build", *needed):
            self.tree.write(path, "")
        self.assertEqual(self.findings(kernel), [])
        for path in needed:
            (kernel / path).unlink()
            self.assertTrue(self.only("missing-build-tool", kernel)["path"].endswith(path))
            self.tree.write(path, "")

    def test_programs_and_plugins_for_another_machine_are_all_named(self):
        kernel = self.kernel("OBJTOOL")
        self.tree.write("scripts/module.lds", "")
        self.tree.write("scripts/Makefile.build", "")
        tools = ["scripts/basic/fixdep", "scripts/mod/modpost", "tools/objtool/objtool", "scripts/gcc-plugins/stackleak_plugin.so"]
        (self.folder / "p.c").write_text("int main(void) { return 0; }\n")
        for path in tools:
            (kernel / path).parent.mkdir(parents=True, exist_ok=True)
            tool("gcc", *(["-shared", "-fPIC"] if path.endswith(".so") else []), "-o", kernel / path, "p.c", cwd=self.folder)
        self.assertEqual(self.findings("--host-arch", "x86_64", kernel), [])
        found = self.findings("--host-arch", "aarch64", kernel)
        self.assertEqual({(one["rule"], one["path"].removeprefix("/")) for one in found},
                         {("missing-build-tool", str(kernel / path).removeprefix("/").removeprefix(str(self.folder).removeprefix("/") + "/")) for path in tools})
        root = self.folder / "root"
        shutil.copytree(kernel, root / "usr/src/linux-headers-6.12.1")
        packages.deb("gzip")(root, self.folder / "headers.deb")
        self.assertEqual(self.findings("headers.deb"), [])
        control = packages.CONTROL
        try:
            packages.CONTROL = control.replace("amd64", "arm64")
            packages.deb("gzip")(root, self.folder / "headers.deb")
        finally:
            packages.CONTROL = control
        found = self.findings("headers.deb")
        self.assertEqual({(one["rule"], one["path"].split("linux-headers-6.12.1/")[1]) for one in found}, {("mixed-machine", path) for path in tools})

    def test_paths_of_rust_project_json_lead_somewhere(self):
        kernel = self.kernel()
        self.tree.write("rust/libmacros.so", "")
        self.tree.write("rust/kernel/lib.rs", "")
        def project(macros):
            crates = [{"root_module": "/usr/lib/rustlib/src/rust/library/core/src/lib.rs"}, {"root_module": "/build/linux-6.12/rust/kernel/lib.rs"},
                      {"root_module": str(kernel / "rust/kernel/lib.rs"), "proc_macro_dylib_path": macros}]
            self.tree.write("rust-project.json", json.dumps({"crates": crates}))
        for healthy in "/build/linux-6.12/rust/libmacros.so", "rust/libmacros.so", str(kernel / "rust/libmacros.so"):
            project(healthy)
            self.assertEqual(self.findings(kernel), [])
        project("/build/linux-6.12/rust/libmacros.dylib")
        found = self.only("dead-project-path", kernel)
        self.assertEqual((found["severity"], found["message"]), ("warning", "names rust/libmacros.dylib, which is not there"))
        for text in "", "{", "[]", '{"crates": 1}', '{"crates": [1, {"root_module": 2}]}':
            self.tree.write("rust-project.json", text)
            self.assertEqual(self.findings(kernel), [])

    def test_an_object_for_another_machine_is_refused_by_ld_and_named(self):
        kernel = self.kernel()
        clang = harness.newest_clang()
        foreign = self.compile("a64.c", "int weak(void) __attribute__((weak)); int f(void) { return weak ? weak() : 0; }\n", "--target=aarch64-linux-gnu",
                               "-fPIC", compiler=clang)
        own = self.compile("own.c", "int own(void) { return 1; }\n")
        self.assertIn("Relocations in generic ELF (EM: 183)", tool("ld", "-r", "-o", "no.o", own, foreign, cwd=self.folder, fails=True))
        found = self.only("foreign-machine", foreign, kernel)
        self.assertEqual((found["evidence"]["file"], found["evidence"]["kernel"]), ("aarch64", "x86_64"))
        tool("ar", "rc", "mixed.a", own, foreign, cwd=self.folder)
        found = self.findings("mixed.a", kernel)
        self.assertIn(f"member {foreign} is for aarch64, the kernel is for x86_64", [one["message"] for one in found])
        # What is for another machine has relocations of another machine: no number of this one is made up for them.
        self.assertEqual([one for one in found if one["rule"] == "foreign-relocation"], [])
        shown = json.loads(run("inspect", "--format", "json", "mixed.a", cwd=self.folder).stdout)["object"]["relocations"]
        names = set(re.findall(r"R_AARCH64_\w+", tool("readelf", "-rW", foreign, cwd=self.folder)))
        self.assertTrue(names)
        # readelf knows the names of all machines; where our table has none, the number stands beside the right machine.
        self.assertTrue({use["name"] for use in shown} & names, shown)
        self.assertNotIn("R_X86_64 type 261", {use["name"] for use in shown})
        self.assertIn("is for aarch64", self.only("foreign-machine", "--for", "user", "mixed.a")["message"] + " is for aarch64")

    def test_a_thin_archive_whose_member_is_gone_is_never_ok(self):
        own = self.compile("own.c", "int own;\n")
        tool("ar", "rcT", "thin.a", own, cwd=self.folder)
        self.assertEqual(run("audit", "thin.a", cwd=self.folder).code, 0)
        content = (self.folder / own).read_bytes()
        for change in b"", b"x", b"x" * len(content), None:
            (self.folder / own).unlink()
            if change is not None:
                (self.folder / own).write_bytes(change)
            self.fails(run("audit", "thin.a", cwd=self.folder), 3, "thin.a: member own.o: ")
            self.assertEqual(run("inspect", "thin.a", cwd=self.folder).code, 0)

    def test_a_module_for_another_machine_or_class(self):
        kernel = self.kernel()
        for target, machine in ("riscv64-linux-gnu", "riscv (64-bit)"), ("i386-linux-gnu", "i386"):
            with self.subTest(target):
                clang = harness.newest_clang()
                self.compile("x.c", MODULE, f"--target={target}", compiler=clang)
                self.compile("x.mod.c", COMPLETED, f"--target={target}", compiler=clang)
                # Each object alone has what makes a module of it; a linker for the machine need not be here.
                (self.folder / "one.c").write_text(MODULE + COMPLETED)
                tool(clang, "-c", f"--target={target}", "-o", "one.ko", "one.c", cwd=self.folder)
                self.assertEqual(self.only("foreign-machine", "one.ko", kernel)["evidence"]["file"], machine)

    def test_checksums_of_another_kernel(self):
        module = self.module("v.ko", VERSIONS)
        kernel = self.kernel("MODVERSIONS")
        self.tree.write("Module.symvers", "0x11111111\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n0x22222222\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n")
        self.assertNotIn("symbol-version", {one["rule"] for one in self.findings(module, kernel)})
        for crcs, names in ((0x11111111, 0x22222223), ["module_layout"]), ((0x1, 0x2), ["module_layout", "_printk"]), ((0x1, 0x22222222), ["_printk"]):
            self.tree.write("Module.symvers", "".join(f"{crc:#010x}\t{name}\tvmlinux\tEXPORT_SYMBOL\t\n" for crc, name in zip(crcs, ("_printk", "module_layout"))))
            found = self.only("symbol-version", module, kernel)
            # The kernel's own words are `disagrees about version of symbol module_layout`.
            self.assertIn("disagrees about the version of", found["message"])
            self.assertEqual(found["evidence"]["symbols"].split(", "), names)
        data = (self.folder / module).read_bytes()
        self.assertIn(struct.pack("<Q", 0x11111111) + b"_printk\0", data)

    def test_the_member_at_fault_is_named_and_whether_it_is_rustcs_own(self):
        kernel = ("-Cpanic=abort", "-Crelocation-model=static")
        (self.folder / "s.rs").write_text(STATICLIB.replace("NAME", "nth"))
        tool(RUSTC, "--crate-type=staticlib", "-Clinker-plugin-lto", "-o", "lto.a", "s.rs", *kernel, cwd=self.folder)
        found = self.only("bitcode-only", "--for", "kernel", "lto.a")
        for member in re.findall(r"[\w.-]+\.rcgu\.o", found["message"]):
            self.assertIn(member, tool("ar", "t", "lto.a", cwd=self.folder).split())
            content = subprocess.run(["ar", "p", "lto.a", member], cwd=self.folder, capture_output=True, check=True).stdout
            self.assertEqual(content[:4], b"BC\xc0\xde")
        self.assertTrue(found["evidence"]["member"].startswith("lto."))
        relocation = self.only("foreign-relocation", "--for", "kernel", "lto.a")
        self.assertIn("of rustc's own sysroot", relocation["message"])
        self.assertIn("build-std", relocation["fix"])
        (self.folder / "member.o").write_bytes(
            subprocess.run(["ar", "p", "lto.a", relocation["evidence"]["member"]], cwd=self.folder, capture_output=True, check=True).stdout)
        self.assertIn(relocation["evidence"]["relocation"][:15], tool("readelf", "-rW", "member.o", cwd=self.folder))

    def test_one_is_not_many(self):
        bitcode = self.compile("b.c", "int b(void) { return 1; }\n", "-flto", compiler=harness.newest_clang())
        plain = self.compile("s.S", ".text\n.globl s\ns: ret\n")
        tool("ar", "rc", "one.a", bitcode, plain, self.compile("own.c", "int own(void) { return 1; }\n"), cwd=self.folder)
        messages = [one["message"] for one in self.findings("--for", "kernel", "one.a")]
        self.assertIn(f"1 of its members contains bitcode and no machine code: {bitcode}", messages)
        self.assertIn("1 of 2 objects has code, but no section .note.GNU-stack", messages)
        self.compile("g.c", "int g(void) { return 1; }\n", "-g")
        self.assertIn("1 C11 source was compiled by GCC without -mno-red-zone and -mno-sse",
                      [one["message"] for one in self.findings("--for", "kernel", "g.o")])

    # ---- For a program ----

    def test_what_two_static_libraries_define_both_is_what_ld_says(self):
        for name in "one", "two":
            (self.folder / f"{name}.rs").write_text(STATICLIB.replace("NAME", name))
            tool(RUSTC, "--crate-type=staticlib", "-o", f"lib{name}.a", f"{name}.rs", cwd=self.folder)
        (self.folder / "main.c").write_text("unsigned long one(unsigned long), two(unsigned long); int main(void) { return one(1) + two(2); }\n")
        said = tool("gcc", "main.c", "-Wl,--no-demangle", "-Wl,--whole-archive", "libone.a", "libtwo.a", "-Wl,--no-whole-archive", "-lpthread", "-ldl", "-lm", cwd=self.folder, fails=True)
        twice = set(re.findall(r"multiple definition of `([^']+)'", said))
        self.assertIn("rust_eh_personality", twice)
        found = self.only("duplicate-symbol", "--for", "user", "libone.a", "libtwo.a")
        named = found["evidence"]["symbols"].split(", ")
        self.assertEqual(named[0], "rust_eh_personality")
        count = int(re.search(r"defines (\d+) symbols that libone.a defines as well", found["message"])[1])
        # ld, too, counts what is not weak; readelf tells what both have.
        def globals_of(archive):
            lines = tool("readelf", "-sW", archive, cwd=self.folder).splitlines()
            return {words[7] for words in map(str.split, lines)
                    if len(words) >= 8 and words[0].endswith(":") and words[4] in ("GLOBAL", "UNIQUE") and words[6] != "UND"}
        shared = globals_of("libone.a") & globals_of("libtwo.a")
        self.assertLessEqual(twice, shared)
        self.assertLessEqual(len(twice), count)
        self.assertLessEqual(count, len(shared))
        self.assertEqual(self.findings("--for", "user", "libone.a"), [])
        # Nothing here is for a kernel, and nobody says so.
        self.assertEqual({one["rule"] for one in self.findings("libone.a", "libtwo.a")}, {"duplicate-symbol"})

    def test_a_library_without_allocator_or_panic_handler(self):
        (self.folder / "n.rs").write_text("#![no_std]\nextern crate alloc;\npub fn f(b: &[u8]) -> alloc::vec::Vec<u8> { b.to_vec() }\n")
        tool(RUSTC, "--crate-type=lib", "--emit=obj", "-Cpanic=abort", "-Copt-level=2", "-o", "n.o", "n.rs", cwd=self.folder)
        (self.folder / "main.c").write_text("int main(void) { return 0; }\n")
        said = tool("gcc", "main.c", "n.o", cwd=self.folder, fails=True)
        found = self.only("unresolved-runtime", "--for", "user", "n.o")
        self.assertEqual(found["severity"], "warning")
        for name in found["evidence"]["symbols"].split(", "):
            self.assertIn(name.split("::")[-1], said)


class InPackages(Judged):
    """Modules in a package that is named are judged, against the configuration that comes with them."""

    def installed(self, *symbols, config="boot/config-6.12.1-test"):
        root = self.folder / "image"
        shutil.rmtree(root, ignore_errors=True)
        folder = root / "lib/modules/6.12.1-test/kernel"
        folder.mkdir(parents=True)
        (self.folder / "r.rs").write_text("#![no_std]\n#[no_mangle] pub extern \"C\" fn init_module(v: u32) -> u32 { v.isqrt() }\n")
        tool(RUSTC, "--crate-type=lib", "--emit=obj", "-Cpanic=abort", "-Crelocation-model=static", "-o", "r.o", "r.rs", cwd=self.folder)
        self.compile("r.mod.c", COMPLETED + '__attribute__((section(".modinfo"), used)) static const char license[] = "license=GPL";\n')
        tool("ld", "-r", "-o", folder / "r.ko", "r.o", "r.mod.o", cwd=self.folder)
        if symbols:
            (root / config).parent.mkdir(parents=True, exist_ok=True)
            (root / config).write_text("".join(f"CONFIG_{symbol}=y\n" for symbol in symbols))
        packages.deb("gzip")(root, self.folder / "image.deb")
        return "image.deb"

    def test_a_package_of_a_module_is_judged(self):
        done = run("audit", self.installed(), cwd=self.folder)
        self.assertEqual((done.code, done.stdout), (0, b"verdict: ok: 1 artifact\n"), done)

    def test_the_configuration_in_an_image_package_is_asked(self):
        for config in ("boot/config-6.12.1-test", "lib/modules/6.12.1-test/config"):
            for symbols, rules in ((("X86_64", "64BIT", "SMP"), set()),
                                   (("X86_64", "64BIT", "SMP", "MODULE_SIG", "MODULE_SIG_ALL", "MODULE_SIG_FORCE"), {("module-unsigned", "error")}),
                                   (("X86_64", "64BIT"), {("vermagic-mismatch", "error")}),
                                   (("ARM64", "64BIT", "SMP"), {("foreign-machine", "error")})):
                with self.subTest(config, symbols=symbols):
                    package = self.installed(*symbols, config=config)
                    self.assertEqual({(one["rule"], one["severity"]) for one in self.findings(package)}, rules)
                    self.assertEqual({(one["rule"], one["severity"]) for one in self.findings("--modules", "image")}, rules)

    def test_paths_of_the_build_machine_in_programs_and_their_debug_files(self):
        root = self.folder / "programs"
        (root / "usr/bin").mkdir(parents=True)
        (root / "usr/lib/debug").mkdir(parents=True)
        (self.folder / "m.rs").write_text('fn main() { println!("{}", std::env::args().nth(3).unwrap()); }\n')
        tool(RUSTC, "-g", f"--remap-path-prefix={self.folder}=/build/here", "-o", root / "usr/bin/m", self.folder / "m.rs", cwd=self.folder)
        tool("objcopy", "--only-keep-debug", root / "usr/bin/m", root / "usr/lib/debug/m.debug", cwd=self.folder)
        tool("strip", root / "usr/bin/m", cwd=self.folder)
        (root / "usr/bin/script").write_text("#!/bin/sh\n# /build/here\n")
        packages.deb("gzip")(root, self.folder / "programs.deb")
        expected = {path: (root / path).read_bytes().count(b"/build/here") for path in ("usr/bin/m", "usr/lib/debug/m.debug")}
        self.assertTrue(all(expected.values()), expected)
        for operand in "programs.deb", "programs":
            found = {one["path"].replace("programs.deb:", "").removeprefix("programs/"): one for one in self.findings("--path-leak", "/build/here", operand)}
            self.assertEqual({path: (one["rule"], int(one["evidence"]["/build/here"].split(",")[0])) for path, one in found.items()},
                             {path: ("path-leak", count) for path, count in expected.items()}, operand)
            self.assertEqual(self.findings("--path-leak", "/build/here=1000", operand), [])


if __name__ == "__main__":
    main()
