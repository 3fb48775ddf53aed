#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""A damaged crate is never called healthy: 10,000 of them, and rustc is asked about each that audit has no error for.

A kernel tree with one crate `kernel` that needs 60 others, compiled by the rustc on PATH: crate metadata, rlibs, proc macros.
In each round every one of the 60 is damaged in its own way and audit judges the tree: an error that mentions the
crate or its file is enough. What is not mentioned is put into the healthy tree all together, and rustc has to accept that.
If it does not, the one it refuses is shown to audit alone, for the fault of one may have hidden another's.

Damage is a cut at any place, or one to three bytes changed in a header: of the metadata (magic number, root position,
version of the compiler, first dependency, target, footer), of the archive, of the ELF file and its sections. The seed is
fixed; RARTIFACTS_SEED and RARTIFACTS_MUTATIONS change it and the number. 10,000 take half a minute.
"""

import json
import os
import random
import re
import shutil
import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
import mini_kernel
from breakages import Copy, name_of
from judge import Crates

SEED = int(os.environ.get("RARTIFACTS_SEED", 4))
MUTATIONS = int(os.environ.get("RARTIFACTS_MUTATIONS", 10_000))
METADATA, RLIBS, MACROS = 44, 12, 4
MAGIC = b"rust\0\0\0"


class Compiler(mini_kernel.Compiler):
    """The same with the folder left out of all hashes: every run damages the same bytes."""

    def run(self, *arguments, source=""):
        return super().run("--remap-path-prefix", f"{self.tree.root}=/kernel", *arguments, source=source)


class Kit(Crates):
    """The set with many crates; `needed` are the files of those that `kernel` needs."""

    module = mini_kernel.NO_CORE + "extern crate core; use kernel as _;"

    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "module.rs").write_text(self.module)
        tree = harness.Tree(self.folder / "healthy")
        tree.config("RUST")
        tree.write("include/generated/rustc_cfg", "--cfg=CONFIG_RUST\n")
        tree.write("rust/.keep")
        rustc = Compiler(tree)
        rustc.crate("core", self.sources["core"])
        rustc.host("quote", "rlib", mini_kernel.QUOTE, "-o", "rust/libquote.rlib")
        source = mini_kernel.NO_CORE + "extern crate core; pub struct S;"
        for number in range(METADATA):
            rustc.crate(f"crate{number}", source)
        for number in range(RLIBS):
            rustc.run("--crate-name", f"rlib{number}", "--crate-type", "rlib", "--edition", "2021", "-Zunstable-options", "-Cpanic=abort",
                      "--target", "scripts/target.json", "-L", "rust", "-o", f"rust/librlib{number}.rlib", "-", source=source)
        for number in range(MACROS):
            rustc.host(f"macros{number}", "proc-macro", mini_kernel.MACROS, "--extern", "quote", "--extern", "proc_macro",
                       "-o", f"rust/libmacros{number}.so", "-Cstrip=symbols")
        self.needed = sorted(f"rust/{path.name}" for path in (tree / "rust").glob("lib*[0-9].*"))
        needed = "".join(f"#[macro_use] extern crate {name_of(path)};" for path in self.needed)
        rustc.crate("kernel", mini_kernel.NO_CORE + "extern crate core;" + needed)
        self.root, self.toolchain = tree.root, self.make_toolchain()


def header_of(content):
    """Places where headers are: (begin, end)"""
    places = []
    if content.startswith(b"\x7fELF"):
        sections, = struct.unpack_from("<Q", content, 40)
        places += [(0, 64), (sections, len(content))]
    elif content.startswith(b"!<arch>\n"):
        places += [(0, 68)]
    at = content.find(MAGIC)
    while at >= 0:
        root, = struct.unpack_from("<Q" if content[at + 7] >= 9 else ">I", content, at + 8)
        places.append((at, at + 64))
        if at + root < len(content):
            places.append((at + root, at + root + 40))
        at = content.find(MAGIC, at + 1)
    if not content.startswith((b"\x7fELF", b"!<arch>\n")):
        places.append((len(content) - len("rust-end-file"), len(content)))
    return places


def mutate(content, chance):
    """(what was done, the damaged content)"""
    if chance.random() < 0.4:
        size = chance.choice([chance.randrange(len(content)), chance.randrange(256), len(content) - chance.randrange(1, 64)])
        return f"cut to {size} of {len(content)} bytes", content[:size]
    changed, done = bytearray(content), []
    begin, end = chance.choice(header_of(content))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(begin, min(end, len(content)))
        changed[at] = chance.choice([changed[at] ^ 1 << chance.randrange(8), chance.randrange(256), 0, 255])
        done.append(f"byte {at} from {content[at]:#04x} to {changed[at]:#04x}")
    return ", ".join(done), bytes(changed)


class Mutations(unittest.TestCase):
    def test_a_damaged_artifact_is_never_healthy(self):
        with tempfile.TemporaryDirectory() as folder:
            kit = Kit(folder)
            self.assertTrue(kit.judge(kit.root).accepts, "the healthy set")
            self.assertEqual(self.errors(kit, kit.root), [], "the healthy set")
            contents = {path: (kit.root / path).read_bytes() for path in kit.needed}
            chance, total, unblamed, wrong = random.Random(SEED), 0, 0, []
            while total < MUTATIONS:
                damage = {path: mutate(content, chance) for path, content in contents.items()}
                damage = {path: done for path, done in damage.items() if done[1] != contents[path]}
                errors = self.errors(kit, self.damaged(kit, damage))
                blamed = set(re.findall(r"\w+", json.dumps(errors)))
                left = {path: done for path, done in damage.items() if not {name_of(path), Path(path).stem} & blamed}
                wrong += self.refused(kit, left)
                total += len(damage)
                unblamed += len(left)
            print(f"{total} damaged, {unblamed} not mentioned in an error, {len(wrong)} refused by rustc alone", file=sys.stderr)
            self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def damaged(self, kit, damage):
        place = kit.folder / "damaged"
        shutil.rmtree(place, ignore_errors=True)
        tree = Copy(place, kit.root)
        for path, (_, content) in damage.items():
            tree.write(path, content)
        return tree.root

    def errors(self, kit, root):
        result = harness.run("audit", "--report", "json", "--rustc-version", kit.toolchain.version, ".", cwd=root)
        self.assertIn(result.code, (0, 1), result)
        errors = [finding for finding in json.loads(result.stdout)["findings"] if finding["severity"] == "error"]
        self.assertEqual(result.code, 1 if errors else 0)
        return errors

    def refused(self, kit, left):
        """Which of these rustc refuses and audit does not: asked about all at once, and about fewer only if that is refused"""
        if not left or kit.judge(self.damaged(kit, left)).accepts:
            return []
        if len(left) == 1:
            path, (done, _) = next(iter(left.items()))
            root = self.damaged(kit, left)
            verdict = kit.judge(root)
            return [] if self.errors(kit, root) else [f"{path}: {done}: {verdict.crate} {verdict.code} {verdict.cause}"]
        half = len(left) // 2
        return self.refused(kit, dict(list(left.items())[:half])) + self.refused(kit, dict(list(left.items())[half:]))


if __name__ == "__main__":
    harness.main()
