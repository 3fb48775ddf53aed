# SPDX-License-Identifier: MIT OR Apache-2.0
"""How far a link leads: no further than what was named, and than the kernel tree it stands in. What nothing but its place makes an
auxiliary file must be one."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import GOLDENS, ScanTest, Tree, main, run
from mini_kernel import AUXILIARY, CLOSURE, build

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n-----END OPENSSH PRIVATE KEY-----\n"


class Home(ScanTest):
    """A folder with a kernel tree in it, and with what is nobody's business."""

    kernel = None

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.kernel = Tree(Path(temporary.name) / "kernel")
        build(cls.kernel)

    def setUp(self):
        super().setUp()
        self.home = self.tree
        shutil.copytree(self.kernel.root, self.home / "linux-build")
        self.build = Tree(self.home / "linux-build")
        self.home.write(".ssh/id_rsa", KEY)

    def replace(self, path, target):
        (self.build / path).unlink()
        self.build.link(path, target)

    def everything(self):
        return sorted(CLOSURE + AUXILIARY)


class Bounds(Home):
    def test_a_sound_tree_is_listed_from_everywhere(self):
        for cwd, operand in (self.home.root, "linux-build/"), (self.home.root, "."), (self.build.root, "."), (self.folder, "tree/linux-build"):
            with self.subTest(operand=operand):
                done = run("scan", operand, cwd=cwd)
                prefix = "" if cwd == self.build.root else "linux-build/" if operand == "." else operand.rstrip("/") + "/"
                self.lists(done, *(prefix + path for path in self.everything()))

    def test_a_key_outside_of_the_operand_is_neither_listed_nor_copied(self):
        self.replace("include/generated/rustc_cfg", "../../../.ssh/id_rsa")
        for operand in "linux-build/", "linux-build", ".", str(self.build.root):
            with self.subTest(operand):
                done = run("scan", operand, cwd=self.home.root)
                self.fails(done, 3, "linux-build/include/generated/rustc_cfg: link leads out of")
                kept = run("scan", "--keep-going", operand, cwd=self.home.root)
                self.assertNotIn(b"id_rsa", kept.stdout)
                self.assertNotIn(b"rustc_cfg", kept.stdout)
                self.assertTrue(kept.stdout)

    def test_what_another_tree_holds_is_no_auxiliary_file_of_this_one(self):
        self.home.write("other/cfg", "--cfg=CONFIG_RUST\n")
        self.replace("include/generated/rustc_cfg", "../../../other/cfg")
        self.fails(run("scan", ".", cwd=self.home.root), 3, "out of the kernel tree")

    def test_links_of_every_command_stay_in_the_operand(self):
        (self.home / "other").mkdir()
        shutil.move(self.build / "rust/libffi.rmeta", self.home / "other/libffi.rmeta")
        self.build.link("rust/libffi.rmeta", "../../other/libffi.rmeta")
        self.fails(run("scan", "linux-build", cwd=self.home.root), 3, "linux-build/rust/libffi.rmeta: link leads out of the tree: out of linux-build",
                   problems=2)  # and a crate that is missing
        found = json.loads(run("audit", "--report", "json", "linux-build", cwd=self.home.root).stdout)["findings"]
        self.assertIn(("escaping-link", "linux-build/rust/libffi.rmeta"), [(one["rule"], one["path"]) for one in found])
        # Who names both, or what is around them, means both.
        for operands in (["linux-build", "other"], ["."]):
            done = run("scan", *operands, cwd=self.home.root)
            self.assertEqual((done.code, done.stderr), (0, ""), done)
            self.assertIn("other/libffi.rmeta", done.paths)

    def test_a_linked_directory_of_the_kernel_stays_in_the_operands(self):
        """Ubuntu's way: rust/ of the headers is a link to a folder of another package."""
        (self.home / "linux-lib-rust").mkdir()
        shutil.move(self.build / "rust", self.home / "linux-lib-rust/rust")
        self.build.link("rust", "../linux-lib-rust/rust")
        both = [f"linux-lib-rust/{path}" if path.startswith("rust/") else f"linux-build/{path}" for path in self.everything()] + ["linux-build/rust"]
        for operands in (["."], ["linux-build", "linux-lib-rust"], ["linux-lib-rust/", "./linux-build"], ["linux-build", "linux-lib-rust/rust"]):
            with self.subTest(operands):
                self.lists(run("scan", *operands, cwd=self.home.root), *both)
        absolute = [str(self.home / name) for name in ("linux-build", "linux-lib-rust")]
        self.assertEqual(run("audit", "-q", *absolute, cwd="/").code, 0)
        self.fails(run("scan", "linux-build", cwd=self.home.root), 3, "linux-build/rust: link leads out of", problems=2)

    def test_a_way_through_what_was_not_named_is_refused(self):
        self.home.copy("real/liby.rmeta")
        self.home.link("hub", "real/liby.rmeta")
        self.home.link("real/libx.rmeta", "../hub")
        self.fails(run("scan", "real", cwd=self.home.root), 3, "real/libx.rmeta: link leads out of the tree: out of real")

    def test_a_named_link_may_lead_anywhere_below(self):
        self.home.copy("real/liby.rmeta")
        self.home.link("links/libx.rmeta", "../real/liby.rmeta")
        self.lists(run("scan", "links/libx.rmeta", cwd=self.home.root), "links/libx.rmeta", "real/liby.rmeta")

    def test_verify_looks_at_nothing_outside_of_the_copy(self):
        manifest = self.folder / "manifest.json"
        manifest.write_bytes(run("scan", "-f", "json", ".", cwd=self.build.root).stdout)
        self.assertEqual(run("verify", "--files-only", manifest, "linux-build", cwd=self.home.root).code, 0)
        shutil.move(self.build / "rust", self.home / "moved")
        self.build.link("rust", "../moved")
        done = run("verify", "--files-only", manifest, "linux-build", cwd=self.home.root)
        self.assertEqual(done.code, 1)
        self.assertIn(b"rust/libcore.rmeta", done.stdout)

    def test_inspect_reads_no_exports_from_outside_of_the_kernel(self):
        shutil.which("gcc") or self.skipTest("no gcc")
        (self.build / "drivers").mkdir()
        subprocess.run(["gcc", "-x", "c", "-c", "-o", self.build / "drivers/a.o", "-"], input=b"extern int f(void); int g(void) { return f(); }", check=True)
        ask = "inspect", "-f", "json", "linux-build/drivers/a.o"
        symvers = b"0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n"
        alone = run(*ask, cwd=self.home.root).stdout
        self.build.write("Module.symvers", symvers)
        inside = run(*ask, cwd=self.home.root).stdout
        self.assertNotEqual(alone, inside, "Module.symvers makes a difference")
        (self.build / "Module.symvers").rename(self.build / "symvers")
        self.build.link("Module.symvers", "symvers")
        self.assertEqual(run(*ask, cwd=self.home.root).stdout, inside)
        self.home.write("elsewhere", symvers)
        self.replace("Module.symvers", "../elsewhere")
        self.assertEqual(run(*ask, cwd=self.home.root).stdout, alone)


class Claims(Home):
    """Every auxiliary file as itself, as what it might be, and as what it is not."""

    ROWS = {
        "include/generated/rustc_cfg": (
            [b"", b"--cfg=CONFIG_RUST\n--cfg=CONFIG_X=\"y\"\n", b"--cfg=A\n\n-C\nopt-level=2\n-Copt-level=2\n--cfg\nB=\"--\"\n", "--cfg=A=\"\u00e9\"".encode()],
            [KEY.encode(), b"root:x:0:0:root:/root:/bin/sh\n", b"\x7fELF\2\1\1\0", b"--cfg=A\npassword\n", b"--cfg=A\0\n", b"--cfg=A=\"\xff\"\n", b"token"]),
        "scripts/target.json": (
            [b' \n{"arch": "x86_64"}\n'],
            [b"", b"[1]", KEY.encode(), b'{"a": 1', b'{"a": 1} x', b"[" * 100000]),
        "rust/kernel/generated_arch_warn_asm.rs": (
            [b"", b'::kernel::concat_literals!("1:\\t", "ud2")\n', b"// made by cpp\n"],
            [b"\x7fELF\2\1\1\0", b"a\0b", b"\xff\xfe", b"\x1b[2J"]),
        "rust/helpers/helpers_module.bc": (
            [b"BC\xc0\xde\x35\x14\0\0", b"\xde\xc0\x17\x0b\0\0\0\0"],
            [b"", b"BC", KEY.encode(), b"\x7fELF\2\1\1\0"]),
    }

    def setUp(self):
        super().setUp()
        self.build.config("RUST", "BUG", "RUST_INLINE_HELPERS")

    def test_auxiliary_files_are_what_they_claim_to_be(self):
        for path, (good, bad) in self.ROWS.items():
            for content in good:
                with self.subTest(path=path, content=content):
                    before = (self.build / path).read_bytes() if (self.build / path).exists() else None
                    self.build.write(path, content)
                    done = run("scan", ".", cwd=self.build.root)
                    self.assertEqual((done.code, done.stderr), (0, ""), done)
                    self.assertIn(path, done.paths)
            for content in bad:
                with self.subTest(path=path, content=content[:40]):
                    self.build.write(path, content)
                    done = run("scan", ".", cwd=self.build.root)
                    self.fails(done, 3, f"{path}: not ", "is not what its name says")
                    self.assertNotIn(path, run("scan", "--keep-going", ".", cwd=self.build.root).paths)
            self.build.write(path, before if before is not None else good[-1])

    def test_what_a_link_leads_to_must_be_it_as_well(self):
        self.build.write("secrets/key", KEY)
        self.replace("include/generated/rustc_cfg", "../../secrets/key")
        self.fails(run("scan", ".", cwd=self.build.root), 3, "secrets/key: not lines of options for rustc")
        self.assertNotIn(b"secrets", run("scan", "--keep-going", ".", cwd=self.build.root).stdout)

    def test_audit_says_so_too(self):
        self.build.write("include/generated/rustc_cfg", KEY)
        found = json.loads(run("audit", "--report", "json", ".", cwd=self.build.root).stdout)["findings"]
        self.assertIn(("missing-auxiliary", "not lines of options for rustc, so it is not what its name says"),
                      [(one["rule"], one["message"].split(" (")[0]) for one in found if one["path"] == "include/generated/rustc_cfg"])


if __name__ == "__main__":
    main()
