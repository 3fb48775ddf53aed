#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Every golden artifact, read by `rartifacts inspect`, against what rustc itself said about it.

    test_goldens.py RARTIFACTS

testdata/goldens/expected.jsonl holds rustc's own listing of each file; null there means that this rustc does not print the
value. Nothing is compared with a decoder of ours.
"""
import json
import pathlib
import subprocess
import sys
import unittest

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "goldens"

# Where the truth about a file is another than the name it was stored under.
KINDS = {
    # Stripped, and rustc left no .comment before 1.75: nothing in the file tells that it was Rust.
    "1.41.0/libnostd_c.so": "shared-library",
    "1.48.0/libnostd_c.so": "shared-library",
    "1.63.0/libnostd_c.so": "shared-library",
    # `--emit obj` for these targets writes LLVM bitcode.
    "special/targets/1.97.0-nightly/bpfel-unknown-none/nocore.o": "bitcode",
    "special/targets/1.97.0-nightly/bpfeb-unknown-none/nocore.o": "bitcode",
    "special/targets/1.97.0-nightly/nvptx64-nvidia-cuda/nocore.o": "bitcode",
    # A C archive, listed as staticlib for its ending.
    "special/archives/libc_only.a": "archive",
}
# Put together by hand so that rustc refuses them (E0786), and so do we.
REFUSED = {
    "special/archives/libleaf_thin.rlib",
    "special/archives/libleaf_nomember.rlib",
    "special/archives/libleaf_badsize.rlib",
    "special/archives/libleaf_notobject.rlib",
}
# Damage that the format cannot show: before 1.80 nothing marks the end of the metadata.
ENDLESS = {f"special/truncated/{release}/{damage}/libleaf.rmeta" for release in ("1.41.0", "1.63.0", "1.75.0")
           for damage in ("one-byte-short", "trailing-garbage")}
# Another metadata version in front of a sound root: what rustc refuses is the version (E0514, E0786), not the file.
OTHER_VERSION = {f"special/truncated/{release}/next-version/libleaf.rmeta" for release in ("1.63.0", "1.95.0")}

DEPENDENCY_KINDS = {"UnexportedMacrosOnly": "macros-only", "MacrosOnly": "macros-only", "Implicit": "conditional",
                    "Conditional": "conditional", "Explicit": "unconditional", "Unconditional": "unconditional"}


def panic(text):
    return None if text == "None" else text.removeprefix("Some(").removesuffix(")").lower()


def differences(expected, got):
    """Every field that rustc prints and that we do not give in the same way."""
    crate = got.get("crate") or {}

    def compare(what, wanted, found):
        if wanted != found:
            yield f"{what}: rustc says {wanted}, we say {found}"

    for field in ("name", "extra_filename", "svh", "triple", "edition", "is_proc_macro", "is_stub"):
        if expected.get(field) is not None:
            yield from compare(field, expected[field], crate.get(field))
    if expected.get("shown_target"):
        yield from compare("custom target", expected["shown_target"], crate.get("custom_target"))
    if expected["stable_crate_id_hex"]:
        yield from compare("stable_crate_id", expected["stable_crate_id_hex"].rjust(16, "0"), crate.get("stable_crate_id"))
    if expected["panic"]:
        yield from compare("panic", panic(expected["panic"]), crate.get("panic"))
        yield from compare("panic_in_drop", panic(expected["panic_in_drop"]), crate.get("panic_in_drop"))
    if expected["path"] not in ENDLESS:
        if expected["symbol_mangling"]:
            yield from compare("mangling", expected["symbol_mangling"].lower(), crate.get("symbol_mangling"))
        for flag, value in (expected["flags"] or {}).items():
            yield from compare(flag, value, crate.get("flags", {}).get(flag))
    if expected["deps"] is None:
        return
    found = crate.get("dependencies") or []
    yield from compare("number of dependencies", len(expected["deps"]), len(found))
    for wanted, dependency in zip(expected["deps"], found):
        name = wanted["name"]
        yield from compare("dependency", name, dependency["name"])
        yield from compare(f"{name}: extra filename", wanted["extra_filename"], dependency["extra_filename"])
        for field, value in (("svh", wanted["svh"]), ("kind", DEPENDENCY_KINDS.get(wanted["kind"])), ("private", wanted["private"])):
            if value is not None:
                yield from compare(f"{name}: {field}", value, dependency[field])


class Goldens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        lines = (GOLDENS / "expected.jsonl").read_text().splitlines()
        cls.expected = [json.loads(line) for line in lines]
        run = subprocess.run([PROGRAM, "-C", GOLDENS, "inspect", "--format", "ndjson", *(e["path"] for e in cls.expected)],
                             capture_output=True, text=True, timeout=60)
        cls.got = {artifact["path"]: artifact for artifact in map(json.loads, run.stdout.splitlines())}
        cls.refused = {line.split(": ")[1]: line for line in run.stderr.splitlines()}

    def test_every_file_is_answered_once(self):
        self.assertEqual(len(self.expected), 565)
        self.assertEqual(set(self.got) | set(self.refused), {e["path"] for e in self.expected})
        self.assertFalse(set(self.got) & set(self.refused))

    def test_every_field_is_what_rustc_prints(self):
        compared = 0
        for expected in self.expected:
            if expected["path"] in self.got:
                compared += 1
                with self.subTest(expected["path"]):
                    self.assertEqual(list(differences(expected, self.got[expected["path"]])), [])
        self.assertGreaterEqual(compared, 510)

    def test_every_kind_is_right(self):
        for expected in self.expected:
            if expected["path"] in self.got:
                with self.subTest(expected["path"]):
                    self.assertEqual(self.got[expected["path"]]["kind"], KINDS.get(expected["path"], expected["kind"]))

    def test_metadata_version_and_compiler_are_read_from_every_sound_file(self):
        for expected in self.expected:
            got = self.got.get(expected["path"])
            if got and expected["metadata_version"] and not expected.get("damaged") and not expected.get("no_rustc"):
                with self.subTest(expected["path"]):
                    self.assertEqual(got["metadata_version"], expected["metadata_version"])
                    self.assertEqual(got["rustc"], expected["rustc"])

    def test_damaged_files_are_refused(self):
        for expected in self.expected:
            path = expected["path"]
            if expected.get("damaged") and path not in ENDLESS | OTHER_VERSION:
                with self.subTest(path):
                    self.assertIn(path, self.refused)
        sound = {e["path"] for e in self.expected if not e.get("damaged")}
        self.assertEqual(set(self.refused) & sound, REFUSED)

    def test_a_stripped_proc_macro_is_called_what_it_was_with_the_missing_half_named(self):
        for expected in self.expected:
            if expected.get("no_rustc"):
                got = self.got[expected["path"]]
                self.assertEqual(got["kind"], "proc-macro")
                self.assertEqual(got["proc_macro"]["rustc_section"], "missing")
                self.assertTrue(got["proc_macro"]["decls_symbol"])


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
