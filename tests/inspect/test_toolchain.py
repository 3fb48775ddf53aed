# SPDX-License-Identifier: MIT OR Apache-2.0
"""`rartifacts toolchain` names the one compiler of a tree, or says why there is none that rustup has."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
from harness import GOLDENS, ScanTest, main, run  # noqa: E402

NIGHTLY = GOLDENS / "1.97.0-nightly"
CHANNEL = "nightly-2026-05-20"


class ToolchainCommand(ScanTest):
    def test_each_format(self):
        for form, expected in (("version", CHANNEL + "\n"), ("env", f"RUSTUP_TOOLCHAIN={CHANNEL}\n")):
            result = run("toolchain", "--format", form, str(NIGHTLY))
            self.assertEqual((result.code, result.stdout.decode(), result.stderr), (0, expected, ""))
        self.assertIn(f'[toolchain]\nchannel = "{CHANNEL}"\n', run("toolchain", str(NIGHTLY)).stdout.decode())

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


if __name__ == "__main__":
    main()
