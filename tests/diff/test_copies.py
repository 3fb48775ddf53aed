# SPDX-License-Identifier: MIT OR Apache-2.0
"""Every program that packagers copy with takes our list, and what it made passes `verify`."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness  # noqa: E402
from harness import GOLDENS, ScanTest, Tree, main, run  # noqa: E402
from packagers import dh_install, rpmbuild  # noqa: E402

# What every program and every format holds.
NAMES = ["rust/libplain.rmeta", "rust/two words.rmeta", " leading blank.rmeta", "trailing blank /x.rmeta", "[ab].rmeta", "a[bc]d.rmeta", "st*r.rmeta",
         "wh?t.rmeta", "100%.rmeta", "%s%n.rmeta", "-rf.rmeta", "--delete.rmeta", "-dir/-file.rmeta", "#comment.rmeta", "#dir/#x.rmeta", ";x.rmeta",
         "quote'.rmeta", "`id`.rmeta", "$HOME.rmeta", "~user.rmeta", "host:file.rmeta", "a=b.rmeta", "gr\u00fc\u00df.rmeta"]
# What only some do: NUL after each name, or dh_install's variables.
NOT_IN_LINES = ["new\nline.rmeta", "dir\n/x.rmeta", "back\\slash.rmeta", "tab\t.rmeta", "{a,b}.rmeta", 'double".rmeta', "two [words].rmeta", "%attr(x).rmeta",
                os.fsdecode(b"latin-\xfc.rmeta")]

# How each takes a list from standard input, started in the tree, to fill $DEST.
PIPES = {
    "cpio": ("paths", 'cpio --quiet -pdmu "$DEST"'),
    "cpio -0": ("paths0", 'cpio --quiet -0 -pdmu "$DEST"'),
    "cpio --dirs": ("paths --dirs", 'cpio --quiet -pdmu "$DEST"'),
    "rsync": ("paths", 'rsync -a --files-from=- . "$DEST"'),
    "rsync --from0": ("paths0", 'rsync -a --from0 --files-from=- . "$DEST"'),
    "tar": ("paths", 'tar --no-recursion -cf - -T - | tar -C "$DEST" -xpf -'),
    "tar --null": ("paths0", 'tar --no-recursion -cf - --null -T - | tar -C "$DEST" -xpf -'),
    "tar --dirs": ("paths0 --dirs", 'tar --no-recursion -cf - --null -T - | tar -C "$DEST" -xpf -'),
    "bsdtar": ("paths", 'bsdtar -n -cf - -T - | bsdtar -C "$DEST" -xpf -'),
    "bsdtar --null": ("paths0", 'bsdtar --format gnutar -n -cf - --null -T - | bsdtar -C "$DEST" -xpf -'),
    "bsdcpio -0": ("paths0", 'bsdcpio --quiet -0 -pdmu "$DEST"'),
}


class Copies(ScanTest):
    def fill(self, names):
        for number, name in enumerate(names):
            self.tree.copy(name)
            os.chmod(self.tree / name, [0o644, 0o755, 0o600][number % 3])
        self.tree.copy("real/libreal.rmeta", GOLDENS / "1.96.0/libmid-99aa.rmeta")
        self.tree.link("rust/liblink.rmeta", "../real/libreal.rmeta")
        os.chmod(self.tree / "real", 0o750)
        self.tree.write("rust/not listed.c")
        return len(names) + 1

    def verifies(self, copy, files, *arguments):
        """`verify` finds everything there, from the manifest and from sha256sums; and notices when a byte changes."""
        for form in ("json", "sha256sums"):
            manifest = self.folder / form
            manifest.write_bytes(self.tree.scan("--format", form, *arguments).stdout)
            done = run("verify", str(manifest), str(copy))
            self.assertEqual((done.code, done.stderr), (0, ""), done)
            self.assertIn(f"ok: {files + (form == 'sha256sums')} files", done.stdout.decode())
        place = os.path.join(copy, "real/libreal.rmeta")
        with open(place, "r+b") as file:
            file.seek(100)
            byte = file.read(1)
            file.seek(100)
            file.write(bytes([byte[0] ^ 1]))
        self.assertEqual(run("verify", str(self.folder / "json"), str(copy)).code, 1)

    def by_pipe(self, form, copier):
        dest = tempfile.mkdtemp(dir=self.folder)
        self.missing(copier.split()[0])
        done = subprocess.run(["bash", "-c", f'set -o pipefail; "$@" . | {copier}', "bash", harness.program, "scan", "--format", *form.split()],
                              cwd=self.tree.root, timeout=20, env={**os.environ, "DEST": dest}, capture_output=True, stdin=subprocess.DEVNULL)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return dest

    def missing(self, *programs):
        absent = [program for program in programs if not shutil.which(program)]
        if absent:
            self.skipTest(f"not installed: {absent}")

    def test_what_cpio_rsync_tar_and_bsdtar_copy_passes_verify(self):
        files = self.fill(NAMES)
        for name, (form, copier) in PIPES.items():
            with self.subTest(name):
                self.missing(name.split()[0])
                self.verifies(self.by_pipe(form, copier), files, *form.split()[1:])

    def test_names_that_lines_cannot_hold_pass_with_nul(self):
        files = self.fill(NAMES + NOT_IN_LINES)
        for name, (form, copier) in PIPES.items():
            if form.startswith("paths0"):
                with self.subTest(name):
                    self.missing(name.split()[0])
                    self.verifies(self.by_pipe(form, copier), files, *form.split()[1:])

    def test_what_dh_install_puts_into_a_package_passes_verify(self):
        self.missing("dh_install")
        files = self.fill(NAMES + NOT_IN_LINES)
        listed = self.tree.scan("--format", "dh-install", "--prefix", "/usr/src/linux headers").stdout
        package = dh_install(Tree(shutil.copytree(self.tree.root, self.folder / "source", symlinks=True)), listed)
        self.verifies(package / "usr/src/linux headers", files)
        source = Tree(self.folder / "above")
        shutil.copytree(self.tree.root, source / "linux-build", symlinks=True)
        self.verifies(dh_install(source, listed, "--sourcedir=linux-build") / "usr/src/linux headers", files)

    def test_what_rpmbuild_packs_passes_verify(self):
        self.missing("rpmbuild", "rpm2cpio")
        files = self.fill(NAMES)
        for arguments in ([], ["--dirs"]):
            listed = self.tree.scan("--format", "rpm-files", "--prefix", "/usr/src/kernels/x", *arguments).stdout
            root = Tree(tempfile.mkdtemp(dir=self.folder))
            shutil.copytree(self.tree.root, root / "usr/src/kernels/x", symlinks=True)
            packed = rpmbuild(root, listed)
            self.verifies(packed / "usr/src/kernels/x", files, *arguments)


if __name__ == "__main__":
    main()
