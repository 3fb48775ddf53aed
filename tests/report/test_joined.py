# SPDX-License-Identifier: MIT OR Apache-2.0
"""`rartifacts report`: what several runs of audit have found becomes the report that one run would have written.

    test_joined.py RARTIFACTS

A pool of packages is judged in one run and in many, alone and together, on one thread and on eight, and every form of report must come
out the same. Parts that are broken off, changed, or were never written by audit are refused with the line.
"""

import gzip
import io
import itertools
import json
import os
import random
import subprocess
import sys
import tarfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness  # noqa: E402
from harness import LEAF, ScanTest, main, run  # noqa: E402

FORMS = ["text", "json", "junit", "sarif", "github", "codequality", "checkstyle", "markdown", "html"]
CONFIGURED = "usr/src/linux-headers-1/include/config/auto.conf"
WORST = os.fsdecode(b"r\xfcst/]]>\"'<b>\x1b[31m\n::error::1%2C\r\t{0}</script>\xed\xa0\x80 lib.rmeta")


def damaged():
    content = LEAF.read_bytes()
    return content[: len(content) // 2]


# What is in each package of the pool.
POOL = {
    "empty.tar": {"usr/share/doc/x": b"text"},
    "headers-1.tar": {CONFIGURED: b"CONFIG_RUST=y\n"},
    "headers-2.tar": {CONFIGURED: b"CONFIG_MODULES=y\n"},
    "leaf.tar": {"usr/lib/libleaf-1a2b3c4d.rmeta": LEAF.read_bytes()},
    "twice.tar": {"usr/lib/libleaf-1a2b3c4d.rmeta": LEAF.read_bytes(), "usr/lib/libleaf-bad.rmeta": damaged(), "usr/lib/x.o": b"\x7fELF"},
    "worst.tar": {WORST: damaged()},
}


def pack(path, files):
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo("./" + name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


class Joined(ScanTest):
    def setUp(self):
        super().setUp()
        self.pool = self.folder / "pool"
        self.pool.mkdir()
        for name, files in POOL.items():
            pack(self.pool / name, files)

    def all_forms(self, command, *arguments, code=1):
        """Every form that this run writes, by name."""
        files = {form: self.folder / f"out.{form}" for form in FORMS}
        reports = [word for form, file in files.items() for word in ("--report", f"{form}={file}")]
        done = run(command, *arguments, *reports, cwd=self.pool)
        self.assertEqual(done.code, code, done)
        return {form: file.read_bytes() for form, file in files.items()}

    def part(self, name, *arguments, code=None):
        """The lines of a run, in a file."""
        done = run("audit", *arguments, "-q", "--report", f"ndjson={name}", cwd=self.pool)
        if code is not None:
            self.assertEqual(done.code, code, done)
        return self.pool / name

    def report(self, *parts, **more):
        return run("report", "--from", *map(str, parts), cwd=self.pool, **more)

    def assert_same(self, one, other):
        for form in FORMS:
            self.assertEqual(one[form], other[form], form)


class ManyRuns(Joined):
    def test_parts_make_the_report_of_one_run(self):
        direct = self.all_forms("audit", "--separate", *POOL)
        one = self.part("one.ndjson", "--separate", *POOL, code=1)
        self.assert_same(self.all_forms("report", "--from", one), direct)
        parts = [self.part(f"{name}.ndjson", "--separate", name) for name in POOL]
        random.Random(1).shuffle(parts)
        joined = self.all_forms("report", "--from", *parts)
        together = self.pool / "together.ndjson"
        together.write_bytes(b"".join(part.read_bytes() for part in parts))
        self.assert_same(self.all_forms("report", "--from", together), joined)
        for form in set(FORMS) - {"json", "junit", "sarif", "html"}:  # these name what was audited: each run another package
            self.assertEqual(joined[form], direct[form], form)
        sets = json.loads(joined["json"])["sets"]
        self.assertEqual({one["path"]: one["verdict"] for one in sets},
                         {"empty.tar": "nothing", "headers-1.tar": "findings", "headers-2.tar": "findings", "leaf.tar": "ok", "twice.tar": "findings",
                          "worst.tar": "findings"})
        self.assertEqual(sets, json.loads(direct["json"])["sets"])

    def test_the_report_of_one_set_is_that_of_its_run(self):
        for name in ("leaf.tar", "twice.tar", "worst.tar"):
            code = 0 if name == "leaf.tar" else 1
            direct = self.all_forms("audit", name, code=code)
            joined = self.all_forms("report", "--from", self.part("part.ndjson", name), code=code)
            for form in set(FORMS) - {"html"}:  # a page of one run has its manifest and a picture
                self.assertEqual(joined[form], direct[form], f"{name}: {form}")

    def test_threads_and_the_order_of_names_change_nothing(self):
        names = list(POOL)
        first = self.part("first.ndjson", "--separate", "-j", "1", *names).read_bytes()
        for jobs, order in itertools.product(("2", "8"), (names, names[::-1], names[3:] + names[:3])):
            self.assertEqual(self.part("again.ndjson", "--separate", "-j", jobs, *order).read_bytes(), first)

    def test_lines_of_several_runs_may_be_mixed(self):
        parts = [self.part(f"{name}.ndjson", name).read_text().splitlines() for name in ("twice.tar", "headers-1.tar", "leaf.tar")]
        expected = self.report(*(f"{name}.ndjson" for name in ("twice.tar", "headers-1.tar", "leaf.tar")))
        mixed = self.pool / "mixed.ndjson"
        mixed.write_text("\n".join(line for lines in itertools.zip_longest(*parts) for line in lines if line) + "\n")
        self.assertEqual(self.report(mixed).stdout, expected.stdout)
        self.assertIn(b"headers-1.tar", expected.stdout)

    def test_lines_say_what_they_are_and_end_with_their_package(self):
        lines = [json.loads(line) for line in self.part("part.ndjson", "--separate", *POOL).read_text().splitlines()]
        self.assertEqual({line["version"] for line in lines}, {1})
        self.assertEqual((lines[0]["kind"], lines[0]["fail_on"], lines[-1]["kind"], lines[-1]["sets"]), ("run", "error", "end", len(POOL)))
        for name, group in itertools.groupby(lines[1:-1], lambda line: line["set"]):
            kinds = [line["kind"] for line in group]
            self.assertEqual((kinds[-1], kinds.count("set")), ("set", 1), name)

    def test_a_set_is_told_when_it_ends_and_not_when_all_have(self):
        names = [f"large-{number:03}.tar" for number in range(200)]
        with open(self.pool / names[0], "wb") as large:
            large.close()
        pack(self.pool / names[0], {"usr/lib/libleaf.rmeta": LEAF.read_bytes(), "large": bytes(8 << 20)})
        for name in names[1:]:
            os.link(self.pool / names[0], self.pool / name)
        process = subprocess.Popen([harness.program, "audit", "--separate", "-j", "1", "--report", "ndjson", *names], cwd=self.pool,
                                   stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        told = []
        for line in process.stdout:
            told.append(json.loads(line))
            if told[-1]["kind"] == "set":
                process.kill()
                break
        rest = process.stdout.read()
        process.wait()
        self.assertLess(rest.count(b'"kind": "set"'), len(names) - 1)
        broken_off = self.pool / "broken.ndjson"
        broken_off.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in told))
        self.fails(self.report(broken_off), 3, "broken.ndjson: line", "before a run of audit has ended")

    def test_memory_does_not_grow_with_the_number_of_packages(self):
        pack(self.pool / "many-0.tar", {f"usr/lib/libleaf-{number}.rmeta": damaged() for number in range(100)})
        for number in range(1, 120):
            os.link(self.pool / "many-0.tar", self.pool / f"many-{number}.tar")
        peaks = []
        for count in (12, 120):
            names = [f"many-{number}.tar" for number in range(count)]
            done, _, peak = harness.run_measured("audit", "--separate", "-j", "2", "-q", "--report", "ndjson=lines", *names, cwd=self.pool)
            self.assertEqual(done.code, 1, done)
            self.assertEqual((self.pool / "lines").read_bytes().count(b'"kind": "finding"'), 100 * count)
            peaks.append(peak)
        self.assertLessEqual(peaks[1], peaks[0] + (4 << 20), peaks)

    def test_memory_does_not_grow_with_the_number_of_threads(self):
        if harness.is_sanitized():
            self.skipTest("the address sanitizer needs more")
        pack(self.pool / "greedy-0.tar", {f"usr/lib/libleaf-{number}.rmeta": damaged() for number in range(12_000)})
        for number in range(1, 8):
            os.link(self.pool / "greedy-0.tar", self.pool / f"greedy-{number}.tar")
        names = [f"greedy-{number}.tar" for number in range(8)]
        done, _, peak = harness.run_measured("audit", "--separate", "-j", "8", "-q", "--report", "ndjson=lines", *names, cwd=self.pool)
        self.assertEqual(done.code, 1, done)
        self.assertEqual((self.pool / "lines").read_bytes().count(b'"kind": "finding"'), 8 * 12_000)
        self.assertLessEqual(peak, 160 << 20)

    def shown_on_a_terminal(self, command):
        terminal, inner = os.openpty()
        done = subprocess.run(command, cwd=self.pool, stdout=subprocess.DEVNULL, stderr=inner, timeout=240)
        os.close(inner)
        shown = b""
        try:
            while more := os.read(terminal, 1 << 16):
                shown += more
        except OSError:  # its end, on Linux
            pass
        os.close(terminal)
        self.assertEqual(done.returncode, 0)
        return shown

    def test_a_terminal_is_told_how_many_packages_are_done(self):
        pack(self.pool / "large.tar", {"usr/lib/libleaf.rmeta": LEAF.read_bytes(), "large": bytes(48 << 20)})
        first = self.pool / "large-0.tar.gz"
        with gzip.open(first, "wb", compresslevel=1) as packed:
            packed.write((self.pool / "large.tar").read_bytes())
        count, took = 1, 0
        # What takes less than a second is not worth a word.
        while took < 2:
            for number in range(count, 2 * count):
                os.link(first, self.pool / f"large-{number}.tar.gz")
            count *= 2
            command = [harness.program, "audit", "--separate", "-q", "-j", "1", *(f"large-{number}.tar.gz" for number in range(count))]
            since = time.monotonic()
            shown = self.shown_on_a_terminal(command)
            took = time.monotonic() - since
        self.assertRegex(shown, rb"^\rauditing: [0-9]+ of %d packages" % count)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)
        self.assertEqual(subprocess.run(command, cwd=self.pool, capture_output=True, timeout=240).stderr, b"")

    def test_the_exit_status_is_that_of_all(self):
        for arguments, code in (((), 1), (("--fail-on", "warning"), 1), (("leaf",), 0)):
            names = ["leaf.tar"] if arguments == ("leaf",) else list(POOL)
            self.part("part.ndjson", "--separate", *names)
            done = self.report("part.ndjson", *(word for word in arguments if word != "leaf"))
            self.assertEqual(done.code, code, done)
        self.fails(self.report(self.part("nothing.ndjson", "empty.tar", code=3)), 3, "no Rust artifacts among")

    def test_waivers_may_wait_for_the_joined_report(self):
        waivers = self.folder / "waivers.toml"
        waivers.write_text("".join(f'[[waiver]]\nrule = "{rule}"\npath = "{path}"\nreason = "known"\n' for rule, path in (
            ("no-artifacts", "headers-1.tar:*"), ("config-dropped", "headers-*"), ("corrupt-artifact", "*"), ("stale-artifact", "nowhere"))))
        direct = run("audit", "--separate", *POOL, "--waivers", waivers, cwd=self.pool)
        self.assertEqual(direct.code, 0, direct)
        self.assertIn(b"[unused-waiver]", direct.stdout)
        parts = [self.part(f"{name}.ndjson", "--separate", name) for name in POOL]
        joined = self.report(*parts, "--waivers", waivers)
        self.assertEqual((joined.code, joined.stdout), (0, direct.stdout))
        recorded = self.folder / "baseline.toml"
        run("audit", "--separate", *POOL, "-q", "--write-baseline", recorded, cwd=self.pool)
        for done in (self.report(*parts, "--baseline", recorded, "-q"), run("audit", "--separate", *POOL, "--baseline", recorded, "-q", cwd=self.pool)):
            self.assertEqual((done.code, done.stdout), (0, b".: ok\n"), done)


class SamePaths(Joined):
    def test_parts_about_the_same_path_are_told_apart_by_their_names(self):
        for machine in ("arm64", "x86_64"):
            (self.pool / machine).mkdir()
            self.part(f"{machine}/audit.ndjson", "twice.tar", code=1)
        done = self.report("arm64/audit.ndjson", "x86_64/audit.ndjson", "--report", "json")
        report = json.loads(done.stdout)
        self.assertEqual([one["path"] for one in report["sets"]], ["arm64/audit/twice.tar", "x86_64/audit/twice.tar"])
        paths = {finding["path"] for finding in report["findings"]}
        self.assertIn("arm64/audit/twice.tar:usr/lib/libleaf-bad.rmeta", paths)
        self.assertEqual(len(paths) % 2, 0)

    def test_the_same_path_twice_in_one_part_is_refused(self):
        part = self.part("part.ndjson", "twice.tar")
        part.write_bytes(part.read_bytes() * 2)
        self.fails(self.report(part), 3, "part.ndjson: line", "once more")
        once = self.part("once.ndjson", "twice.tar")
        self.fails(self.report(once, once), 3, "twice")


class WhatCannotBeRead(Joined):
    def setUp(self):
        super().setUp()
        (self.pool / "broken.tar").write_bytes((self.pool / "leaf.tar").read_bytes()[:700])

    def test_a_package_that_cannot_be_read_fails_the_run_and_the_joined_report(self):
        names = [*POOL, "broken.tar"]
        direct = run("audit", "--separate", *names, "--report", "json", "--report", "ndjson=part.ndjson", cwd=self.pool)
        self.fails(direct, 3, "broken.tar")
        self.assertEqual(direct.stdout, b"")
        lines = [json.loads(line) for line in (self.pool / "part.ndjson").read_text().splitlines()]
        self.assertEqual([line["set"] for line in lines if line["kind"] == "problem"], ["broken.tar"])
        self.assertEqual({line["set"]: line["verdict"] for line in lines if line["kind"] == "set"}["broken.tar"], "unreadable")
        done = self.report("part.ndjson", "--report", "json")
        self.assertEqual((done.code, done.stdout), (3, b""))
        self.assertEqual(done.stderr, direct.stderr)

    def test_the_others_can_be_reported_on(self):
        names = [*POOL, "broken.tar"]
        sound = json.loads(run("audit", "--separate", *POOL, "--report", "json", cwd=self.pool).stdout)
        done = run("audit", "--separate", "--keep-going", *names, "--report", "json", "--report", "ndjson=part.ndjson", cwd=self.pool)
        self.assertEqual(done.code, 3)
        rest = json.loads(done.stdout)
        self.assertEqual(rest["findings"], sound["findings"])
        self.assertIn({"path": "broken.tar", "verdict": "unreadable"}, [{"path": one["path"], "verdict": one["verdict"]} for one in rest["sets"]])
        joined = self.report("part.ndjson", "--keep-going", "--report", "json")
        self.assertEqual((joined.code, joined.stdout), (3, done.stdout))


class Refused(Joined):
    def setUp(self):
        super().setUp()
        self.good = self.part("good.ndjson", "--separate", *POOL).read_text()

    def refuses(self, content, line, *words):
        part = self.pool / "bad.ndjson"
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        place = f"bad.ndjson: line {line}:" if line else "bad.ndjson:"
        self.fails(self.report("good.ndjson", part), 3, place, *words)

    def test_parts_that_audit_has_not_written(self):
        run_line = self.good.splitlines()[0]
        for content, line, *words in (
            ("", None, "empty"),
            ("\n \n", None, "empty"),
            ("{}\n", 1, "kind is missing"),
            ("[1]\n", 1, "not an object"),
            ("text\n", 1, "not JSON"),
            (run_line + "\nnull\n", 2, "not an object"),
            ('{"kind": "run", "version": 2, "root": "."}\n', 1, "version 2", "knows version 1"),
            ('{"kind": "run", "root": "."}\n', 1, "version is missing"),
            (self.good.replace('"kind": "run"', '"kind": "end"'), 1, "outside of a run"),
            (self.good.replace('"rule": "no-artifacts"', '"rule": "no-such-rule"'), None, "rule is no-such-rule"),
            (self.good.replace('"severity": "error"', '"severity": 1'), None, "severity is not a string"),
            (run_line + '\n{"kind": "finding", "version": 1}\n', 2, "set is missing"),
            (run_line + "\n" + "[" * 200_000 + "\n", 2, "nested"),
            (run_line + '\n{"kind": "' + "x" * (5 << 20) + '"}\n', 2, "report-line", "4 MiB"),
            (run_line + "\n" + json.dumps({"kind": "rmeta", "version": 1, "path": "a", "set": "a"}) + "\n", 2, "kind is rmeta"),
            (run_line.encode() + b'\n{"kind": "\xff"}\n', 2, "not JSON"),
            (self.good.rsplit("\n", 2)[0], None, "before a run of audit has ended"),
            (bytes(1 << 16), 1, "not JSON"),
        ):
            with self.subTest(content[:80]):
                self.refuses(content, line, *words)

    def test_every_part_that_is_cut_off_is_refused(self):
        for end in range(0, len(self.good) - 1, 97):
            part = self.pool / "cut.ndjson"
            part.write_text(self.good[:end])
            done = self.report(part)
            self.assertEqual((done.code, done.stdout), (3, b""), end)

    def test_no_change_of_a_byte_breaks_more_than_its_line(self):
        dice = random.Random(7)
        content = self.good.encode()
        for _ in range(150):
            changed = bytearray(content)
            for _ in range(dice.randint(1, 3)):
                changed[dice.randrange(len(changed))] = dice.choice(b'{}[]",:\\\x00\n0e\xff')
            (self.pool / "changed.ndjson").write_bytes(changed)
            self.assertIn(self.report("changed.ndjson").code, (0, 1, 3))

    def test_memory_has_a_limit(self):
        lines = self.good.splitlines()
        finding = json.loads(next(line for line in lines if '"finding"' in line))
        with open(self.pool / "long.ndjson", "w", encoding="utf-8") as part:
            part.write(lines[0] + "\n")
            for number in range(60_000):
                part.write(json.dumps({**finding, "path": f"{number}", "message": "m" * 2000}) + "\n")
        done, _, peak = harness.run_measured("report", "--from", "long.ndjson", cwd=self.pool)
        self.fails(done, 3, "held-bytes")
        self.assertLess(peak, 200 << 20)

    def test_lines_are_not_asked_for_and_files_must_be_there(self):
        self.fails(self.report("good.ndjson", "--report", "ndjson=x"), 2, "cat")
        self.fails(self.report("gone.ndjson"), 3, "gone.ndjson")
        self.fails(self.report("."), 3, ".")
        self.fails(run("report", cwd=self.pool), 2, "--from")

    def test_standard_input(self):
        done = subprocess.run([harness.program, "report", "--from", "-"], input=self.good.encode(), capture_output=True, cwd=self.pool, timeout=20)
        self.assertEqual((done.returncode, done.stdout), (1, self.report("good.ndjson").stdout))


if __name__ == "__main__":
    main()
