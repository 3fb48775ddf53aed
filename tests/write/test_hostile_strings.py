#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Strings from strangers, through every field that holds one and every form of output, each read back by a program that is not ours.

    test_hostile_strings.py RARTIFACTS FORMS

FORMS is built from forms.cc: it puts a string into every field of an artifact, a finding, a difference, and writes every form.
"""

import base64
import csv
import html
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
import unittest
import urllib.parse
import xml.etree.ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness  # noqa: E402
from harness import ScanTest, Tree, run  # noqa: E402
from packagers import dh_install, rpmbuild  # noqa: E402

forms_program = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else sys.exit(__doc__)

STRINGS = [bytes([c]) for c in range(1, 0x20)] + [b"\x7f"] + [  # each control
    f"a{chr(c)}b".encode() for c in (
        0x80, 0x84, 0x85, 0x90, 0x9b, 0x9d, 0x9f,  # C1
        0x200e, 0x200f, 0x061c, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,  # bidi
        0xad, 0x200b, 0x200d, 0x2028, 0x2029, 0x2060, 0xfeff, 0xfff9, 0xe0041, 0xfffe, 0x1ffff, 0xfdd0)] + [
    b"\x1b[31mred\x1b[0m", b"\x1b]0;title\x07", b"\x1b]8;;http://x\x1b\\link", b"\x1bPq\x1b\\", b"\x9b31m", b"a\rb", b"a\nverdict: ok", b"a\r\nb", b"\ra",
    b"'", b'"', b"`", b"''", b'""', b'"""', b"a'b\"c`d", b"\\", b"\\\\", b"a\\", b"\\n", b"\\N", b"\\\"", b"$'x'", b"\xe2\x80\x9cx\xe2\x80\x9d",  # quotes
    b"<b>", b"</code><script>alert(1)</script>", b"<img src=x onerror=y>", b"]]>", b"<!--", b"-->", b"<![CDATA[x]]>", b"&amp;", b"&#8238;", b"&lt",  # markup
    b"<?xml?>", b"{0}", b"%s%n", b"#35;", b"#quot;", b"%%{init: {}}%%", b"**x**", b"[x](http://y)", b"```", b"end", b"x --> y", b"fa:fa-x", b"\\u202e", b"&copy",
    b"=HYPERLINK(\"http://x\")", b"+1+2", b"-1+2", b"@SUM(A1)", b"\t=1", b"\r=1", b"=cmd|' /C calc'!A0", b"a,b", b"a;=1", b"\xef\xbc\x9d1", b" =1", b",=1",  # formulas
    b"::error::x", b"::add-mask::x", b" ::error::x", b"\t::stop-commands::x", b"\xc2\xa0::error::x", b"\xe3\x80\x80::set-output name=a::b", b":", b"::", b":x:",
    b"##vso[task.setvariable variable=a]b", b"x ##vso[task.logissue type=error]y", b"##[error]x", b"a##[group]x", b"##teamcity[message text='x']", b"###[x]", b"##",
    b"$(touch ran)", b"${IFS}", b"`touch ran`", b"$(shell touch ran)", b"; touch ran", b"| touch ran", b"& touch ran", b"x\ninclude /etc/passwd", b"%(touch ran)", b"%{nil}",
    b"#comment", b";comment", b"-rf", b"--delete", b"~root", b"a b", b" a ", b"a  b", b"*?[]{}", b"a:b", b"a%b", b"a=b", b"..", b"a/b", b"a//b",
    b"\xff", b"a\xffb", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x80", b"\x80", b"\xfe\xff",  # not UTF-8
    "grüß".encode(), "中文".encode(), "🦀".encode(), "e\u0301".encode(), b"\x1b" * 500, b'"' * 500, b"\xff" * 500, b"<" * 500,
    (b"a\nb\tc\x1b\"'<&\\,;=#%$\xff\xe2\x80\xae" * 99)[:1000], b"x" * 65536 + b"\x1b\xff",
]
PLAIN = b"plain"
TEXT = {"table", "tree-text", "report-text", "verify-text", "diff-text", "inspect-text", "api-text", "api-diff-text"}
JSON = {"cyclonedx", "spdx", "report-codequality", "json", "tree-json", "report-json", "report-sarif", "verify-json", "diff-json", "inspect-json",
        "api-json", "api-diff-json"}
OTHER = {"paths", "paths0", "ndjson", "report-ndjson", "csv", "sha256sums", "dh-install", "rpm-files", "make", "report-junit", "report-checkstyle", "report-html", "report-markdown", "report-github",
         "tree-dot", "tree-mermaid", "baseline", "kbuild", "api-ndjson", "api-markdown", "api-diff-markdown"}
# For people, or in files that are printed into logs as they are.
IN_LOGS = TEXT | JSON | {"ndjson", "report-ndjson", "report-junit", "report-checkstyle", "report-html", "report-markdown", "report-github", "tree-dot", "tree-mermaid", "baseline",
                         "api-ndjson", "api-markdown", "api-diff-markdown"}

HASH_COMMAND = re.compile(r"##[A-Za-z]*\[")


def steers(character):
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs") or ord(character) & 0xfffe == 0xfffe or 0xfdd0 <= ord(character) <= 0xfdef


def shown(raw):
    """What people are shown of a string, told once more."""
    text, out = raw.decode(errors="surrogateescape"), ""
    for place, character in enumerate(text):
        is_command = HASH_COMMAND.match(text[place:place + 99]) or (character == ":" and not out.strip())
        if steers(character) or is_command:
            out += "".join(f"\\x{byte:02x}" for byte in character.encode(errors="surrogateescape"))
        else:
            out += character
    return out


def decoded(raw):
    """The text of JSON: one U+FFFD for each byte that is not UTF-8."""
    return re.sub("[\udc80-\udcff]", "\ufffd", raw.decode(errors="surrogateescape"))


def strings_in(value):
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from strings_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from strings_in(member)
    elif isinstance(value, str):
        yield value


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.elements, self.texts = [], [""]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, sorted(name for name, _ in attributes)))
        self.texts.append("")

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        self.elements.append(("/" + tag, []))
        self.texts.append("")

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data):
        self.texts[-1] += data


def github_command(line):
    """A line as the runner reads it (actions/runner, ActionCommand.cs): name, properties, message; nothing when it is no command."""
    line = line.strip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    head, message = line[2:].split("::", 1)
    name, _, rest = head.partition(" ")
    unescape = lambda text: re.sub("%([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), text)  # noqa: E731
    return name, {key: unescape(value) for key, _, value in (pair.partition("=") for pair in rest.split(",")) if key}, unescape(message)


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        folder = Path(temporary.name)
        for number, raw in enumerate([PLAIN, *STRINGS]):
            (folder / f"{number}.in").write_bytes(raw)
        subprocess.run([forms_program, folder], check=True, timeout=120)
        cls.forms, cls.refused, cls.folder = {}, set(), folder
        for number, raw in enumerate([PLAIN, *STRINGS]):
            for path in folder.glob(f"{number}.*"):
                form = path.name.split(".", 1)[1]
                if form.endswith(".refused"):
                    cls.refused.add((raw, form.removesuffix(".refused")))
                elif form != "in":
                    cls.forms[raw, form] = path.read_bytes()

    def each(self, *forms):
        """String and output, where the form holds the string. What a test says of a failure is led by them."""
        for (raw, form), content in self.forms.items():
            if form in forms and raw != PLAIN:
                self.now = (form, raw[:40])
                yield raw, form, content

    def _formatMessage(self, msg, standardMsg):  # noqa: N802, unittest's name
        return f"{getattr(self, 'now', '')}: {super()._formatMessage(msg, standardMsg)}"

    def test_the_matrix_is_complete(self):
        self.assertGreater(len(set(STRINGS)), 160)
        self.assertEqual({form for _, form in self.forms}, TEXT | JSON | OTHER)
        for raw in STRINGS:
            for form in TEXT | JSON | OTHER:
                self.assertTrue(((raw, form) in self.forms) != ((raw, form) in self.refused), (raw[:40], form))
        self.assertEqual({form for _, form in self.refused}, {"paths", "dh-install", "rpm-files", "make", "kbuild"})

    def test_nothing_steers_who_reads_a_log(self):
        for raw, form, content in self.each(*IN_LOGS):
            text = content.decode()
            self.assertEqual([c for c in set(text) if steers(c) and c != "\n"], [])
            self.assertIsNone(HASH_COMMAND.search(text))
            if form != "report-github":
                self.assertEqual([line for line in text.split("\n") if line.strip().startswith("::")], [])

    def test_no_list_begins_a_line_with_a_command(self):
        for raw, form, content in self.each("paths", "csv", "sha256sums", "dh-install", "rpm-files", "make", "kbuild"):
            lines = content.decode(errors="surrogateescape").split("\n")
            if b"\n" in raw:  # in quotes of CSV alone, where the name has to stay what it is
                continue
            self.assertEqual([line for line in lines if line.strip().startswith(("::", "##"))], [])

    def test_text_has_as_many_lines_as_for_a_plain_name(self):
        for raw, form, content in self.each(*TEXT):
            self.assertEqual(content.count(b"\n"), self.forms[PLAIN, form].count(b"\n"))

    def test_the_table_shows_the_name(self):
        for raw, _, content in self.each("table"):
            self.assertIn(shown(raw) + " -> " + shown(raw), content.decode())

    def test_json_gives_every_text_back(self):
        for raw, form, content in self.each(*JSON - {"cyclonedx", "spdx", "report-codequality"}, "ndjson", "report-ndjson", "api-ndjson"):
            parse = (lambda lines: [json.loads(line) for line in lines.splitlines()]) if form == "report-ndjson" else json.loads
            plain = list(strings_in(parse(self.forms[PLAIN, form])))
            read = parse(content)
            found = list(strings_in(read))
            wanted = decoded(raw).replace("{", "{{").replace("}", "}}") if form == "report-sarif" else decoded(raw)
            spelled = 2 if form == "report-sarif" else 0  # URIs
            self.assertGreaterEqual(found.count(wanted) + found.count(decoded(raw)), plain.count("plain") - spelled)
            exact = [base64.b64decode(text) for text in strings_in(read) if raw != decoded(raw).encode() and text == base64.b64encode(raw).decode()]
            if raw != decoded(raw).encode() and form not in ("report-sarif", "diff-json", "api-diff-json", "api-ndjson"):
                self.assertIn(raw, exact)
            if form == "report-sarif":
                uri = read["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                self.assertEqual(urllib.parse.unquote_to_bytes(uri.removeprefix("file://")), raw)

    def test_bills_and_code_quality_are_json_with_as_many_members(self):
        for raw, form, content in self.each("cyclonedx", "spdx", "report-codequality"):
            read, plain = list(strings_in(json.loads(content))), list(strings_in(json.loads(self.forms[PLAIN, form])))
            self.assertLessEqual(abs(len(read) - len(plain)), 12)  # what is no license or no URL is left out
            self.assertTrue(any(decoded(raw) in text or shown(raw) in text for text in read))

    def test_csv_has_one_row_and_no_formula(self):
        for raw, _, content in self.each("csv"):
            text = content.decode(errors="surrogateescape")
            csv.field_size_limit(1 << 30)
            header, row = csv.reader(io.StringIO(text, newline=""), strict=True)
            self.assertEqual(len(row), len(header))
            fields = dict(zip(header, row))
            for field in row:
                self.assertNotRegex(field, "\\A[=+@\t\r\uff1d\uff0b\uff0d\uff20-]")
            name = raw.decode(errors="surrogateescape")
            for column in ("path", "link_target"):
                self.assertEqual(fields[column].removeprefix("./"), name.removeprefix("./"))
                self.assertEqual(os.path.normpath(fields[column]), os.path.normpath(name))
            for column in ("crate", "triple", "rustc"):
                self.assertIn(fields[column], (name, "'" + name))

    def test_junit_gives_what_is_shown(self):
        for raw, _, content in self.each("report-junit"):
            suite = xml.etree.ElementTree.fromstring(content).find("testsuite")
            self.assertEqual({case.get("name") for case in suite.findall("testcase")}, {shown(raw)})
            failure, = suite.iter("failure")
            self.assertEqual(failure.get("message"), shown(raw))
            self.assertIn(f"fix: {shown(raw)}\n", failure.text)
            self.assertEqual({one.get("name"): one.get("value") for one in suite.iter("property")}["root"], shown(raw))

    def test_checkstyle_gives_what_is_shown(self):
        for raw, _, content in self.each("report-checkstyle"):
            file, = xml.etree.ElementTree.fromstring(content)
            error, = file
            self.assertEqual((file.get("name"), error.get("message")), (shown(raw), shown(raw + b"; fix: " + raw)))

    def test_markdown_has_one_row_without_markup(self):
        for raw, _, content in self.each("report-markdown"):
            lines = content.decode().split("\n")
            self.assertEqual(len(lines), self.forms[PLAIN, "report-markdown"].decode().count("\n") + 1)
            row, = [line for line in lines if line.startswith("| error")]
            row = re.sub("`([^`]*)`", lambda span: f"<code>{html.escape(span[1])}</code>", row)
            cells = [html.unescape(re.sub("</?code>", "", cell)) for cell in row.removeprefix("| ").removesuffix(" |").split(" | ")]
            self.assertEqual(cells[2:], [shown(raw)] * 3)
            self.assertEqual(set(re.findall("<[^>]*>", row)), {"<code>", "</code>"})

    def test_interfaces_in_markdown_have_no_markup_of_a_name(self):
        if not shutil.which("cmark-gfm"):
            self.skipTest("no cmark-gfm")
        for raw, form, content in self.each("api-markdown", "api-diff-markdown"):
            done = subprocess.run(["cmark-gfm", "--unsafe", "--extension", "table", "--extension", "autolink", "--extension", "strikethrough"],
                                  input=content, capture_output=True, check=True)
            page = Page(done.stdout.decode())
            self.assertEqual({tag.removeprefix("/") for tag, _ in page.elements} - {"h1", "h2", "h3", "p", "ul", "li", "code"}, set())
            if form == "api-markdown" and b"::" not in raw:
                self.assertEqual([text for text in page.texts if text == shown(raw)], [shown(raw)] * 3)

    def test_the_page_has_the_same_elements_whatever_the_name(self):
        plain = Page(self.forms[PLAIN, "report-html"].decode())
        for raw, _, content in self.each("report-html"):
            page = Page(content.decode())
            if b"`" not in raw:  # which stand for code in a message
                self.assertEqual(page.elements, plain.elements)
            self.assertEqual({tag for tag, _ in page.elements}, {tag for tag, _ in plain.elements})
            # But for the picture, where a long name and a long hash are cut.
            self.assertGreaterEqual(page.texts.count(shown(raw)), plain.texts.count("plain") - 3)

    def test_github_reads_one_command_with_the_name_in_it(self):
        for raw, _, content in self.each("report-github"):
            lines = content.decode().split("\n")
            commands = [command for command in map(github_command, lines) if command]
            self.assertEqual([(name, sorted(properties)) for name, properties, _ in commands], [("error", ["file", "title"])])
            if not any(steers(c) for c in raw.decode(errors="surrogateescape")) and not HASH_COMMAND.search(raw.decode()):
                self.assertEqual(commands[0][1]["file"], raw.decode())
                self.assertEqual(commands[0][2].strip(), f"{raw.decode()}\nfix: {raw.decode()}".strip())

    @unittest.skipUnless(shutil.which("dot"), "not installed: graphviz")
    def test_dot_draws_the_name(self):
        cases = [(raw, content) for raw, _, content in self.each("tree-dot") if len(raw) < 1000]
        drawn = subprocess.run(["dot", "-Tjson0"], input=b"".join(content for _, content in cases), capture_output=True, check=True, timeout=100)
        self.assertEqual(drawn.stderr, b"")
        decoder, rest = json.JSONDecoder(), drawn.stdout.decode()
        for raw, _ in cases:
            graph, end = decoder.raw_decode(rest)
            rest = rest[end:].lstrip()
            with self.subTest(string=raw[:40]):
                self.assertEqual(len(graph["objects"]), len(self.nodes_of_plain))
                label = html.unescape(graph["objects"][0]["label"].replace("\\n", "\n", 0))
                name = shown(raw).replace("\\", "\\\\")
                self.assertEqual(label, f"{name}\\n{name}")

    @property
    def nodes_of_plain(self):
        return re.findall(r"^  [nx]\d+ \[label", self.forms[PLAIN, "tree-dot"].decode(), re.M)

    def test_mermaid_holds_nothing_but_its_own_statements(self):
        lines = self.forms[PLAIN, "tree-mermaid"].decode().split("\n")
        for raw, _, content in self.each("tree-mermaid"):
            read = content.decode().split("\n")
            self.assertEqual(len(read), len(lines))
            for line, plain in zip(read, lines):
                label = re.fullmatch(r'(  [nx]\d+\[")([^"<>`\[\]{}\\%|:;*&]*|(?:[^"<>`\[\]{}\\%|:*&])*)<br/>([^"<>`]*)("\])', line)
                if "[" in plain:
                    self.assertTrue(label, line[:80])
                    text = re.sub("#([0-9]+);", lambda match: chr(int(match[1])), label[2])
                    self.assertIn(text, (shown(raw), shown(raw + b"other")))
                else:
                    self.assertEqual(line, plain)

    def test_toml_gives_the_pattern_and_the_crate_back(self):
        for raw, _, content in self.each("baseline"):
            waiver, = tomllib.loads(content.decode())["waiver"]
            self.assertEqual(waiver["crate"], decoded(raw))
            pattern = re.sub("([*?\\[\\]\\\\])", r"\\\1", raw.decode(errors="surrogateescape"))
            self.assertEqual(waiver["path"], re.sub("[\udc80-\udcff]", "?", pattern))

    @unittest.skipUnless(shutil.which("make"), "not installed: make")
    def test_make_reads_the_name(self):
        seen = 0
        for raw, content in self.placed("make"):
            folder = Tree(Path(tempfile.mkdtemp(dir=self.folder)))
            for name in (raw, b"t" + raw):  # what is there is no pattern that fits nothing
                folder.write(os.fsdecode(name))
            done = subprocess.run(["make", "-rRpqf", "-"], input=b"all:;\n" + content, cwd=folder.root, capture_output=True, timeout=20, env={**os.environ, "LC_ALL": "C"})
            self.assertNotIn(b"***", done.stderr, content[:200])
            lines = [b"\n" + before + b"t" + raw + b": " + slash + raw + b"\n" for before in (b"", b"./") for slash in (b"", b"./")]
            self.assertTrue(any(line in done.stdout for line in lines), content[:200])
            self.assertFalse((folder / "ran").exists())
            seen += 1
        self.assertGreater(seen, 60)

    @unittest.skipUnless(shutil.which("make"), "not installed: make")
    def test_kbuild_lines_hold_the_object(self):
        seen = 0
        for raw, form, content in self.each("kbuild"):
            if len(raw) > 4000:
                continue
            done = subprocess.run(["make", "-rRsf", "-"], input=content + b"\n$(info <$(module-objs)>)\nall:;\n", cwd=self.folder, capture_output=True, timeout=20)
            self.assertIn(b"<" + raw + b">", done.stdout)
            seen += 1
        self.assertGreater(seen, 0)

    def placed(self, form):
        """Every name that `form` and a folder can hold, each with a tree of its own around it, and its lines."""
        for raw, _, content in self.each(form):
            parts = raw.split(b"/")
            if len(raw) < 200 and all(part not in (b"", b".", b"..") for part in parts):
                yield raw, content

    def test_sha256sum_checks_the_name(self):
        for raw, content in self.placed("sha256sums"):
            folder = Tree(Path(tempfile.mkdtemp(dir=self.folder)))
            folder.write(os.fsdecode(raw), b"")
            empty = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "-"], input=content.replace(b"a" * 64, empty), cwd=folder.root, capture_output=True)
            self.assertEqual((done.returncode, done.stderr), (0, b""))

    def in_one_tree(self, form):
        tree, lists, wanted = Tree(Path(tempfile.mkdtemp(dir=self.folder))), b"", {}
        for raw, content in self.placed(form):
            try:
                tree.write(os.fsdecode(raw), raw)
            except (NotADirectoryError, IsADirectoryError, FileExistsError):
                continue
            lists += content
            wanted[os.fsdecode(raw)] = raw
        return tree, lists, wanted

    @unittest.skipUnless(shutil.which("dh_install"), "not installed: debhelper")
    def test_dh_install_installs_each_name(self):
        tree, lists, wanted = self.in_one_tree("dh-install")
        self.assertGreater(len(wanted), 100)
        self.assertEqual(dh_install(tree, lists).content(), wanted)
        self.assertFalse((tree / "ran").exists())

    @unittest.skipUnless(shutil.which("rpmbuild") and shutil.which("rpm2cpio"), "not installed: rpm")
    def test_rpmbuild_packs_each_name(self):
        tree, lists, wanted = self.in_one_tree("rpm-files")
        self.assertGreater(len(wanted), 40)
        self.assertEqual(rpmbuild(tree, lists).content(), wanted)
        self.assertFalse((tree / "ran").exists())


class Manifests(ScanTest):
    def fill(self):
        """Each byte in front of, inside and at the end of a name."""
        for byte in set(range(1, 256)) - {ord("/")}:
            for number, name in enumerate((b"%c.rmeta", b"a%cb.rmeta", b"d%c/x.rmeta", b"%c%c.rmeta")):
                raw = name.replace(b"%c", bytes([byte]))
                self.tree.copy(os.fsdecode(b"%d/" % number + raw))

    def test_verify_reads_what_scan_wrote_whatever_the_names(self):
        self.fill()
        self.tree.link("link\x1b\n.rmeta", "1/a\x1bb.rmeta")
        for form in ("json", "sha256sums"):
            manifest = self.folder / form
            manifest.write_bytes(self.tree.scan("--format", form, "--dirs").stdout)
            done = run("verify", "--files-only", str(manifest), str(self.tree.root))
            self.assertEqual((done.code, done.stderr), (0, ""), done)
            self.assertIn(b"1017 files" if form == "sha256sums" else b"1016 files, 1 link", done.stdout)

    def test_a_manifest_with_hostile_facts_is_read_back(self):
        self.tree.copy("a.rmeta")
        manifest = json.loads(self.tree.scan("--format", "json").stdout)
        for raw in STRINGS:
            text = decoded(raw)
            artifact, = manifest["artifacts"]
            artifact["crate"].update(name=text, extra_filename=text, triple=text, edition=text)
            artifact["notes"] = [text]
            path = self.folder / "manifest"
            path.write_text(json.dumps(manifest))
            with self.subTest(string=raw[:40]):
                self.assertEqual(run("verify", str(path), str(self.tree.root)).code, 0)
            if len(raw) > 99:
                continue
            for arguments in (("scan", "-f", "table"), ("scan", "-f", "ndjson"), ("tree",), ("tree", "-f", "dot")):
                done = run(*arguments, str(path), cwd=self.folder)
                with self.subTest(string=raw[:40], arguments=arguments):
                    self.assertEqual(done.code, 0, done)
                    self.assertEqual([c for c in done.stdout.decode() if steers(c) and c != "\n"], [])

    def test_a_toolchain_is_named_by_its_own_alphabet_alone(self):
        self.tree.copy("a.rmeta")
        manifest = json.loads(self.tree.scan("--format", "json").stdout)
        manifest["artifacts"][0]["rustc"] = "rustc 1.96.0 (ac68faa20 2026-05-25)"  # as upstream's own builds say it
        path = self.folder / "manifest"
        for form in ("toml", "env", "version"):
            path.write_text(json.dumps(manifest))
            done = run("toolchain", "-f", form, str(path))
            self.assertEqual(done.code, 0, done)
            if form == "toml":
                self.assertEqual(tomllib.loads(done.stdout.decode())["toolchain"]["channel"], "1.96.0")
            if form == "env":
                self.assertEqual(subprocess.run(["sh", "-c", done.stdout.decode() + "printf %s \"$RUSTUP_TOOLCHAIN\""], capture_output=True).stdout, b"1.96.0")
            good = manifest["artifacts"][0]["rustc"]
            for raw in STRINGS[:120]:
                changed = json.loads(json.dumps(manifest))
                changed["artifacts"][0]["rustc"] = good + decoded(raw)
                path.write_text(json.dumps(changed))
                with self.subTest(form=form, string=raw[:40]):
                    self.fails(run("toolchain", "-f", form, str(path)), 3)


class CommandLine(ScanTest):
    def test_whatever_stands_on_the_command_line_is_shown_on_one_line(self):
        for raw in STRINGS:
            name = os.fsdecode(raw)
            if len(raw) > 60000 or name in ("", ":", "::", "..") or name.startswith("-"):
                continue
            for arguments in (("inspect", name + "x"), ("tree", name + "x"), ("verify", name + "x", "."), ("explain", name), ("audit", "-r", name, "."),
                              ("scan", "--prefix", "../" + name, "."), ("diff", name + "x", ".")):
                with self.subTest(arguments=arguments):
                    done = run(*arguments, cwd=self.tree.root)
                    self.assertIn(done.code, (2, 3), done)
                    line, = done.complaints
                    self.assertTrue(line.startswith("rartifacts: "))
                    self.assertEqual([c for c in line if steers(c)], [])
                    self.assertIsNone(HASH_COMMAND.search(line))


if __name__ == "__main__":
    harness.main()
