# SPDX-License-Identifier: MIT OR Apache-2.0
"""What is named beside packages: the records of a build stand for its packages, and what is no package that is read is called so."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("scan", "package")]
import packages
from harness import LEAF, ScanTest, main, run

CONTROL = """Source: headers
Section: misc
Priority: optional
Maintainer: A <a@b.example>

Package: headers
Architecture: amd64
Description: headers
"""
CHANGELOG = """headers (1) unstable; urgency=medium

  * One.

 -- A <a@b.example>  Thu, 01 Jan 2026 00:00:00 +0000
"""


class Operands(ScanTest):
    def build(self):
        """debs and their records, as dpkg-buildpackage leaves them in the folder above the source."""
        for tool in "dpkg-genbuildinfo", "dpkg-genchanges", "dpkg-deb":
            if not shutil.which(tool):
                self.skipTest(f"{tool} is not installed")
        source = self.folder / "source"
        (source / "debian").mkdir(parents=True)
        (source / "debian/control").write_text(CONTROL)
        (source / "debian/changelog").write_text(CHANGELOG)
        root = self.folder / "root/usr/src/headers/rust"
        root.mkdir(parents=True)
        shutil.copy(LEAF, root / LEAF.name)
        packages.deb("gzip")(self.folder / "root", self.folder / "headers_1_amd64.deb")
        (source / "debian/files").write_text("headers_1_amd64.deb misc optional\n")
        buildinfo = self.folder / "headers_1_amd64.buildinfo"
        subprocess.run(["dpkg-genbuildinfo", "--build=any", f"-O{buildinfo}"], cwd=source, check=True, capture_output=True)
        changes = subprocess.run(["dpkg-genchanges", "--build=any"], cwd=source, check=True, capture_output=True).stdout
        (self.folder / "headers_1_amd64.changes").write_bytes(changes)

    def test_the_records_of_a_build_stand_for_its_packages(self):
        self.build()
        plain = run("scan", "--format", "json", "headers_1_amd64.deb", cwd=self.folder)
        self.assertEqual((plain.code, len(json.loads(plain.stdout)["artifacts"])), (0, 1), plain)
        for record in "headers_1_amd64.changes", "headers_1_amd64.buildinfo":
            with self.subTest(record):
                self.assertEqual(json.loads(run("scan", "--format", "json", record, cwd=self.folder).stdout)["artifacts"], json.loads(plain.stdout)["artifacts"])
                self.assertEqual(run("audit", record, cwd=self.folder).stdout, run("audit", "headers_1_amd64.deb", cwd=self.folder).stdout)
                # Named twice, it is there once.
                self.assertEqual(run("scan", record, "headers_1_amd64.deb", cwd=self.folder).stdout, plain_paths(self.folder))
        (self.folder / "headers_1_amd64.deb").unlink()
        self.fails(run("scan", "headers_1_amd64.changes", cwd=self.folder), 3, "headers_1_amd64.deb is not beside it", problems=1)

    def test_a_signed_record(self):
        self.build()
        record = self.folder / "headers_1_amd64.changes"
        record.write_text("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n" + record.read_text()
                          + "-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n")
        self.assertEqual(run("scan", record.name, cwd=self.folder).stdout, plain_paths(self.folder))

    def test_names_in_a_record_do_not_lead_elsewhere(self):
        self.build()
        (self.folder / "sub").mkdir()
        (self.folder / "sub/x.changes").write_text("Checksums-Sha256:\n 00 1 ../headers_1_amd64.deb\n")
        self.fails(run("scan", "sub/x.changes", cwd=self.folder), 3, "lists no binary packages", problems=1)

    def test_what_is_no_package_that_is_read_is_called_so_and_not_damaged(self):
        with zipfile.ZipFile(self.folder / "a.zip", "w") as packed:
            packed.write(LEAF, "liba.rmeta")
        shutil.copy(self.folder / "a.zip", self.folder / "a.whl")
        said = {"a.zip": "a zip file", "a.whl": "a zip file"}
        if shutil.which("mksquashfs"):
            subprocess.run(["mksquashfs", LEAF, self.folder / "a.snap", "-quiet", "-no-progress"], check=True, capture_output=True)
            said["a.snap"] = "a squashfs image"
        for name, form in said.items():
            for command in "scan", "audit", "inspect":
                with self.subTest(name, command=command):
                    result = run(command, name, cwd=self.folder)
                    self.assertEqual(result.code, 3, result)
                    self.assertIn(f"{name}: {form}, which is no form of package that is read", result.stderr)
                    self.assertNotIn(b"corrupt", result.stdout)


def plain_paths(folder):
    return run("scan", "headers_1_amd64.deb", cwd=folder).stdout


if __name__ == "__main__":
    main()
