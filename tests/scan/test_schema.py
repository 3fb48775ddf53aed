# SPDX-License-Identifier: MIT OR Apache-2.0
"""docs/manifest.schema.json says what `scan --format json` and `inspect --format json` write. Needs python3-jsonschema."""

import copy
import json
import os
import unittest
from pathlib import Path

from harness import GOLDENS, ScanTest, main, run

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "manifest.schema.json").read_text())

# Each changes a good manifest into a wrong one.
WRONG = {
    "no version": lambda m: m.pop("version"),
    "another version": lambda m: m.update(version=2),
    "an unknown profile": lambda m: m.update(profile="everything"),
    "no artifacts": lambda m: m.pop("artifacts"),
    "an artifact without a path": lambda m: m["artifacts"][0].pop("path"),
    "an absolute path": lambda m: m["artifacts"][0].update(path="/rust/libx.rmeta"),
    "a path that escapes": lambda m: m["artifacts"][0].update(path="rust/../../libx.rmeta"),
    "bytes that are no base64": lambda m: m["artifacts"][0].update(path_base64="a\ufffd"),
    "an unknown kind": lambda m: m["artifacts"][0].update(kind="crate"),
    "an unknown side": lambda m: m["artifacts"][0].update(side="build"),
    "a size in text": lambda m: m["artifacts"][0].update(size="2487"),
    "no digest": lambda m: m["artifacts"][0].pop("sha256"),
    "a digest in capitals": lambda m: m["artifacts"][0].update(sha256="A" * 64),
    "a crate without rustc": lambda m: m["artifacts"][0].pop("rustc"),
    "a short hash": lambda m: m["artifacts"][0]["crate"].update(svh="12ab"),
    "dependencies left out": lambda m: m["artifacts"][0]["crate"].pop("dependencies"),
    "a dependency of an unknown kind": lambda m: m["artifacts"][0]["crate"]["dependencies"][0].update(kind="static"),
    "a hash that is null": lambda m: m["artifacts"][0]["crate"]["dependencies"][0].update(svh=None),
    "notes left out": lambda m: m["artifacts"][0].pop("notes"),
    "an unknown state of .rustc": lambda m: m["artifacts"][0].update(proc_macro={"decls_symbol": None, "rustc_section": "gone"}),
}


def setUpModule():
    global MANIFEST, ARTIFACT
    if not Draft202012Validator:
        raise unittest.SkipTest("no python3-jsonschema")
    MANIFEST = Draft202012Validator(SCHEMA)
    ARTIFACT = Draft202012Validator({"$ref": "#/$defs/artifact", "$defs": SCHEMA["$defs"]})


def resolved(schema):
    """`schema` with what its $ref says."""
    if "$ref" not in schema:
        return schema
    base = resolved(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    return {**base, **schema, "properties": base.get("properties", {}) | schema.get("properties", {})}


def undescribed(value, schema, where="manifest"):
    """The members of `value` that `schema` does not know."""
    schema = resolved(schema)
    if isinstance(value, list):
        return {missing for item in value for missing in undescribed(item, schema.get("items", {}), where)}
    if not isinstance(value, dict):
        return set()
    properties = schema.get("properties", {})
    missing = {f"{where}.{name}" for name in value if name not in properties}
    return missing.union(*(undescribed(content, properties.get(name, {}), f"{where}.{name}") for name, content in value.items()))


def without_description(schema, where="#"):
    """Every member and definition that has no description, its own or that of its $ref."""
    missing = set() if "items" not in schema else without_description(schema["items"], where)
    for group in ("properties", "$defs"):
        for name, content in schema.get(group, {}).items():
            if "description" not in resolved(content):
                missing.add(f"{where}/{name}")
            missing |= without_description(content, f"{where}/{name}")
    return missing


class Schema(ScanTest):
    def valid(self, validator, value):
        self.assertEqual([f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(value)], [])

    def manifest(self, *arguments):
        done = self.tree.scan("--format", "json", *arguments)
        self.assertIn(done.code, (0, 3), done)
        return json.loads(done.stdout)

    def test_the_schema_is_a_schema(self):
        Draft202012Validator.check_schema(SCHEMA)

    def test_every_member_has_a_description(self):
        self.assertEqual(without_description(SCHEMA), set())

    def test_the_manifest_of_all_goldens_is_valid_and_every_member_is_described(self):
        manifest = json.loads(run("-C", str(GOLDENS), "scan", "--profile", "all", "--keep-going", "--format", "json", ".").stdout)
        self.assertGreater(len(manifest["artifacts"]), 400)
        self.valid(MANIFEST, manifest)
        self.assertEqual(undescribed(manifest, SCHEMA), set())

    def test_names_that_are_not_utf8_links_and_directories_are_valid(self):
        self.tree.copy(os.fsdecode(b"r\xfcst/lib\xff.rmeta"))
        self.tree.link("libx.rmeta", os.fsdecode(b"r\xfcst/lib\xff.rmeta"))
        manifest = self.manifest("--dirs")
        self.valid(MANIFEST, manifest)
        self.assertEqual(undescribed(manifest, SCHEMA), set())
        self.assertEqual(manifest["directories"], [{"path": "r\ufffdst", "path_base64": "cvxzdA==", "mode": "0755"}])
        self.assertEqual(manifest["artifacts"][0]["link_target_base64"], manifest["artifacts"][1]["path_base64"])

    def test_an_empty_manifest_is_valid(self):
        self.valid(MANIFEST, self.manifest("--allow-empty"))

    def test_ndjson_and_inspect_are_artifacts(self):
        folder = GOLDENS / "1.95.0"
        files = [str(path) for path in folder.glob("*.*") if path.suffix != ".txt"]
        lines = run("scan", "--format", "ndjson", ".", cwd=folder).stdout + run("inspect", "--format", "ndjson", *files).stdout
        for line in lines.splitlines():
            self.valid(ARTIFACT, json.loads(line))
            self.assertEqual(undescribed(json.loads(line), {"$ref": "#/$defs/artifact"}), set())

    def test_wrong_manifests_are_not_valid(self):
        self.tree.copy("libmid.rmeta", GOLDENS / "1.96.0/libmid-99aa.rmeta")
        manifest = self.manifest()
        self.valid(MANIFEST, manifest)
        for what, spoil in WRONG.items():
            wrong = copy.deepcopy(manifest)
            spoil(wrong)
            with self.subTest(what):
                self.assertFalse(MANIFEST.is_valid(wrong))


if __name__ == "__main__":
    main()
