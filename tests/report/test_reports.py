#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""`rartifacts audit --report`: each report, read by a program that is not ours.

    test_reports.py RARTIFACTS

Each report of a sound tree, of a tree with a damaged file, and of one with the worst names a file can have, is read back: JSON and
SARIF and Code Quality by python3-jsonschema, JUnit and Checkstyle by Python's XML parser and xmllint (libxml2-utils), Markdown by cmark-gfm,
the page by Python's HTML parser and Chromium.
Who of those is not installed is not asked.
"""

import base64
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.parse
import xml.etree.ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
from harness import LEAF, ScanTest, main, run  # noqa: E402

try:
    from jsonschema import validators
except ImportError:
    validators = None

SCHEMAS = Path(__file__).resolve().parent / "schemas"
FORMATS = ["text", "json", "junit", "sarif", "github", "codequality", "checkstyle", "markdown", "html"]
# The second one tries to leave each of the formats: XML, HTML, JSON, a workflow command, a terminal's line.
DAMAGED = "libleaf-damaged.rmeta"
WORST = os.fsdecode(b"r\xfcst/]]>\"'<b>&amp;\x1b[31m\n::error::100%2C,a:b\r\t{0}</script>\xed\xa0\x80\xef\xbf\xbe lib.rmeta")

CONTRACT = {
    "type": "object",
    "required": ["version", "verdict", "findings", "unchecked", "root", "artifacts"],
    "properties": {
        "version": {"const": 1},
        "verdict": {"enum": ["ok", "findings"]},
        "root": {"type": "string"},
        "artifacts": {"type": "integer"},
        "unchecked": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["crate", "svh", "needed_by"],
                "properties": {"crate": {"type": "string"}, "svh": {"type": "string"}, "needed_by": {"type": "string"}},
            },
        },
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["rule", "severity", "path", "crate", "rustc_error", "message", "evidence", "fix", "waived"],
                "properties": {
                    "rule": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
                    "severity": {"enum": ["error", "warning", "info"]},
                    "path": {"type": "string"},
                    "crate": {"type": ["string", "null"], "minLength": 1},
                    "rustc_error": {"type": ["string", "null"], "pattern": "^E[0-9]{4}$"},
                    "message": {"type": "string", "minLength": 1},
                    "evidence": {"type": "object", "additionalProperties": {"type": "string"}},
                    "fix": {"type": "string"},
                    "waived": {"type": "boolean"},
                },
            },
        },
    },
}

# Stricter than GitLab's own: no member but those that it shows.
CODEQUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}:[0-9]+$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/]"},
                    "lines": {"type": "object", "required": ["begin"], "additionalProperties": False, "properties": {"begin": {"const": 1}}},
                },
            },
        },
    },
}

# Elements without an end tag (HTML, section 13.1.2).
VOID = {"meta", "link", "img", "br", "hr", "input", "col", "base", "source", "wbr", "area", "embed", "track"}


class Page(html.parser.HTMLParser):
    """Reads a page strictly: whatever is opened is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.attributes, self.codes = [], [], set(), []
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"not closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.attributes.update(name for name, _ in attributes)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "code":
            self.codes.append("")

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.attributes.update(name for name, _ in attributes)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing (line {self.getpos()[0]})")

    def handle_data(self, data):
        if "code" in self.open:
            self.codes[-1] += data

    def count(self, tag):
        return sum(1 for name, _ in self.elements if name == tag)


class ReportTest(ScanTest):
    def setUp(self):
        super().setUp()
        self.tree.copy("libleaf-1a2b3c4d.rmeta")

    def damage(self, name=DAMAGED):
        """Puts a crate there that is cut off in the middle."""
        content = LEAF.read_bytes()
        self.tree.write(name, content[: len(content) // 2])

    def audit(self, *arguments, code):
        """All reports of one run, as bytes by format."""
        files = {name: self.folder / f"report.{name}" for name in FORMATS}
        reports = [word for name, file in files.items() for word in ("--report", f"{name}={file}")]
        done = run("audit", ".", *reports, *arguments, cwd=self.tree.root)
        self.assertEqual(done.code, code, done)
        return {name: file.read_bytes() for name, file in files.items()}

    def trees(self):
        """The reports of the sound, the damaged, and the worst tree."""
        yield "sound", self.audit(code=0)
        self.damage()
        yield "damaged", self.audit(code=1)
        self.damage(WORST)
        yield "worst", self.audit(code=1)

    def each(self, form):
        for what, reports in self.trees():
            with self.subTest(what):
                yield what, reports[form]


class Reports(ReportTest):
    def test_the_same_tree_gives_the_same_bytes(self):
        self.damage(WORST)
        first = self.audit(code=1)
        for name, content in self.audit(code=1).items():
            self.assertEqual(content, first[name], name)

    def test_no_name_brings_a_control_character_or_a_byte_that_is_not_utf8(self):
        self.damage(WORST)
        for name, content in self.audit(code=1).items():
            text = content.decode()
            self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f]", text), name)

    def test_a_report_without_a_file_goes_to_standard_output(self):
        self.damage()
        done = run("audit", ".", "--report", "json", cwd=self.tree.root)
        self.assertEqual(json.loads(done.stdout)["verdict"], "findings")

    def test_a_report_goes_through_a_link_and_leaves_it_there(self):
        real, link = self.folder / "real.json", self.folder / "link.json"
        real.write_text("old")
        link.symlink_to("real.json")
        self.assertEqual(run("audit", ".", "-q", "--report", f"json={link}", cwd=self.tree.root).code, 0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(json.loads(real.read_bytes())["verdict"], "ok")

    def test_a_report_is_written_into_a_fifo(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        reader = subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE)
        self.assertEqual(run("audit", ".", "-q", "--report", f"json={fifo}", cwd=self.tree.root).code, 0)
        self.assertEqual(json.loads(reader.communicate(timeout=20)[0])["verdict"], "ok")
        self.assertTrue(fifo.is_fifo())

    def test_a_report_for_the_file_that_is_standard_output_stands_after_what_was_printed(self):
        arguments = ("audit", ".", "-q", "--report", "json=/proc/self/fd/1")
        piped = run(*arguments, cwd=self.tree.root).stdout
        with open(self.folder / "out", "wb") as out:
            self.assertEqual(run(*arguments, cwd=self.tree.root, stdout=out).code, 0)
        for written in (piped, (self.folder / "out").read_bytes()):
            verdict, report = written.split(b"\n", 1)
            self.assertEqual((verdict, json.loads(report)["verdict"]), (b".: ok", "ok"))

    def test_one_line_and_a_report_do_not_fit_into_one_output(self):
        self.fails(run("audit", "-q", ".", "--report", "json", cwd=self.tree.root), 2, "json=out.json")

    def test_an_unknown_format_is_refused(self):
        self.fails(run("audit", ".", "--report", "yaml", cwd=self.tree.root), 2, "yaml", problems=1)

    def test_text_names_file_rule_and_what_to_do(self):
        for what, content in self.each("text"):
            lines = content.decode().splitlines()
            self.assertRegex(lines[-1], "^verdict: ok, as far as 1 of [0-9]+ crates" if what == "sound" else "^verdict: [12] errors?")
            for line, advice in zip(lines[:-1:2], lines[1:-1:2]):
                self.assertRegex(line, r"^.+: (error|warning|info): .+ \[[a-z-]+(, E\d{4})?\]$")
                self.assertRegex(advice, "^    fix: .")

    def test_github_commands_say_the_file(self):
        for what, content in self.each("github"):
            lines = content.decode().splitlines()
            self.assertTrue(lines[-1].startswith("verdict: "))
            for line in lines[:-1]:
                self.assertRegex(line, "^::(error|warning|notice) file=[^:,]+,title=[^:,]+::.+$")
            self.assertEqual(len(lines) - 1, {"sound": 0, "damaged": 1, "worst": 2}[what])


class JsonReports(ReportTest):
    def setUp(self):
        super().setUp()
        if not validators:
            self.skipTest("no python3-jsonschema")

    def valid(self, schema, document):
        validator = validators.validator_for(schema)
        validator.check_schema(schema)
        self.assertEqual([error.message for error in validator(schema).iter_errors(document)], [])

    def test_json_is_as_agreed(self):
        for what, content in self.each("json"):
            report = json.loads(content)
            self.valid(CONTRACT, report)
            self.assertEqual(report["verdict"], "ok" if what == "sound" else "findings")
            if what == "damaged":
                finding, = report["findings"]
                self.assertEqual((finding["rule"], finding["path"]), ("corrupt-artifact", DAMAGED))
            if what == "worst":
                paths = {base64.b64decode(one["path_base64"]) for one in report["findings"] if "path_base64" in one}
                self.assertEqual(paths, {os.fsencode(WORST)})

    def test_artifacts_are_counted_as_in_the_text(self):
        for what, reports in self.trees():
            with self.subTest(what):
                # The second file of the damaged trees is no artifact, as it cannot be read.
                self.assertEqual(json.loads(reports["json"])["artifacts"], 1)
                self.assertEqual(json.loads(reports["sarif"])["runs"][0]["properties"]["artifacts"], 1)
                if what != "sound":  # where the text says how many crates could be checked
                    self.assertRegex(run("audit", ".", cwd=self.tree.root).stdout.decode().splitlines()[-1], r"\b1 artifact\b")

    def test_codequality_is_as_gitlab_wants_it(self):
        for what, content in self.each("codequality"):
            issues = json.loads(content)
            for schema in [CODEQUALITY, *(json.loads(Path(file).read_text()) for file in filter(None, [os.environ.get("CODEQUALITY_SCHEMA")]))]:
                self.valid(schema, issues)
            self.assertEqual(len({one["fingerprint"] for one in issues}), len(issues))
            self.assertEqual(len(issues), {"sound": 0, "damaged": 1, "worst": 2}[what])
            if what == "damaged":
                self.assertEqual((issues[0]["check_name"], issues[0]["severity"], issues[0]["location"]["path"]),
                                 ("corrupt-artifact", "critical", DAMAGED))
                self.assertIn("; fix: ", issues[0]["description"])

    def test_a_waived_finding_is_in_no_report_for_machines_and_changes_no_fingerprint(self):
        self.damage()
        self.damage("lib2.rmeta")
        before = {one["location"]["path"]: one["fingerprint"] for one in json.loads(self.audit(code=1)["codequality"])}
        waivers = self.folder / "waivers.toml"
        waivers.write_text('[[waiver]]\nrule = "corrupt-artifact"\npath = "lib2.rmeta"\nreason = "known"\n')
        reports = self.audit("--waivers", str(waivers), code=1)
        after = {one["location"]["path"]: one["fingerprint"] for one in json.loads(reports["codequality"])}
        self.assertEqual(after, {DAMAGED: before[DAMAGED]})
        for name in ("checkstyle", "markdown"):
            self.assertNotIn(b"lib2.rmeta", reports[name], name)

    def test_sarif_is_valid(self):
        schemas = [SCHEMAS / "sarif.json", *filter(None, [os.environ.get("SARIF_SCHEMA")])]
        for what, content in self.each("sarif"):
            report = json.loads(content)
            for schema in schemas:
                self.valid(json.loads(Path(schema).read_text()), report)
            run_, = report["runs"]
            for result in run_["results"]:
                self.assertEqual(run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"], result["ruleId"])
            uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run_["results"]]
            expected = {"sound": [], "damaged": [DAMAGED], "worst": [DAMAGED, WORST]}[what]
            self.assertEqual([urllib.parse.unquote_to_bytes(uri) for uri in uris], [os.fsencode(path) for path in expected])


class JunitReports(ReportTest):
    def test_junit_counts_what_it_holds(self):
        for what, content in self.each("junit"):
            root = xml.etree.ElementTree.fromstring(content)
            suite = root.find("testsuite")
            self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
            self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
            self.assertEqual(int(suite.get("skipped")), len(suite.findall("testcase/skipped")))
            self.assertEqual(int(suite.get("failures")), {"sound": 0, "damaged": 1, "worst": 2}[what])
            passed = {(case.get("classname"), case.get("name")) for case in suite.findall("testcase") if len(case) == 0}
            self.assertIn(("rartifacts.corrupt-artifact", "libleaf-1a2b3c4d.rmeta"), passed)

    def test_junit_is_valid(self):
        if not shutil.which("xmllint"):
            self.skipTest("no xmllint")
        schemas = [SCHEMAS / "junit.xsd", *filter(None, [os.environ.get("JUNIT_XSD")])]
        for _, content in self.each("junit"):
            for schema in schemas:
                done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", schema, "-"], input=content,
                                      capture_output=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)


class CheckstyleReports(ReportTest):
    def test_checkstyle_has_one_file_per_path_and_every_error(self):
        for what, content in self.each("checkstyle"):
            root = xml.etree.ElementTree.fromstring(content)
            self.assertEqual((root.tag, root.get("version")), ("checkstyle", "4.3"))
            names = [file.get("name") for file in root.findall("file")]
            self.assertEqual(len(set(names)), len(names))
            self.assertEqual(len(names), {"sound": 0, "damaged": 1, "worst": 2}[what])
            if what != "sound":
                self.assertIn(DAMAGED, names)
            for error in root.findall("file/error"):
                self.assertEqual((error.get("line"), error.get("severity"), error.get("source")), ("1", "error", "rartifacts.corrupt-artifact"))
                self.assertIn("; fix: ", error.get("message"))


class MarkdownReports(ReportTest):
    def test_no_name_leaves_its_cell(self):
        if not shutil.which("cmark-gfm"):
            self.skipTest("no cmark-gfm")
        for what, content in self.each("markdown"):
            done = subprocess.run(["cmark-gfm", "--unsafe", "--extension", "table", "--extension", "autolink", "--extension", "strikethrough"],
                                  input=content, capture_output=True, check=True)
            page = Page(done.stdout.decode())
            rows = {"sound": 0, "damaged": 1, "worst": 2}[what]
            self.assertEqual(page.count("tr"), rows + 1 if rows else 0)
            self.assertEqual(page.count("td"), 5 * rows)
            self.assertEqual({tag for tag, _ in page.elements} - {"h3", "p", "code", "table", "thead", "tbody", "tr", "th", "td"}, set())
            if what == "worst":
                self.assertTrue(any("]]>\"'<b>&amp;" in code and "%2C,a:b" in code and "{0}</script>" in code for code in page.codes), page.codes)


class Pages(ReportTest):
    def test_the_page_is_well_formed_and_shows_every_path(self):
        for what, content in self.each("html"):
            page = Page(content.decode())
            self.assertEqual(page.count("article"), {"sound": 0, "damaged": 1, "worst": 2}[what])
            self.assertEqual(page.count("svg"), 1)
            self.assertIn("libleaf-1a2b3c4d.rmeta", page.codes)
            if what == "worst":
                self.assertIn("r\\xfcst/]]>\"'<b>&amp;\\x1b[31m\\x0a::error::100%2C,a:b\\x0d\\x09{0}</script>\\xed\\xa0\\x80\\xef\\xbf\\xbe lib.rmeta",
                              page.codes)

    def test_the_page_needs_nothing_else(self):
        for _, content in self.each("html"):
            page = Page(content.decode())
            tags = {tag for tag, _ in page.elements}
            self.assertEqual(tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}, set())
            self.assertEqual({name for name in page.attributes if name in ("src", "href", "style") or name.startswith("on")}, set())

    def test_chromium_reads_the_same_page(self):
        chromium = shutil.which("chromium")
        if not chromium:
            self.skipTest("no chromium")
        self.damage(WORST)
        report = self.audit(code=1)["html"]
        file = self.folder / "report.html"
        done = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder}/profile",
                               "--dump-dom", file.as_uri()], capture_output=True, check=False, timeout=90)
        self.assertEqual(done.returncode, 0, done.stderr)
        ours, theirs = Page(report.decode()), Page(done.stdout.decode())
        shown = [(tag, attributes) for tag, attributes in theirs.elements]
        self.assertEqual([one[0] for one in shown], [tag for tag, _ in ours.elements])
        self.assertEqual(theirs.codes, ours.codes)


if __name__ == "__main__":
    main()
