# SPDX-License-Identifier: MIT OR Apache-2.0
"""A package is judged as the folder that it was made from, in every format, alone and with others."""

import hashlib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("scan", "audit")]
import breakages
import harness
import packages
from breakages import Copy, Skip
from harness import Tree
from judge import Crates

PACKAGE_RULES = {"path-conflict", "mixed-machine", "unexpected-file", "world-writable", "not-readable", "unstripped", "path-leak", "rustc-dependency"}
TREE = "usr/src/linux-headers-7.2"
MODULE = b"""const char licence[] __attribute__((section(".modinfo"))) = "license=GPL";
char this_module[64] __attribute__((section(".gnu.linkonce.this_module")));
"""


def findings(*arguments, cwd):
    """(exit code, findings without those that only packages have) of audit"""
    result = harness.run("audit", "--report", "json", "--host-arch", os.uname().machine, *arguments, cwd=cwd)
    if not result.stdout:
        return result.code, result.stderr
    return result.code, [finding for finding in json.loads(result.stdout)["findings"] if finding["rule"] not in PACKAGE_RULES]


def own(tree, path):
    """Makes it a file that shares nothing with the set it was copied from."""
    content = (tree / path).read_bytes()
    (tree / path).unlink()
    return tree.write(path, content)


def inside(text):
    """Without the name of the package."""
    return text.partition(":")[2] if ":" in text else text


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.kit = Crates(cls.folder, harness.program)
        (cls.kit.root / "include/config").mkdir(parents=True, exist_ok=True)
        for root in (cls.kit.root, cls.kit.twin):
            subprocess.run(["strip", "--strip-unneeded", root / "rust/libmacros.so"], check=True)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(dir=self.folder)
        self.addCleanup(temporary.cleanup)
        self.place = Path(temporary.name)

    def installed(self, name="root", tree=TREE):
        """The healthy kernel, as a package would install it."""
        root = self.place / name
        (root / tree).parent.mkdir(parents=True)
        Copy(root / tree, self.kit.root)
        (root / tree / "rust/libquote.rlib").unlink(missing_ok=True)  # of the host: nothing that ships
        return root

    def package(self, root, name="a.tar"):
        packages.FORMATS[name](root, self.place / name)
        return name

    # ---- One package ----

    def test_every_format_is_read_and_a_healthy_package_is_silent(self):
        root = self.installed()
        expected = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and "config" not in str(path))
        for name in packages.FORMATS:
            with self.subTest(name):
                self.package(root, name)
                self.assertEqual(findings(name, cwd=self.place), (0, []))
                self.assertEqual(harness.run("audit", "--severity", "rustc-dependency=off", name, cwd=self.place).stdout.decode().count("["), 0)
                self.assertEqual(harness.run("scan", name, cwd=self.place).paths, [f"{name}:{path}" for path in expected])

    def test_what_is_told_of_each_file_is_what_is_told_of_it_on_disk(self):
        root = self.installed()
        self.package(root)
        self.maxDiff = None

        def told(result):
            for artifact in (artifacts := json.loads(result.stdout)["artifacts"]):
                artifact["path"] = inside(artifact["path"])
            return artifacts

        on_disk = told(harness.run("scan", "--format", "json", ".", cwd=root))
        self.assertTrue(all(artifact["sha256"] for artifact in on_disk))
        self.assertEqual(told(harness.run("scan", "--format", "json", "a.tar", cwd=self.place)), on_disk)

    def test_large_files_are_told_from_their_ends(self):
        """Every library of rustc, up to 100 MB, of which 16 MiB are kept while it passes by."""
        libraries = Path(subprocess.run(["rustc", "--print", "target-libdir"], capture_output=True, text=True, check=True).stdout.strip())
        if not libraries.is_dir():
            self.skipTest("no libraries of rustc")
        shutil.copytree(libraries, self.place / "lib")
        os.symlink("lib", self.place / "a")
        self.package(self.place / "lib")
        seen = [json.loads(harness.run("scan", "--profile", "all", "--kind", "rlib", "--kind", "dylib", "--format", "json", path, cwd=cwd).stdout)
                for path, cwd in ((".", self.place / "lib"), ("a.tar", self.place))]
        for manifest in seen:
            for artifact in manifest["artifacts"]:
                artifact["path"] = inside(artifact["path"])
        self.assertGreater(len(seen[0]["artifacts"]), 10)
        self.assertEqual(seen[1]["artifacts"], seen[0]["artifacts"])

    def test_a_large_stripped_library_is_told_to_be_rust(self):
        """As Firefox's: constants at the start, and more code behind them than is kept while it passes by."""
        root = self.place / "large"
        root.mkdir()
        (self.place / "big.S").write_text('.section .rodata.big,"aR",@progbits\n.zero 20000000\n.section .text.big,"axR",@progbits\n.zero 110000000\n'
                                          '.section .note.GNU-stack,"",@progbits\n')
        (self.place / "l.rs").write_text('#[no_mangle] pub extern "C" fn nth(x: usize) -> u8 { println!("{x}"); vec![1u8; x][x + 1] }\n')
        for tool in (["gcc", "-c", "big.S"], ["/usr/bin/rustc", "--crate-type=cdylib", "-O", "-Clink-arg=big.o", "-Clink-arg=-Wl,--no-gc-sections",
                                              "-Clink-arg=-fuse-ld=lld", "-o", root / "libl.so", "l.rs"], ["strip", "--strip-all", "-R", ".comment", root / "libl.so"]):
            if subprocess.run(tool, cwd=self.place, capture_output=True, check=False).returncode != 0:
                self.skipTest("no lld, or no rustc that links with it")
        self.package(root)
        found = [json.loads(harness.run("scan", "--profile", "all", "--format", "ndjson", path, cwd=cwd).stdout) for path, cwd in ((".", root), ("a.tar", self.place))]
        for artifact in found:
            artifact["path"] = inside(artifact["path"])
        self.assertEqual(found[0]["kind"], "cdylib")
        self.assertEqual(found[1], found[0])

    def test_every_breakage_gives_the_same_findings_in_a_package(self):
        """The table of tests/audit/verdicts. A link that is absolute or leads out leads elsewhere in a package, where it is
        dangling; and a package can be read whatever the modes in it, which is a rule of its own."""
        formats = itertools.cycle(name for name in packages.FORMATS if name != "a.rpm")  # which takes too long for each
        compared = skipped = 0
        for name, do, *arguments in breakages.table(self.kit):
            tree = Copy(self.place / "broken", self.kit.root)
            try:
                with self.subTest(name):
                    try:
                        do(tree, *arguments)
                    except Skip as reason:
                        skipped += 1
                        self.skipTest(str(reason))
                    if "mode 000" in name:
                        self.unreadable(tree, arguments)
                        continue
                    ask = "--rustc-version", self.kit.toolchain.version
                    code, on_disk = findings(*ask, ".", cwd=tree.root)
                    package = self.package(tree.root, next(formats))
                    packaged_code, packaged = findings(*ask, package, cwd=self.place)
                    if "absolute link" in name or ("leads out" in name and name.startswith("lib")):
                        self.assertIn("dangling-link", [finding["rule"] for finding in packaged])
                        continue
                    self.assertEqual(packaged_code, code, (on_disk, packaged))
                    self.assertEqual(self.comparable(packaged), self.comparable(on_disk))
                    compared += 1
            finally:
                subprocess.run(["chmod", "-R", "u+rwX", tree.root], check=False)
                shutil.rmtree(tree.root)
                shutil.rmtree(self.place / "out", ignore_errors=True)
        self.assertGreater(compared + skipped, 100)

    def comparable(self, found):
        if isinstance(found, str):
            return "unreadable"
        fields = "rule", "severity", "crate", "rustc_error", "fix"
        # Evidence and messages may hold paths, which have the package's name in front of them there.
        return sorted((inside(finding["path"]), *(finding[field] or "" for field in fields)) for finding in found)

    def unreadable(self, tree, paths):
        file = next((path for path in paths if isinstance(path, str)), "")
        if not (tree / file).is_file() or file.endswith(("target.json", "rustc_cfg")):
            return
        self.package(tree.root)
        result = harness.run("audit", "--report", "json", "a.tar", cwd=self.place)
        self.assertIn("not-readable", [finding["rule"] for finding in json.loads(result.stdout)["findings"]])

    # ---- Several ----

    def test_packages_form_one_root_and_separate_ones_do_not(self):
        """Ubuntu's way: rust/ of the headers is a link to a folder of another package."""
        root = self.installed()
        other = self.place / "other"
        (other / "usr/src/linux-lib-rust").mkdir(parents=True)
        shutil.move(root / TREE / "rust", other / "usr/src/linux-lib-rust/rust")
        for target in ("../linux-lib-rust/rust", "/usr/src/linux-lib-rust/rust"):
            (root / TREE / "rust").unlink(missing_ok=True)
            (root / TREE / "rust").symlink_to(target)
            for folder, name in (root, "a.tar"), (other, "a.tar.zst"):
                self.package(folder, name)
            self.assertEqual(findings("a.tar", "a.tar.zst", cwd=self.place), (0, []))
            self.assertEqual(findings("a.tar.zst", "a.tar", cwd=self.place), (0, []))
            listed = harness.run("scan", "a.tar", "a.tar.zst", cwd=self.place)
            self.assertIn("a.tar.zst:usr/src/linux-lib-rust/rust/libkernel.rmeta", listed.paths)
            code, alone = findings("--separate", "a.tar", "a.tar.zst", cwd=self.place)
            self.assertEqual(code, 1)
            self.assertIn(("dangling-link", f"a.tar:{TREE}/rust"), [(finding["rule"], finding["path"]) for finding in alone])

    def test_files_that_stand_elsewhere_are_found_as_on_disk(self):
        def move(root, path, target, text):
            """`path` becomes a link with this `text` to what now is `target`."""
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            (root / TREE / path).rename(root / target)
            (root / TREE / path).symlink_to(text)

        def name_twice(root, path, other):
            os.link(root / TREE / path, root / TREE / other)

        layouts = {
            "scripts of Debian's kbuild": (move, "scripts", "usr/lib/linux-kbuild-7.2/scripts", "../../lib/linux-kbuild-7.2/scripts"),
            "rust of Ubuntu's lib-rust": (move, "rust", "usr/src/linux-lib-rust-7.2/rust", "../linux-lib-rust-7.2/rust"),
            "library with a version": (move, "rust/libmacros.so", "usr/lib/macros/libmacros.so.1", "/usr/lib/macros/libmacros.so.1"),
            "no name of a crate": (move, "rust/libcore.rmeta", f"{TREE}/blob/core", "../blob/core"),
            "no name of a file that kbuild reads": (move, "include/generated/rustc_cfg", f"{TREE}/zz/cfg", "../../zz/cfg"),
            "target.json": (move, "scripts/target.json", f"{TREE}/aa/json", "../aa/json"),
            "rustc_cfg twice": (name_twice, "include/generated/rustc_cfg", "a"),
            "configuration twice": (name_twice, "include/config/auto.conf", "include/config/a"),
            "configuration twice, with the other name last": (name_twice, "include/config/auto.conf", "include/config/zzz"),
            "crate twice": (name_twice, "rust/libcore.rmeta", "rust/zzz"),
        }
        for number, (layout, (change, *arguments)) in enumerate(layouts.items()):
            root = self.installed(f"root{number}")
            for path in root.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    own(Tree(path.parent), path.name)
            change(root, *arguments)
            listed = harness.run("scan", ".", cwd=root).paths
            for name in "a.tar", "a.tar.gz", "a.cpio", "a.rpm", "xz.deb":
                with self.subTest(f"{layout}: {name}"):
                    if layout == "library with a version" and name != "xz.deb":
                        continue  # an absolute link leads out of the folder, and into the package
                    self.package(root, name)
                    self.assertEqual(findings(name, cwd=self.place), (0, []))
                    if layout != "library with a version":
                        self.assertEqual([inside(path) for path in harness.run("scan", name, cwd=self.place).paths], listed)

    def test_compressed_modules_are_unpacked(self):
        module = Tree(self.place / "root")
        plain = self.place / "x.ko"
        subprocess.run(["gcc", "-c", "-x", "c", "-", "-o", plain], input=MODULE, check=True)
        packed = subprocess.run(["xz", "-c", "--check=crc32"], input=plain.read_bytes(), capture_output=True, check=True).stdout
        for content, code, kinds in ((packed, 0, {"kernel-module"}), (packed[:-20], 3, set())):
            module.write("lib/modules/7.2.0/x.ko.xz", content)
            for name in "a.tar", "xz.deb":
                self.package(module.root, name)
                result = harness.run("scan", "--kind", "kernel-module", "--format", "json", name, cwd=self.place)
                self.assertEqual(result.code, code, result)
                self.assertEqual({one["kind"] for one in json.loads(result.stdout or b'{"artifacts": []}')["artifacts"]}, kinds)

    def test_threads_tell_the_same_of_many_modules(self):
        noise = random.Random(1).randbytes(3 << 20)  # the last ones are so long that they are not kept for another thread
        for form, pack in (".xz", ["xz", "-c", "--check=crc32"]), (".gz", ["gzip", "-nc"]):
            module = Tree(self.place / f"root{form}")
            folder = module.root / "lib/modules/7.2.0"
            folder.mkdir(parents=True)
            plain = self.place / "m.ko"
            subprocess.run(["gcc", "-c", "-x", "c", "-", "-o", plain], input=MODULE, check=True)
            for i in range(60):
                content = plain.read_bytes() + noise[:(i * i) << (10 if i > 56 else 4)]
                packed = subprocess.run(pack, input=content, capture_output=True, check=True).stdout
                (folder / f"m{i}.ko{form}").write_bytes(packed)
            os.link(folder / f"m3.ko{form}", folder / f"zz.ko{form}")
            self.package(module.root, "a.tar")
            runs = {harness.run("scan", f"-j{jobs}", "--kind", "kernel-module", "--format", "json", "a.tar", cwd=self.place).stdout for jobs in (1, 2, 7)}
            self.assertEqual(len(runs), 1)
            listed = json.loads(runs.pop())["artifacts"]
            self.assertEqual(len(listed), 61)
            for one in listed:
                path = module.root / inside(one["path"])
                self.assertEqual(one["sha256"], hashlib.sha256(path.read_bytes()).hexdigest())
                self.assertEqual(one["size"], path.stat().st_size)
            # What is damaged is told, whichever thread saw it.
            damaged = folder / f"m7.ko{form}"
            damaged.write_bytes(damaged.read_bytes()[:-20])
            self.package(module.root, "a.tar")
            for jobs in 1, 2:
                result = harness.run("scan", f"-j{jobs}", "--kind", "kernel-module", "a.tar", cwd=self.place)
                self.assertEqual((result.code, result.paths), (3, []))
                self.assertIn("m7.ko", result.stderr)

    def test_what_is_missing_is_missed_in_the_package_of_its_tree(self):
        root = self.installed()
        (root / TREE / "include/generated/rustc_cfg").unlink()
        tools = Tree(self.place / "tools")
        tools.write("usr/bin/tool", "tool")
        self.package(tools.root, "a.cpio")
        self.package(root, "a.tar")
        code, found = findings("a.cpio", "a.tar", cwd=self.place)
        self.assertEqual((code, [finding["path"] for finding in found]), (1, [f"a.tar:{TREE}/include/generated/rustc_cfg"]))

    def test_several_kernels_in_one_package_are_judged_one_by_one(self):
        root = self.installed()
        other = Copy(root / "usr/src/linux-headers-6.12", self.kit.twin)
        (other / "rust/libffi.rmeta").unlink()
        self.package(root)
        code, found = findings("a.tar", cwd=self.place)
        self.assertEqual(code, 1)
        self.assertEqual([(finding["rule"], finding["crate"]) for finding in found], [("missing-crate", "ffi")])
        self.assertTrue(found[0]["path"].startswith("a.tar:usr/src/linux-headers-6.12/"), found)

    def test_a_package_and_a_directory_in_one_run(self):
        self.package(self.installed())
        broken = Copy(self.place / "broken", self.kit.root)
        (broken / "rust/libffi.rmeta").unlink()
        code, found = findings("a.tar", "broken", cwd=self.place)
        self.assertEqual((code, [finding["path"].split(":")[0] for finding in found]), (1, ["broken/rust/libkernel.rmeta"]))

    def test_other_commands_take_packages(self):
        self.package(self.installed(), "xz.deb")
        self.assertIn("kernel", harness.run("tree", "xz.deb", cwd=self.place).stdout.decode())
        inspected = harness.run("inspect", "xz.deb", cwd=self.place)
        self.assertIn(f"xz.deb:{TREE}/rust/libkernel.rmeta", inspected.stdout.decode())
        of_package, of_tree = (harness.run("toolchain", "--format", "version", name, cwd=cwd)
                               for name, cwd in (("xz.deb", self.place), (".", self.kit.root)))
        self.assertEqual((of_package.code, of_package.stdout, of_package.stderr.replace(" xz.deb:", " .:")),
                         (of_tree.code, of_tree.stdout, of_tree.stderr))

    # ---- What only packages have ----

    def test_diff_of_packages_is_that_of_their_folders(self):
        old, new = self.installed("old"), self.installed("new")
        tree = Tree(new / TREE)
        own(tree, "rust/libcore.rmeta").write_bytes((self.kit.twin / "rust/libcore.rmeta").read_bytes())
        target = own(tree, "scripts/target.json")
        target.write_bytes(target.read_bytes() + b"\n")

        def diff(*sets):
            result = harness.run("diff", "--format", "json", *sets, cwd=self.place)
            report = json.loads(result.stdout)
            return result.code, report["crates"], report["files"]

        expected = diff("old", "new")
        self.assertEqual(expected[0], 1)
        self.assertEqual([file["path"] for file in expected[2]], ["scripts/target.json"])
        for name in packages.FORMATS:
            with self.subTest(name):
                self.package(old, name)
                (self.place / name).rename(self.place / f"old-{name}")
                self.package(new, name)
                self.assertEqual(diff(f"old-{name}", name), expected)
                self.assertEqual(diff("old", name), expected)
                self.assertEqual(diff(name, "new"), (0, [], []))

    def test_leftovers_of_a_build_are_unexpected(self):
        root = self.installed()
        for name in "rust/core.o", "rust/libsyn.rlib", "rust/.core.o.cmd":
            (root / TREE / name).write_bytes(b"")
        (root / "usr/src/elsewhere.o").write_bytes(b"")
        self.package(root)
        result = harness.run("audit", "--report", "json", "a.tar", cwd=self.place)
        found = [inside(finding["path"]) for finding in json.loads(result.stdout)["findings"] if finding["rule"] == "unexpected-file"]
        self.assertEqual(result.code, 0)
        self.assertEqual(found, sorted(f"{TREE}/{name}" for name in ("rust/core.o", "rust/libsyn.rlib", "rust/.core.o.cmd")))

    def test_modes(self):
        root = self.installed()
        tree = Tree(root / TREE)
        for name, mode in ("rust/libkernel.rmeta", 0o640), ("rust/libffi.rmeta", 0o666):
            own(tree, name).chmod(mode)
        self.package(root, "a.rpm")
        result = harness.run("audit", "--report", "json", "a.rpm", cwd=self.place)
        found = {(finding["rule"], inside(finding["path"]).rpartition("/")[2]) for finding in json.loads(result.stdout)["findings"]}
        self.assertEqual((result.code, found), (1, {("not-readable", "libkernel.rmeta"), ("world-writable", "libffi.rmeta")}))

    def test_paths_of_the_build_machine_have_a_budget(self):
        root = self.installed()
        text = b"/nowhere/in/particular"
        with own(Tree(root / TREE), "rust/libmacros.so").open("ab") as library:
            library.write(text * 3)
        self.package(root)
        for option, expected in ((f"{text.decode()}=2", ["rust/libmacros.so"]), (f"{text.decode()}=3", [])):
            for where, cwd in (("a.tar", self.place), (".", root)):
                result = harness.run("audit", "--report", "json", "--path-leak", option, where, cwd=cwd)
                found = [inside(finding["path"]).removeprefix(f"{TREE}/") for finding in json.loads(result.stdout)["findings"]
                         if finding["rule"] == "path-leak"]
                self.assertEqual(found, expected)

    def test_folders_whose_names_begin_with_a_dot_are_as_others(self):
        root = Tree(self.place / "root")
        root.copy(".build/libleaf-1a2b3c4d.rmeta")
        for name in packages.FORMATS:
            with self.subTest(name):
                self.package(root.root, name)
                self.assertEqual(harness.run("scan", name, cwd=self.place).paths, [f"{name}:.build/libleaf-1a2b3c4d.rmeta"])

    def test_hard_links_are_the_same_file(self):
        root = self.installed()
        rust = root / TREE / "rust"
        os.link(rust / "libffi.rmeta", rust / "libffi-old.rmeta")
        for name in "a.tar", "a.cpio", "a.tar.zst", "a.rpm":
            with self.subTest(name):
                self.package(root, name)
                code, found = findings(name, cwd=self.place)
                self.assertEqual((code, found), (0, []))


if __name__ == "__main__":
    harness.main()
