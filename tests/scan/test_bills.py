# SPDX-License-Identifier: MIT OR Apache-2.0
"""Bills of materials: `scan --format cyclonedx` and `spdx`. Each is held against a schema of its own, stricter than the published one,
and against the published one when a variable names it: CYCLONEDX_SCHEMA (a folder with bom-1.6*.schema.json and what that refers to),
SPDX_SCHEMA (spdx-schema.json of 2.3). What they say is compared with the manifest. Needs python3-jsonschema.

cyclonedx-library reads the bills too when CYCLONEDX_LIBRARY names the folder that npm has installed it in (node_modules).
"""

import hashlib
import json
import os
import subprocess
import unittest
from pathlib import Path

import mini_kernel
from harness import GOLDENS, ScanTest, main, run

try:
    from jsonschema import Draft202012Validator, RefResolver, validators
except ImportError:
    Draft202012Validator = None

TEXT = {"type": "string", "minLength": 1}
SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
PURL = {"type": "string", "pattern": r"^pkg:github/rust-lang/rust@([0-9]+\.[0-9]+\.[0-9]+|[0-9a-f]{7,40})$"}


def strict(required, optional=None):
    """An object of these members and no other."""
    return {"type": "object", "required": list(required), "properties": required | (optional or {}), "additionalProperties": False}


def array(items, **more):
    return {"type": "array", "items": items, **more}


CYCLONEDX = strict({
    "$schema": {"const": "http://cyclonedx.org/schema/bom-1.6.schema.json"},
    "bomFormat": {"const": "CycloneDX"},
    "specVersion": {"const": "1.6"},
    "version": {"const": 1},
    "metadata": strict({
        "tools": strict({"components": array(strict({"type": {"const": "application"}, "name": {"const": "rartifacts"}, "version": TEXT}))}),
        "component": strict({"type": {"const": "application"}, "bom-ref": {"const": "root"}, "name": TEXT}),
    }),
    "components": array(strict(
        {"type": {"enum": ["application", "library", "device-driver", "file"]}, "bom-ref": TEXT, "name": TEXT},
        {"version": TEXT, "scope": {"const": "excluded"}, "purl": PURL,
         "hashes": array(strict({"alg": {"const": "SHA-256"}, "content": SHA256}), minItems=1, maxItems=1),
         "evidence": strict({"occurrences": array(strict({"location": TEXT}), minItems=1, maxItems=1)}),
         "properties": array(strict({"name": {"type": "string", "pattern": "^rartifacts:[a-z0-9_]+$"}, "value": TEXT}))}),
        uniqueItems=True),
    "dependencies": array(strict({"ref": TEXT, "dependsOn": array(TEXT, uniqueItems=True)}), uniqueItems=True),
})
ID = {"type": "string", "pattern": "^SPDXRef-[A-Za-z0-9.-]+$"}
SPDX = strict({
    "spdxVersion": {"const": "SPDX-2.3"},
    "dataLicense": {"const": "CC0-1.0"},
    "SPDXID": {"const": "SPDXRef-DOCUMENT"},
    "name": TEXT,
    "documentNamespace": {"type": "string", "pattern": "^https://spdx.org/spdxdocs/rartifacts-[0-9a-f]{64}$"},
    "creationInfo": strict({"created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                            "creators": array({"type": "string", "pattern": "^Tool: rartifacts-[0-9.]+$"}, minItems=1, maxItems=1)}),
    "packages": array(strict(
        {"SPDXID": ID, "name": TEXT, "downloadLocation": {"const": "NOASSERTION"}, "filesAnalyzed": {"const": False}},
        {"packageFileName": TEXT, "versionInfo": TEXT, "comment": TEXT, "primaryPackagePurpose": {"enum": ["LIBRARY", "FILE", "APPLICATION"]},
         "checksums": array(strict({"algorithm": {"const": "SHA256"}, "checksumValue": SHA256}), minItems=1, maxItems=1),
         "externalRefs": array(strict({"referenceCategory": {"const": "PACKAGE-MANAGER"}, "referenceType": {"const": "purl"},
                                       "referenceLocator": PURL}))})),
    "relationships": array(strict({"spdxElementId": ID, "relatedSpdxElement": ID,
                                   "relationshipType": {"enum": ["DESCRIBES", "CONTAINS", "DEPENDS_ON", "BUILD_TOOL_OF"]}}), uniqueItems=True),
})

# Reads a bill as strictly as the library of the format's makers does.
JUDGE = """
    const {readFileSync} = require('node:fs');
    const {Validation, Spec} = require('@cyclonedx/cyclonedx-library');
    new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(readFileSync(0, 'utf8'))
      .then(faults => { console.log(faults ? JSON.stringify(faults) : 'valid'); });
"""


class Bill(ScanTest):
    def setUp(self):
        super().setUp()
        if not Draft202012Validator:
            self.skipTest("no python3-jsonschema")

    def valid(self, schema, document, validator=None):
        validator = validator or Draft202012Validator(schema)
        self.assertEqual([f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(document)], [])

    def bill(self, form, *arguments, cwd=None, **env):
        done = run("scan", "--format", form, "--keep-going", *arguments, ".", cwd=cwd or self.tree.root, env=env)
        self.assertIn(done.code, (0, 3), done)
        document = json.loads(done.stdout)
        (self.valid_cyclonedx if form == "cyclonedx" else self.valid_spdx)(document)
        return document

    def valid_cyclonedx(self, document):
        self.valid(CYCLONEDX, document)
        references = [one["bom-ref"] for one in document["components"]] + ["root"]
        self.assertEqual(len(references), len(set(references)))
        for one in document["dependencies"]:
            self.assertLessEqual({one["ref"], *one["dependsOn"]}, set(references))
        if folder := os.environ.get("CYCLONEDX_SCHEMA"):
            schemas = {content["$id"]: content for content in map(json.loads, (path.read_text() for path in Path(folder).glob("*.schema.json")))}
            schema = next(content for name, content in schemas.items() if "bom-1.6" in name)
            kind = validators.validator_for(schema)
            self.valid(schema, document, kind(schema, resolver=RefResolver(schema["$id"], schema, store=schemas)))
        if folder := os.environ.get("CYCLONEDX_LIBRARY"):
            done = subprocess.run(["node", "-e", JUDGE], input=json.dumps(document), env={**os.environ, "NODE_PATH": folder}, text=True,
                                  capture_output=True, timeout=60)
            self.assertEqual((done.stdout, done.stderr), ("valid\n", ""))

    def valid_spdx(self, document):
        self.valid(SPDX, document)
        ids = [one["SPDXID"] for one in document["packages"]] + ["SPDXRef-DOCUMENT"]
        self.assertEqual(len(ids), len(set(ids)))
        for one in document["relationships"]:
            self.assertLessEqual({one["spdxElementId"], one["relatedSpdxElement"]}, set(ids))
        if file := os.environ.get("SPDX_SCHEMA"):
            schema = json.loads(Path(file).read_text())
            self.valid(schema, document, validators.validator_for(schema)(schema))


class Bills(Bill):
    def expected(self):
        """What the manifest says: digest, SVH and dependencies by path."""
        artifacts = json.loads(self.tree.scan("--format", "json").stdout)["artifacts"]
        crates = {(one["crate"]["name"], one["crate"]["svh"]): one["path"] for one in artifacts if "crate" in one}
        needs = {one["path"]: {crates[need["name"], need["svh"]] for need in one["crate"]["dependencies"]}
                 for one in artifacts if one["kind"] == "rmeta"}
        return artifacts, needs

    def test_cyclonedx_says_what_the_manifest_says(self):
        mini_kernel.build(self.tree)
        document = self.bill("cyclonedx")
        artifacts, needs = self.expected()
        *files, rustc = document["components"]
        self.assertEqual([one["evidence"]["occurrences"][0]["location"] for one in files], [one["path"] for one in artifacts])
        self.assertEqual([one["hashes"][0]["content"] for one in files], [one["sha256"] for one in artifacts])
        for one, artifact in zip(files, artifacts, strict=True):
            properties = {each["name"]: each["value"] for each in one["properties"]}
            self.assertEqual(properties.get("rartifacts:svh"), artifact.get("crate", {}).get("svh"))
            self.assertEqual(properties.get("rartifacts:rustc"), artifact.get("rustc"))
        self.assertEqual((rustc["name"], rustc["version"]), ("rustc", artifacts[-2]["rustc"]))
        edges = {one["ref"].removeprefix("path:"): {need.removeprefix("path:") for need in one["dependsOn"]} for one in document["dependencies"]}
        self.assertEqual(edges["root"], {one["path"] for one in artifacts})
        self.assertEqual({path: edges[path] for path in needs}, needs)
        self.assertEqual(edges["rust/libmacros.so"], set())

    def test_spdx_says_what_the_manifest_says(self):
        mini_kernel.build(self.tree)
        document = self.bill("spdx")
        artifacts, needs = self.expected()
        files = {one["packageFileName"]: one for one in document["packages"] if "packageFileName" in one}
        self.assertEqual({path: one["checksums"][0]["checksumValue"] for path, one in files.items()},
                         {one["path"]: one["sha256"] for one in artifacts})
        by_id = {one["SPDXID"]: one for one in document["packages"]}
        edges = {path: set() for path in needs}
        for one in document["relationships"]:
            if one["relationshipType"] == "DEPENDS_ON":
                edges[by_id[one["spdxElementId"]]["packageFileName"]].add(by_id[one["relatedSpdxElement"]]["packageFileName"])
        self.assertEqual(edges, needs)
        made = {by_id[one["relatedSpdxElement"]]["packageFileName"] for one in document["relationships"]
                if one["relationshipType"] == "BUILD_TOOL_OF" and by_id[one["spdxElementId"]]["name"] == "rustc"}
        self.assertEqual(made, {one["path"] for one in artifacts if "rustc" in one})

    def test_bills_of_all_goldens_are_valid(self):
        for form in ("cyclonedx", "spdx"):
            document = self.bill(form, "--profile", "all", cwd=GOLDENS)
            self.assertGreater(len(document.get("components") or document["packages"]), 400)

    def test_a_compiler_has_the_package_url_of_its_source(self):
        compilers = {one["version"]: one.get("purl") for one in self.bill("cyclonedx", "--profile", "all", cwd=GOLDENS)["components"]
                     if one["name"] == "rustc"}
        self.assertGreater(len(compilers), 20)
        for text, purl in compilers.items():
            release, _, rest = text.removeprefix("rustc ").partition(" ")
            # Tags are made of releases only; of a nightly or a beta the commit is known.
            expected = release if "-" not in release else rest.lstrip("(").split(" ")[0] if rest.startswith("(") else None
            self.assertEqual(purl, expected and f"pkg:github/rust-lang/rust@{expected}", text)

    def test_a_dependency_that_is_not_there_is_named(self):
        mini_kernel.build(self.tree)
        os.remove(self.tree / "rust/libffi.rmeta")
        kernel = next(one for one in self.bill("cyclonedx", "--profile", "all")["components"] if one["name"] == "kernel")
        self.assertRegex(next(one["value"] for one in kernel["properties"] if one["name"] == "rartifacts:missing_dependency"), "^ffi [0-9a-f]{32}$")

    def test_names_that_are_not_utf8_keep_their_bytes_and_links_are_left_out(self):
        for name in (b"lib\xff.rmeta", b"lib\xfe.rmeta"):
            self.tree.copy(os.fsdecode(name))
        self.tree.link("link.rmeta", os.fsdecode(b"lib\xff.rmeta"))
        files = [one for one in self.bill("cyclonedx")["components"] if one["name"] != "rustc"]
        self.assertEqual([one["bom-ref"] for one in files], ["path_base64:bGli/i5ybWV0YQ==", "path_base64:bGli/y5ybWV0YQ=="])
        self.assertEqual(len(self.bill("spdx")["packages"]), 4)

    def test_the_same_files_give_the_same_bill(self):
        self.tree.copy("libx.rmeta")
        self.assertEqual(self.bill("cyclonedx"), self.bill("cyclonedx"))
        one = self.bill("spdx", SOURCE_DATE_EPOCH="86400")
        self.assertEqual(one["creationInfo"]["created"], "1970-01-02T00:00:00Z")
        self.assertEqual(one, self.bill("spdx", SOURCE_DATE_EPOCH="86400"))
        self.tree.write("liby.rmeta", (self.tree / "libx.rmeta").read_bytes())
        self.assertNotEqual(one["documentNamespace"], self.bill("spdx", SOURCE_DATE_EPOCH="86400")["documentNamespace"])

    def test_wrong_bills_are_not_valid(self):
        self.tree.copy("libx.rmeta")
        document = self.bill("cyclonedx")
        digest = hashlib.sha256((self.tree / "libx.rmeta").read_bytes()).hexdigest()
        self.assertEqual(document["components"][0]["hashes"][0]["content"], digest)
        for spoil in (lambda d: d.pop("bomFormat"), lambda d: d.update(extra=1), lambda d: d["components"][0].pop("bom-ref"),
                      lambda d: d["components"][0]["hashes"][0].update(content="A" * 64)):
            wrong = json.loads(json.dumps(document))
            spoil(wrong)
            self.assertFalse(Draft202012Validator(CYCLONEDX).is_valid(wrong))


if __name__ == "__main__":
    main()
