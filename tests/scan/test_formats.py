# SPDX-License-Identifier: MIT OR Apache-2.0
"""The formats: each is what its readers expect, and nothing hostile reaches a terminal."""

import csv
import hashlib
import io
import json
import os
import pty
import subprocess
import unicodedata
import unittest

import harness
from harness import GOLDENS, LEAF, ScanTest, main

ODD_NAMES = ["plain.rmeta", "a,b.rmeta", 'say "so".rmeta', "new\nline.rmeta", "re\rturn.rmeta", " blank .rmeta", "back\\slash.rmeta", "-x.rmeta",
             "*star.rmeta", "gr\u00fc\u00df.rmeta", os.fsdecode(b"\xff.rmeta")]


def on_terminal(tree, *arguments, environment=()):
    """Runs `rartifacts scan ARGUMENTS .` with a terminal for standard output and error; gives what it showed."""
    leader, terminal = pty.openpty()
    program = subprocess.Popen([harness.program, "scan", *arguments, "."], cwd=tree.root, stdin=terminal, stdout=terminal, stderr=terminal,
                               env={**os.environ, "TERM": "xterm", "NO_COLOR": "", **dict(environment)})
    os.close(terminal)
    shown = b""
    try:
        while chunk := os.read(leader, 4096):
            shown += chunk
    except OSError:  # the terminal is gone
        pass
    os.close(leader)
    program.wait(harness.TIMEOUT)
    return shown


class Formats(ScanTest):
    def fill(self):
        for name in ODD_NAMES:
            self.tree.copy(name)

    def as_json(self):
        return json.loads(self.tree.scan("--format", "json").stdout)

    def test_json_holds_identity_and_digest(self):
        self.tree.copy("rust/libleaf.rmeta")
        manifest = self.as_json()
        self.assertEqual((manifest["version"], manifest["root"], manifest["profile"]), (1, ".", "oot"))
        artifact, = manifest["artifacts"]
        rows = map(json.loads, (GOLDENS / "expected.jsonl").read_text().splitlines())
        oracle = next(row for row in rows if row["path"] == str(LEAF.relative_to(GOLDENS)))
        self.assertEqual((artifact["path"], artifact["kind"], artifact["side"], artifact["rustc"]),
                         ("rust/libleaf.rmeta", "rmeta", "target", oracle["rustc"]))
        self.assertEqual((artifact["crate"]["name"], artifact["crate"]["svh"], artifact["crate"]["triple"]),
                         ("leaf", oracle["svh"], oracle["triple"]))
        self.assertEqual([dependency["svh"] for dependency in artifact["crate"]["dependencies"]], [dependency["svh"] for dependency in oracle["deps"]])
        self.assertEqual((artifact["size"], artifact["sha256"]), (LEAF.stat().st_size, hashlib.sha256(LEAF.read_bytes()).hexdigest()))

    def test_digests_and_sizes_are_those_of_the_files(self):
        for golden in sorted((GOLDENS / "1.95.0").glob("lib*")):
            self.tree.copy(golden.name, golden)
        for artifact in self.as_json()["artifacts"]:
            content = (self.tree / artifact["path"]).read_bytes()
            self.assertEqual((artifact["size"], artifact["sha256"]), (len(content), hashlib.sha256(content).hexdigest()), artifact["path"])

    def test_the_digest_of_a_link_is_that_of_its_target(self):
        self.tree.copy("real/libx.rmeta")
        self.tree.link("libx.rmeta", "real/libx.rmeta")
        link, target = self.as_json()["artifacts"]
        self.assertEqual((link["link_target"], link["sha256"]), ("real/libx.rmeta", target["sha256"]))
        self.assertNotIn("link_target", target)

    def test_ndjson_is_one_artifact_of_the_manifest_per_line(self):
        self.fill()
        lines = self.tree.scan("--format", "ndjson").stdout.decode().split("\n")
        self.assertEqual([json.loads(line) for line in lines[:-1]], self.as_json()["artifacts"])
        self.assertEqual(lines[-1], "")

    def test_csv_has_a_header_and_the_facts_of_json(self):
        self.fill()
        text = os.fsdecode(self.tree.scan("--format", "csv").stdout)
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        self.assertEqual([os.path.normpath(row["path"]) for row in rows], sorted(ODD_NAMES, key=os.fsencode))
        for row, artifact in zip(rows, self.as_json()["artifacts"], strict=True):
            self.assertEqual([row[key] for key in ("kind", "side", "size", "sha256", "rustc", "crate", "svh", "triple")],
                             [artifact["kind"], artifact["side"], str(artifact["size"]), artifact["sha256"], artifact["rustc"],
                              artifact["crate"]["name"], artifact["crate"]["svh"], artifact["crate"]["triple"]])

    def test_sha256sums_are_accepted_by_sha256sum(self):
        self.fill()
        sums = self.tree.scan("--format", "sha256sums").stdout
        check = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "-"], cwd=self.tree.root, input=sums, capture_output=True)
        self.assertEqual((check.returncode, check.stderr), (0, b""))
        self.assertEqual(sums.count(b"\n"), len(ODD_NAMES))

    def test_sha256sums_notice_a_changed_file(self):
        place = self.tree.copy("libx.rmeta")
        sums = self.tree.scan("--format", "sha256sums").stdout
        place.write_bytes(place.read_bytes() + b"x")
        check = subprocess.run(["sha256sum", "--check", "--status", "-"], cwd=self.tree.root, input=sums)
        self.assertEqual(check.returncode, 1)


class Terminals(ScanTest):
    def test_a_terminal_gets_a_table_and_a_pipe_gets_paths(self):
        self.tree.copy("rust/libleaf.rmeta")
        shown = on_terminal(self.tree, environment={"NO_COLOR": "1"}).decode().splitlines()
        self.assertEqual(shown[0].split(), ["PATH", "KIND", "SIDE", "CRATE", "SIZE"])
        self.assertEqual(shown[1].split()[:4], ["rust/libleaf.rmeta", "rmeta", "target", "leaf"])
        self.assertIn("1 files", shown[3].replace("1 file,", "1 files,"))
        self.lists(self.tree.scan(), "rust/libleaf.rmeta")

    def test_format_overrides_the_terminal(self):
        self.tree.copy("libleaf.rmeta")
        self.assertEqual(on_terminal(self.tree, "--format", "paths"), b"libleaf.rmeta\r\n")

    def test_the_columns_of_the_table_are_aligned(self):
        for name in ("a.rmeta", "a rather long name.rmeta", "gr\u00fc\u00df.rmeta"):
            self.tree.copy(name)
        header, *rows = self.tree.scan("--format", "table").stdout.decode().split("\n\n")[0].splitlines()
        self.assertEqual({row.index("rmeta  target") for row in rows}, {header.index("KIND")})

    def test_colour_is_only_for_terminals_that_want_it(self):
        self.tree.copy("libleaf.rmeta")
        self.assertIn(b"\x1b[", on_terminal(self.tree))
        self.assertNotIn(b"\x1b", on_terminal(self.tree, environment={"NO_COLOR": "1"}))
        self.assertNotIn(b"\x1b", on_terminal(self.tree, environment={"TERM": "dumb"}))
        self.assertNotIn(b"\x1b", self.tree.scan("--format", "table", env={"TERM": "xterm"}).stdout)

    def shows_nothing_hostile(self, shown):
        text = shown.decode()  # strictly: raw bytes can be controls in other encodings
        hostile = [c for c in text.replace("\r\n", "") if unicodedata.category(c) == "Cc"]
        self.assertEqual(hostile, [], text)

    def test_hostile_file_names_cannot_steer_the_terminal(self):
        for name in ("esc\x1b[31m\x1b]0;title\x07.rmeta", "re\rturn.rmeta", "new\nline.rmeta", "c1\u009b31m.rmeta", "del\x7f.rmeta",
                     os.fsdecode(b"raw\x9b31m.rmeta")):
            self.tree.copy(name)
        self.tree.copy("target\x1b[0m/libx.rmeta")
        self.tree.link("link.rmeta", "target\x1b[0m/libx.rmeta")
        self.shows_nothing_hostile(on_terminal(self.tree, environment={"NO_COLOR": "1"}))

    def test_hostile_metadata_cannot_steer_the_terminal(self):
        content = LEAF.read_bytes()
        self.tree.write("name.rmeta", content.replace(b"\x04leaf\xc1", b"\x04\x1b[2J\xc1"))
        self.tree.write("rustc.rmeta", content.replace(b"built from", b"\x1b[2J\r\x9b\x07\n."))
        self.shows_nothing_hostile(on_terminal(self.tree, "--keep-going", environment={"NO_COLOR": "1"}))

    def test_hostile_names_cannot_steer_the_terminal_through_an_error(self):
        self.tree.write("esc\x1b[31m\n.rmeta", LEAF.read_bytes()[:100])
        self.tree.link("link.rmeta", "no\x1b[0m\nwhere")
        shown = on_terminal(self.tree, environment={"NO_COLOR": "1"})
        self.shows_nothing_hostile(shown)
        self.assertEqual(shown.count(b"\r\n"), 2)


if __name__ == "__main__":
    main()
