#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a compiler brings along is what its own folder has: whatever it is called, for whatever target, and by whatever number a crate names it."""

import json
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
import mini_kernel
from judge import Toolchain, real_rustc, verdict


class Sysroots(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        try:
            self.toolchain = Toolchain(real_rustc("rustc"))
        except FileNotFoundError:
            self.skipTest("no rustc on PATH")
        self.toolchain.environment.update(RUSTC_BOOTSTRAP="1", RUSTC_LOG="rustc_metadata=info", RUSTC_ICE="0")

    def rustc(self, *arguments):
        return self.toolchain.run([self.toolchain.rustc, "--edition=2021", "--crate-type=rlib", *arguments], self.folder)

    def audit(self, *arguments):
        done = harness.run("audit", "--report", "json", *arguments, cwd=self.folder)
        self.assertIn(done.code, (0, 1), done)
        return [(each["rule"], each["crate"], each["rustc_error"]) for each in json.loads(done.stdout)["findings"]]

    def test_crates_that_only_some_targets_have(self):
        """std for Windows needs windows_targets, that for UEFI r_efi and r_efi_alloc"""
        for target, more in (("x86_64-pc-windows-gnu", ["windows_targets"]), ("x86_64-unknown-uefi", ["r_efi", "r_efi_alloc"]), ("wasm32-wasip1", ["wasi"])):
            with self.subTest(target):
                libraries = Path("sysroot/lib/rustlib", target, "lib")
                (self.folder / libraries).mkdir(parents=True)
                bare = mini_kernel.NO_CORE + "extern crate core;"
                sources = {"core": mini_kernel.core_source(self.toolchain.rustc), **{name: bare for name in more},
                           "std": bare + "".join(f"pub extern crate {name};" for name in more)}
                for name, source in sources.items():
                    (self.folder / "source.rs").write_text(source)
                    done = self.rustc(f"--crate-name={name}", f"--target={target}", "--sysroot=sysroot", "--emit=metadata,link", "-Cpanic=abort",
                                      f"-Cmetadata={name}", "-Cextra-filename=-1a2b", f"--out-dir={libraries}", f"-L{libraries}", "source.rs")
                    self.assertEqual(done.returncode, 0, done.stderr)

                def judge():
                    (self.folder / "probe.rs").write_text(mini_kernel.NO_CORE + "extern crate core; extern crate std;")
                    done = self.rustc(f"--target={target}", "--sysroot=sysroot", "--emit=metadata", "-o", "probe", "probe.rs")
                    return verdict(done.returncode == 0, done.stderr)

                self.assertTrue(judge().accepts)
                self.assertEqual(self.audit("--strict", str(libraries)), [])
                for path in self.folder.glob(f"{libraries}/lib{more[0]}-*"):
                    path.unlink()
                said = judge()
                self.assertEqual((said.crate, said.code), (more[0], "E0463"), said)
                self.assertIn(("missing-crate", more[0], "E0463"), self.audit("--strict", str(libraries)))
                shutil.rmtree(self.folder / "sysroot")

    def test_a_stub_whose_full_metadata_has_another_name(self):
        if int(re.match(r"rustc 1\.(\d+)", self.toolchain.version)[1]) < 88:
            self.skipTest("this rustc writes no stubs")
        (self.folder / "source.rs").write_text("pub struct S;")
        (self.folder / "probe.rs").write_text("pub use leaf::S;")
        done = self.rustc("--crate-name=leaf", "-Zembed-metadata=no", "--emit=metadata,link", "-Cextra-filename=-1a2b", "--out-dir=set", "source.rs")
        self.assertEqual(done.returncode, 0, done.stderr)

        def judge():
            return self.rustc("--emit=metadata", "--extern=leaf", "-Lset", "-o", "probe.rmeta", "probe.rs")

        self.assertEqual(judge().returncode, 0)
        self.assertEqual(self.audit("set"), [])
        full = self.folder / "set/libleaf-1a2b.rmeta"
        for name in "libleaf-3c4d.rmeta", "libother-1a2b.rmeta", "leaf-1a2b.rmeta", "libleaf-1a2b.rmeta.bak":
            with self.subTest(name):
                moved = full.rename(full.parent / name)
                refused = judge().stderr
                # With another hash in its name it is another candidate, and rustc takes that one.
                if "error" in refused:
                    self.assertIn("only metadata stub found", refused)
                self.assertIn(("stub-without-metadata", "leaf", None), self.audit("set"))
                moved.rename(full)

    def names(self, *arguments):
        done = harness.run("scan", "--format", "json", *arguments, cwd=self.folder)
        user, = (each for each in json.loads(done.stdout)["artifacts"] if each["path"] == "libuser.rmeta")
        return [needed["name"] for needed in user["crate"]["dependencies"]]

    def test_numbers_that_stand_for_names_are_told_by_hash(self):
        """A build of rustc that no table of ours has: `std` is a number in its crates."""
        (self.folder / "source.rs").write_text("pub use std::vec::Vec;")
        done = self.rustc("--crate-name=user", "--emit=metadata", "-o", "libuser.rmeta", "source.rs")
        self.assertEqual(done.returncode, 0, done.stderr)
        own = self.toolchain.version.encode()
        unknown = re.sub(rb"\((\w{3})", b"(zzz", own, count=1)
        anew = lambda path, to: to.write_bytes(path.read_bytes().replace(own, unknown))
        anew(self.folder / "libuser.rmeta", self.folder / "libuser.rmeta")
        alone = self.names(".")
        libraries = Path(self.toolchain.run([self.toolchain.rustc, "--print", "target-libdir"], "/").stdout.strip())
        place = self.folder / "lib/rustlib" / libraries.parent.name / "lib"
        place.mkdir(parents=True)
        for path in libraries.glob("lib*.r*"):
            anew(path, place / path.name)
        whole = self.names(".")
        self.assertNotIn(None, whole)
        self.assertLess({"core", "alloc", "std"}, {*whole})
        self.assertEqual([name for name in alone if name], [one for one, other in zip(whole, alone) if other])
        for arguments in (".",), ("--sysroot", ".", "libuser.rmeta"):
            self.assertEqual(self.audit("--strict", *arguments), [], arguments)
        # Of one that nobody has, it is known how the file name ends.
        for path in place.glob("libpanic_unwind-*"):
            path.unlink()
        told = harness.run("audit", "--sysroot", ".", "libuser.rmeta", cwd=self.folder).stdout.decode()
        self.assertRegex(told, r"needs crate \S+ with SVH [0-9a-f]{32}, and there is no lib(panic_unwind|\*-[0-9a-f]{16})\*\.rmeta")
        self.assertNotIn("libpredefined", told)


if __name__ == "__main__":
    harness.main()
