# SPDX-License-Identifier: MIT OR Apache-2.0
"""Waivers and baselines: what they excuse, and that they are checked themselves."""

import datetime
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
from harness import GOLDENS, ScanTest, main, run

CUT = (GOLDENS / "1.96.0/libleaf-1a2b3c4d.rmeta").read_bytes()[:200]
WAIVER = '[[waiver]]\nrule = "{}"\npath = "{}"\nreason = "known"\n{}\n'


class Waivers(ScanTest):
    def setUp(self):
        super().setUp()
        self.tree.copy("good.rmeta")
        self.tree.write("old/bad.rmeta", CUT)

    def audit(self, *arguments):
        return run("audit", *arguments, ".", cwd=self.tree.root)

    def with_waivers(self, *waivers, report="json"):
        self.tree.write("waivers.toml", "".join(WAIVER.format(*waiver) for waiver in waivers))
        return self.audit("--waivers", "waivers.toml", "--report", report)

    def rules(self, done):
        return [(one["rule"], one["waived"]) for one in json.loads(done.stdout)["findings"]]

    def test_without_a_waiver_a_damaged_file_is_a_finding(self):
        self.assertEqual(self.audit("-q").code, 1)

    def test_a_waiver_excuses_what_its_path_fits(self):
        done = self.with_waivers(("corrupt-artifact", "old/*", ""))
        self.assertEqual((done.code, self.rules(done)), (0, [("corrupt-artifact", True)]))

    def test_a_waiver_of_another_rule_crate_or_path_excuses_nothing(self):
        for waiver in (("missing-crate", "old/*", ""), ("corrupt-artifact", "old/*", 'crate = "other"'), ("corrupt-artifact", "new/*", "")):
            with self.subTest(waiver):
                done = self.with_waivers(waiver)
                self.assertEqual((done.code, self.rules(done)), (1, [("corrupt-artifact", False), ("unused-waiver", False)]))

    def test_a_waiver_holds_on_its_last_day_and_no_longer(self):
        today = datetime.date.today()
        for days, code in ((1, 0), (-2, 1)):
            done = self.with_waivers(("corrupt-artifact", "*", f"expires = {today + datetime.timedelta(days)}"))
            self.assertEqual(done.code, code, done)
        self.assertIn(("expired-waiver", False), self.rules(done))

    def test_a_file_that_is_not_exactly_right_is_refused_with_its_line(self):
        for text in ("nonsense", "[waiver]\n", '[[waiver]]\nrule = "corrupt-artifact"\npath = "*"\n', '[[waiver]]\nrule = "no-such-rule"\n',
                     WAIVER.format("corrupt-artifact", "*", "because = 1"), WAIVER.format("corrupt-artifact", "*", 'expires = "2030-01-01"'),
                     '[[waiver]]\nrule = 1\n', "x" * 100000):
            with self.subTest(text[:60]):
                self.tree.write("waivers.toml", text)
                done = self.audit("--waivers", "waivers.toml")
                self.fails(done, 2, "waivers.toml", "line")

    def test_a_baseline_excuses_what_was_there_and_nothing_new(self):
        self.assertEqual(self.audit("-q", "--write-baseline", "base.toml").code, 1)
        self.assertEqual(self.audit("-q", "--baseline", "base.toml").code, 0)
        self.tree.write("new [1].rmeta", CUT)
        self.assertEqual(self.audit("-q", "--baseline", "base.toml").code, 1)

    def test_a_baseline_fits_names_with_signs_of_patterns_only_as_they_are(self):
        self.tree.write("new [1]*.rmeta", CUT)
        self.audit("-q", "--write-baseline", "base.toml")
        self.assertEqual(self.audit("-q", "--baseline", "base.toml").code, 0)
        self.tree.write("new 1x.rmeta", CUT)
        self.assertEqual(self.audit("-q", "--baseline", "base.toml").code, 1)

    def test_a_baseline_fits_names_that_are_not_utf8(self):
        for name in (b"gr\xfc\xdf.rmeta", "gr\u00fc\u00df [\u20ac].rmeta".encode(), b"\xe2\x82.rmeta"):
            self.tree.write(os.fsdecode(name), CUT)
        self.assertEqual(self.audit("-q", "--write-baseline", "base.toml").code, 1)
        self.assertEqual(self.audit("-q", "--baseline", "base.toml").code, 0)

    def test_a_baseline_is_written_only_when_there_is_a_verdict(self):
        self.tree.write("base.toml", "# good")
        (self.tree / "empty").mkdir()
        for operand in ("empty", "nowhere"):
            with self.subTest(operand):
                self.fails(run("audit", "--write-baseline", "base.toml", operand, cwd=self.tree.root), 3)
                self.assertEqual((self.tree / "base.toml").read_text(), "# good")

    def test_files_that_cannot_be_read_or_written_are_3_and_named_on_one_line(self):
        for option in ("--waivers", "--baseline", "--write-baseline"):
            with self.subTest(option):
                self.fails(self.audit(option, "no\nwhere/x.toml"), 3, "where/x.toml")

    def test_what_is_found_wrong_with_waivers_has_severities_too(self):
        unused = ("corrupt-artifact", "new/*", "")
        self.tree.write("old/bad.rmeta", (self.tree / "good.rmeta").read_bytes())
        self.assertEqual(self.with_waivers(unused).code, 0)
        self.tree.write("expired.toml", WAIVER.format("corrupt-artifact", "*", "expires = 2020-01-01"))
        for rule, waivers in (("unused-waiver", "waivers.toml"), ("expired-waiver", "expired.toml")):
            self.assertEqual(self.audit("-q", "--waivers", waivers, "--severity", f"{rule}=error").code, 1, rule)

    def test_severities_and_thresholds(self):
        self.assertEqual(self.audit("-q", "--severity", "corrupt-artifact=warning").code, 0)
        self.assertEqual(self.audit("-q", "--severity", "corrupt-artifact=warning", "--fail-on", "warning").code, 1)
        self.fails(self.audit("--severity", "corrupt-artifact"), 2, "--severity")

    def test_the_document_of_rules_is_what_explain_says(self):
        document = Path(__file__).resolve().parents[2] / "docs/rules.md"
        self.assertEqual(run("explain", "--markdown").stdout.decode(), document.read_text())

    def test_explain_knows_every_rule_that_is_listed(self):
        listed = run("explain")
        self.assertEqual(listed.code, 0)
        for line in listed.stdout.decode().splitlines():
            told = run("explain", line.split()[0])
            self.assertEqual(told.code, 0)
            self.assertIn(b"fix: ", told.stdout)
        self.fails(run("explain", "no-such-rule"), 2, "no-such-rule")


if __name__ == "__main__":
    main()
