# SPDX-License-Identifier: MIT OR Apache-2.0
"""Packages that are cut off, wrongly named, or made to do harm: a clear error, exit code 3, and bounded memory and time."""

import gzip
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
import packages
from harness import ScanTest, main, run

MOST_MEMORY = 64 << 20
GIB = 1 << 30


def still_unpacks_to(content, packed):
    """True when a changed bit changes nothing: of a text that repeats itself, a match may be as far away as it likes."""
    try:
        return gzip.decompress(packed) == content
    except (OSError, EOFError, zlib.error):
        return False


class BadPackages(ScanTest):
    def setUp(self):
        super().setUp()
        self.tree.copy("usr/lib/libleaf-1a2b3c4d.rmeta")
        self.tree.write("usr/share/doc", "text" * 1000)

    def refuses(self, package, *mentions, problems=1):
        for command in "audit", "scan":
            self.fails(run(command, package, cwd=self.folder), 3, *mentions, problems=problems)

    def entries(self, *entries, name="a.tar", **options):
        """A tar of (TarInfo attributes, content)."""
        with tarfile.open(self.folder / name, options.pop("mode", "w"), format=options.pop("format", tarfile.PAX_FORMAT)) as tar:
            for attributes, content in entries:
                info = tarfile.TarInfo()
                info.size = len(content)
                for key, value in attributes.items():
                    setattr(info, key, value)
                tar.addfile(info, io.BytesIO(content))
        return name

    def bounded(self, package, seconds, *mentions, expected=3):
        since = time.monotonic()
        result, _, peak = harness.run_measured("audit", package, cwd=self.folder)
        self.assertEqual(result.code, expected, result)
        for mention in mentions:
            self.assertIn(mention, result.stderr)
        self.assertLess(peak, MOST_MEMORY)
        if not harness.is_sanitized():
            self.assertLess(time.monotonic() - since, seconds)

    # ---- Cut, wrong, unknown ----

    def test_a_flipped_bit_in_gzip_is_never_ok(self):
        packages.FORMATS["a.tar.gz"](self.tree.root, self.folder / "a.tar.gz")
        whole = bytearray((self.folder / "a.tar.gz").read_bytes())
        content = gzip.decompress(whole)
        for position in range(18, len(whole), max(1, len(whole) // 60)):
            whole[position] ^= 0x10
            if still_unpacks_to(content, whole):
                whole[position] ^= 0x10
                continue
            (self.folder / "a.tar.gz").write_bytes(whole)
            result = run("audit", "a.tar.gz", cwd=self.folder)
            self.assertEqual((result.code, result.stdout), (3, b""), f"at {position} of {len(whole)}\n{result}")
            whole[position] ^= 0x10
        (self.folder / "a.tar.gz").write_bytes(whole)
        self.assertEqual(run("audit", "a.tar.gz", cwd=self.folder).code, 0)

    def test_a_package_that_was_cut_is_never_ok(self):
        for name, make in packages.FORMATS.items():
            with self.subTest(name):
                make(self.tree.root, self.folder / name)
                whole = (self.folder / name).read_bytes()
                self.assertEqual(run("scan", name, cwd=self.folder).code, 0)
                # The end of a tar or cpio is padding to a block that tapes had, that of an ar one to an even length.
                padding = b"\0" if name in ("a.tar", "a.cpio") else b"\n" if name.endswith(".deb") else b""
                length = len(whole.rstrip(padding)) if padding else len(whole)
                for cut in sorted({*range(1, length, max(1, length // 40)), length - 1}):
                    (self.folder / name).write_bytes(whole[:cut])
                    result = run("audit", name, cwd=self.folder)
                    self.assertEqual((result.code, result.stdout), (3, b""), f"{cut} of {len(whole)}\n{result}")

    def test_a_tar_that_ends_between_two_entries(self):
        self.entries(({"name": "libleaf-1a2b3c4d.rmeta"}, harness.LEAF.read_bytes()), ({"name": "b"}, b"b"))
        whole = (self.folder / "a.tar").read_bytes()
        (self.folder / "a.tar").write_bytes(whole[: whole.index(b"b\0\0\0")])
        self.refuses("a.tar", "cut off")

    def test_the_content_counts_not_the_name(self):
        packages.rpm(self.tree.root, self.folder / "a.deb")
        self.assertEqual(run("scan", "a.deb", cwd=self.folder).code, 0)
        self.tree.write("../text.deb", "text")
        self.refuses("text.deb", "neither tar nor cpio")
        self.tree.write("../empty.deb", "")
        self.refuses("empty.deb")

    def test_what_is_packed_and_no_package(self):
        for name, command in ("a.gz", "gzip"), ("a.xz", "xz"):
            with open(self.folder / name, "wb") as out:
                subprocess.run([command, "-c"], input=b"text" * 1000, stdout=out, check=True)
            self.refuses(name)

    def test_debs_that_are_none(self):
        packages.deb("gzip")(self.tree.root, self.folder / "whole.deb")
        whole = (self.folder / "whole.deb").read_bytes()
        for change, mention in (
            ((b"data.tar.gz", b"dat_.tar.gz"), "data.tar"),
            ((b"control.tar.gz", b"contro_.tar.gz"), "control"),
        ):
            self.tree.write("../a.deb", whole.replace(*change))
            self.refuses("a.deb", mention)
        data = whole.index(b"data.tar.gz")
        self.tree.write("../a.deb", whole[: data + 60] + b"no gzip at all" + whole[data + 74 :])
        self.refuses("a.deb")

    def test_a_package_in_a_package_is_not_opened(self):
        packages.tar(self.tree.root, self.folder / "inner.tar")
        self.entries(({"name": "inner.tar"}, (self.folder / "inner.tar").read_bytes()), name="outer.tar")
        self.refuses("outer.tar", "no Rust artifacts")

    # ---- Names ----

    def test_names_that_lead_out(self):
        for name in "/etc/passwd", "../up", "a/../../up", "..", "a" * 5000, "a/" * 3000 + "b":
            with self.subTest(name[:20]):
                self.refuses(self.entries(({"name": name}, b"x")), "an entry" if "." not in name else "")
        for link in "/etc/passwd", "../../etc/passwd":
            self.refuses(self.entries(({"name": "liba.rmeta", "type": tarfile.LNKTYPE, "linkname": link}, b"")))

    def test_hard_links_to_what_was_not_looked_into(self):
        self.refuses(self.entries(({"name": "liba.rmeta", "type": tarfile.LNKTYPE, "linkname": "nothing"}, b"")), "hard link")

    def test_names_in_any_encoding(self):
        names = "lib\u00fc\u65e5.rmeta", "lib a\nb.rmeta", "lib\udcff.rmeta"
        for form in tarfile.GNU_FORMAT, tarfile.PAX_FORMAT:
            self.entries(*(({"name": name}, harness.LEAF.read_bytes()) for name in names), format=form)
            result = run("scan", "--format", "paths0", "a.tar", cwd=self.folder)
            if form == tarfile.GNU_FORMAT:
                self.assertEqual(result.code, 0, result)
                self.assertEqual(len(result.stdout.split(b"\0")) - 1, len(names))
            else:
                self.assertIn(result.code, (0, 3), result)

    def test_links_in_circles_and_out(self):
        def link(name, target):
            return {"name": name, "type": tarfile.SYMTYPE, "linkname": target}, b""

        self.entries(link("liba.rmeta", "libb.rmeta"), link("libb.rmeta", "liba.rmeta"), link("libc.rmeta", "../../../etc/passwd"),
                     link("libd.rmeta", "/etc/passwd"), link("libe.rmeta", "x" * 4000))
        result = run("audit", "a.tar", cwd=self.folder)  # nothing that rustc reads is behind them
        self.assertEqual(result.code, 0, result)
        said = result.stdout.decode()
        for rule, count in ("dangling-link", 5), ("escaping-link", 1):
            self.assertEqual(said.count(f"[{rule}"), count, said)

    def test_hard_links_to_nothing_take_bounded_memory(self):
        self.entries(*(({"name": f"lib{i:0100}.rmeta", "type": tarfile.LNKTYPE, "linkname": "nowhere.rmeta"}, b"") for i in range(60_000)),
                     mode="w:gz", name="a.tar.gz", format=tarfile.GNU_FORMAT)
        self.bounded("a.tar.gz", 20, "MiB")

    def test_devices_are_nothing(self):
        self.entries(({"name": "libx.rmeta", "type": tarfile.CHRTYPE}, b""), ({"name": "liby.so", "type": tarfile.FIFOTYPE}, b""))
        self.refuses("a.tar", "no Rust artifacts")

    # ---- Bombs ----

    def stream(self, command, chunks):
        """The output of a packing program, given chunks."""
        if not shutil.which(command[0]):
            self.skipTest(f"no {command[0]}")
        with open(self.folder / "bomb", "wb") as out, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out) as process:
            for chunk in chunks:
                process.stdin.write(chunk)
        return "bomb"

    @staticmethod
    def header(name, size):
        info = tarfile.TarInfo(name)
        info.size = size
        return info.tobuf(tarfile.GNU_FORMAT)

    def zeros(self, name):
        yield self.header(name, 10 * GIB)
        for _ in range(10 * 1024):
            yield bytes(1 << 20)
        yield bytes(1024)

    def test_ten_gigabytes_of_zeros(self):
        for name in "liba.rmeta", "text":
            self.bounded(self.stream(["zstd", "-q", "-c"], self.zeros(name)), 20, "unfold")

    def test_ten_gigabytes_in_a_few_blocks(self):
        with open(self.folder / "liba.rmeta", "wb") as sparse:
            sparse.truncate(10 * GIB)
        subprocess.run(["tar", "--sparse", "-cf", "a.tar", "liba.rmeta"], cwd=self.folder, check=True)
        self.bounded("a.tar", 10, expected=1)  # the file is no metadata; the package is sound

    def test_two_million_entries(self):
        template = bytearray(self.header("d0000000/libx.rmeta", 0))

        def headers():
            base = sum(template[:148]) + sum(template[156:]) + 8 * 32 - 7 * 48
            for i in range(0, 2_000_000, 1000):
                block = bytearray()
                for j in range(i, i + 1000):
                    digits = b"%07d" % j
                    template[1:8] = digits
                    template[148:156] = b"%06o\0 " % (base + sum(digits))
                    block += template
                yield block
            yield bytes(1024)

        self.bounded(self.stream(["gzip", "-1", "-c"], headers()), 60, "over the limit")


if __name__ == "__main__":
    main()
