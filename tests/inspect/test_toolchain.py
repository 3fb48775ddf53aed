# SPDX-License-Identifier: MIT OR Apache-2.0
"""`rartifacts toolchain` names the one compiler of a tree, or says why there is none that rustup has."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
from harness import GOLDENS, ScanTest, main, newest_clang, run  # noqa: E402

NIGHTLY = GOLDENS / "1.97.0-nightly"
CHANNEL = "nightly-2026-05-20"


class ToolchainCommand(ScanTest):
    def test_each_format(self):
        for form, expected in (("version", CHANNEL + "\n"), ("env", f"RUSTUP_TOOLCHAIN={CHANNEL}\n")):
            result = run("toolchain", "--format", form, str(NIGHTLY))
            self.assertEqual((result.code, result.stdout.decode(), result.stderr), (0, expected, ""))
        self.assertIn(f'[toolchain]\nchannel = "{CHANNEL}"\n', run("toolchain", str(NIGHTLY)).stdout.decode())

    def test_several_paths_are_of_one_compiler(self):
        result = run("toolchain", "--format", "version", *map(str, sorted(NIGHTLY.glob("*.rmeta"))[:2]))
        self.assertEqual((result.code, result.stdout.decode()), (0, CHANNEL + "\n"))
        self.fails(run("toolchain", str(NIGHTLY), str(GOLDENS / "1.96.0")), 3, "more than one compiler", problems=3)

    def compiled_by(self, rustc, crate=GOLDENS / "1.96.0" / "libleaf-1a2b3c4d.rmeta", name="liba.rmeta"):
        """Metadata of another compiler: the string stands in its header, with its length before it."""
        metadata = crate.read_bytes()
        old = run("inspect", "--format", "json", str(crate)).stdout
        old = json.loads(old)["rustc"].encode()
        self.assertLessEqual(len(rustc), len(old))
        at = metadata.index(old)
        self.assertEqual((metadata[at - 1], metadata[at + len(old)]), (len(old), 0xC1))
        new = bytes([len(rustc)]) + rustc.encode() + b"\xc1" + bytes(len(old) - len(rustc))
        return self.tree.write(name, metadata[:at - 1] + new + metadata[at + len(old) + 1:])

    def test_a_distributions_rustc_is_named_by_its_number_and_its_package(self):
        made = {
            "rustc 1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)":
                {"version": "1.85.0", "env": "RUSTC_VERSION=1.85.0", "debian": "rustc (>= 1.85.0), rustc (<< 1.85.1~)", "rpm": None, "arch": None, "toml": None},
            "rustc 1.87.0 (17067e9ac 2025-05-09) (Fedora 1.87.0-1.fc42)":
                {"version": "1.87.0", "env": "RUSTC_VERSION=1.87.0", "debian": None, "rpm": "rust = 1.87.0-1.fc42", "arch": None},
            "rustc 1.87.0 (17067e9ac 2025-05-09) (Arch Linux rust 1:1.87.0-1)":
                {"version": "1.87.0", "debian": None, "rpm": None, "arch": "rust=1:1.87.0-1"},
            "rustc 1.95.0 (59807616e 2026-04-14)": {"version": "1.95.0", "env": "RUSTUP_TOOLCHAIN=1.95.0", "debian": None, "rpm": None, "arch": None},
            "rustc 1.63.0": {"version": "1.63.0", "debian": "rustc (>= 1.63.0), rustc (<< 1.63.1~)"},
        }
        for rustc, forms in made.items():
            self.compiled_by(rustc)
            for form, expected in forms.items():
                with self.subTest(rustc, form=form):
                    result = run("toolchain", "--format", form, "liba.rmeta", cwd=self.tree.root)
                    if expected is None:
                        self.fails(result, 3, rustc)
                    else:
                        self.assertEqual((result.code, result.stdout.decode()), (0, expected + "\n"), result)

    def test_dpkg_takes_the_dependency(self):
        self.compiled_by("rustc 1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)")
        text = run("toolchain", "--format", "debian", "liba.rmeta", cwd=self.tree.root).stdout.decode()
        bounds = re.findall(r"rustc \((>=|<<) ([^)]+)\)", text)
        fits = [version for version in ("1.84.1+dfsg1-1", "1.85.0+dfsg3-1", "1.85.0+dfsg3-1~deb12u1", "1.85.1+dfsg1-1", "1.86.0+dfsg1-1")
                if all(subprocess.run(["dpkg", "--compare-versions", version, {">=": "ge", "<<": "lt"}[sign], bound], check=False).returncode == 0
                       for sign, bound in bounds)]
        self.assertEqual(fits, ["1.85.0+dfsg3-1", "1.85.0+dfsg3-1~deb12u1"])

    def test_what_else_built_the_tree_is_named_as_the_configuration_records_it(self):
        """Kconfig asks `$(CC) --version | head -n 1`; LLVM=1 is what a build by clang has to be given again."""
        (self.folder / "kernel.rs").write_text("#![feature(no_core)]\n#![no_core]\n")
        subprocess.run(["/usr/bin/rustc", "--crate-type=rlib", "--emit=metadata", "kernel.rs"], cwd=self.folder, check=True, capture_output=True,
                       env={**os.environ, "RUSTC_BOOTSTRAP": "1"})
        self.compiled_by("rustc 1.95.0 (59807616e 2026-04-14)", self.folder / "libkernel.rmeta", "rust/libkernel.rmeta")
        for compiler, symbol in ("gcc", "CC_IS_GCC"), (newest_clang(), "CC_IS_CLANG"):
            with self.subTest(compiler):
                text = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
                self.tree.write("include/config/auto.conf", f'CONFIG_RUST=y\nCONFIG_{symbol}=y\nCONFIG_CC_VERSION_TEXT="{text}"\n'
                                                            'CONFIG_BINDGEN_VERSION_TEXT="bindgen 0.72.1"\nCONFIG_PAHOLE_VERSION=130\n')
                lines = run("toolchain", ".", cwd=self.tree.root).stdout.decode().splitlines()
                self.assertLessEqual({f"# C compiler: {text}", "# bindgen: bindgen 0.72.1", "# pahole: 130"}, set(lines))
                self.assertEqual("# make: LLVM=1" in lines, symbol == "CC_IS_CLANG")

    def test_a_file_is_written_below_C(self):
        self.tree.copy("liba.rmeta", next(NIGHTLY.glob("*.rmeta")))
        result = run("-C", str(self.tree.root), "toolchain", "-o", "rust-toolchain.toml", ".", cwd=self.folder)
        self.assertEqual((result.code, result.stdout, result.stderr), (0, b"", ""))
        self.assertEqual((self.tree / "rust-toolchain.toml").read_bytes(), run("toolchain", str(NIGHTLY)).stdout)
        self.assertFalse((self.folder / "rust-toolchain.toml").exists())

    def test_when_none_fits_nothing_is_written(self):
        self.tree.copy("liba.rmeta", next(NIGHTLY.glob("*.rmeta")))
        file = self.tree.write("toolchain.toml", "as it was")
        self.tree.copy("libb.rmeta", next((GOLDENS / "1.96.0").glob("*.rmeta")))
        self.fails(run("toolchain", "-o", "toolchain.toml", ".", cwd=self.tree.root), 3, "more than one compiler", problems=3)
        (self.tree / "liba.rmeta").unlink()
        self.fails(run("toolchain", "-o", "toolchain.toml", ".", cwd=self.tree.root), 3, "distribution's own build")
        (self.tree / "libb.rmeta").unlink()
        self.fails(run("toolchain", "-o", "toolchain.toml", ".", cwd=self.tree.root), 3, "no crate metadata")
        self.assertEqual(file.read_bytes(), b"as it was")

    def test_a_target_specification_is_printed_as_it_was_given(self):
        for crate in sorted((GOLDENS / "special/custom-target").glob("*/libnocore.rmeta")):
            result = run("inspect", "--target-json", str(crate))
            if int(crate.parent.name.split(".")[1]) < 63:
                self.fails(result, 3, "no target specification")
                continue
            self.assertEqual((result.code, result.stdout), (0, (crate.parent / "kernel-target.json").read_bytes()), crate)
            # What a runner takes for a command is no JSON.
            damaged = crate.read_bytes().replace(result.stdout[:10], b"\n::error::", 1)
            self.fails(run("inspect", "--target-json", self.tree.write("libnocore.rmeta", damaged)), 3, "not a JSON object")


if __name__ == "__main__":
    main()
