# SPDX-License-Identifier: MIT OR Apache-2.0
"""Exit codes, and what stands on standard error: 0 done, 2 usage, 3 input. All or nothing on standard output."""

import unittest

from harness import LEAF, ScanTest, main, run

COMMANDS = ("scan", "inspect", "tree", "toolchain", "audit", "extract", "verify", "diff", "api", "sources", "explain")
CUT = LEAF.read_bytes()[:-1]


class ExitCodes(ScanTest):
    def test_a_scan_that_found_something_is_0_and_silent(self):
        self.tree.copy("libx.rmeta")
        self.lists(self.tree.scan(), "libx.rmeta")

    def test_wrong_usage_is_2(self):
        self.tree.copy("libx.rmeta")
        for arguments in (["--no-such-option", "."], ["--format", "yaml", "."], ["--format"], [], [""], ["--kind", "crate", "."],
                          ["--side", "left", "."], ["--profile", "none", "."], ["--jobs", "0", "."], ["--jobs", "many", "."]):
            with self.subTest(arguments):
                self.fails(run("scan", *arguments, cwd=self.tree.root), 2)

    def test_no_command_and_an_unknown_command_are_2(self):
        self.fails(run(), 2)
        self.fails(run("scna", "."), 2, "scna")

    def test_a_hostile_option_is_shown_on_one_line(self):
        self.fails(self.tree.scan("--format", "x\x1b[31m\ny"), 2)

    def test_help_and_version_are_0(self):
        for arguments in (["--help"], ["-h"], ["help"], ["scan", "--help"], ["scan", "-h"], ["help", "scan"], ["--version"], ["-V"]):
            done = run(*arguments)
            self.assertEqual((done.code, done.stderr), (0, ""))
            self.assertIn(b"rartifacts", done.stdout)

    def test_help_is_short_or_long_and_asked_for_in_two_ways(self):
        for command in COMMANDS:
            with self.subTest(command):
                short, long = run(command, "-h").stdout, run(command, "--help").stdout
                self.assertLess(len(short), len(long))
                self.assertEqual(run("help", command).stdout, long)
                self.assertIn(b"Exit status:", long)
                self.assertNotIn(b"Exit status:", short)
        self.assertEqual(run("help").stdout, run("--help").stdout)
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ".encode(), run("-h").stdout)

    def test_help_fits_a_terminal_but_for_commands_to_copy(self):
        for command in COMMANDS:
            for line in run(command, "-h").stdout.decode().splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_the_help_of_every_command_says_where_it_can_work(self):
        for command in COMMANDS:
            self.assertIn(b"-C, --directory DIR", run(command, "--help").stdout, command)
        self.assertIn(b"relative to DIR", run("verify", "--help").stdout)

    def test_a_mistyped_word_is_named_with_what_may_have_been_meant_and_the_help_that_tells(self):
        for arguments, mentions in (
                (["scna", "."], ["there is no command scna", "did you mean scan?", "(see rartifacts --help)"]),
                (["help", "scna"], ["did you mean scan?"]),
                (["scan", "--fromat", "json", "."], ["no option --fromat", "did you mean --format?", "(see rartifacts scan --help)"]),
                (["scan", "--fromat"], ["did you mean --format?"]),
                (["scan", "--format", "tabel", "."], ["did you mean table?", "(see rartifacts scan --help)"]),
                (["scan", "--format", "yaml", "."], ["give one of paths, paths0, table"]),
                (["scan", "-k", "rlb", "."], ["did you mean rlib?"]),
                (["scan", "--jobs", "0", "."], ["--jobs: 0 not in range 1 to 256"]),
                (["scan"], ["missing operand PATH", "(see rartifacts scan --help)"]),
                (["verify", "x"], ["missing operand DIR"]),
                (["tree", ".", "x"], ["unexpected operand x"]),
                (["audit", "--report", "juint", "."], ["did you mean junit?"]),
                (["audit", "--report", "spreadsheet", "."], ["give one of text, json, junit"]),
                (["extract", "--kbuild", "a b", "x.a"], ["rartifacts: --kbuild: give a plain name"]),
                (["explain", "mising-crate"], ["did you mean missing-crate?"]),
                (["explain", "E9999"], ["there is no rule E9999"]),
                (["-C"], ["--directory needs a value"]),
                ([], ["no command given"])):
            with self.subTest(arguments):
                self.fails(run(*arguments), 2, *mentions)
        self.assertNotIn("did you mean", run("zzzzz").stderr)

    def test_nothing_found_is_3(self):
        self.tree.write("main.c", "int main;")
        self.fails(self.tree.scan(), 3, "--allow-empty")

    def test_nothing_found_is_0_with_allow_empty(self):
        self.lists(self.tree.scan("--allow-empty"))

    def test_nothing_of_the_wanted_kind_is_3(self):
        self.tree.copy("libx.rmeta")
        self.fails(self.tree.scan("--kind", "proc-macro"), 3)
        self.fails(self.tree.scan("--side", "host"), 3)

    def test_a_missing_operand_is_3_and_named(self):
        self.tree.copy("libx.rmeta")
        for missing in ("nowhere", "./nowhere/", "../tree/nowhere", str(self.tree / "nowhere"), "libx.rmeta/x"):
            with self.subTest(missing):
                self.fails(run("scan", ".", missing, cwd=self.tree.root), 3, missing.strip("./").removeprefix("tree/"))

    def test_a_directory_to_work_in_that_is_not_there_is_3_and_named(self):
        self.fails(run("-C", "nowhere", "scan", ".", cwd=self.tree.root), 3, "nowhere")

    def test_an_operand_that_is_no_artifact_is_3_and_named(self):
        self.tree.write("main.c", "int main;")
        self.fails(run("scan", "main.c", cwd=self.tree.root), 3, "main.c", "not an artifact")

    def test_a_truncated_artifact_is_3_and_named_and_nothing_is_listed(self):
        self.tree.copy("good.rmeta")
        self.tree.write("bad.rmeta", CUT)
        for form in ("paths", "paths0", "table", "json", "ndjson", "csv", "sha256sums"):
            with self.subTest(form):
                self.fails(self.tree.scan("--format", form), 3, "rartifacts: bad.rmeta: ")

    def test_allow_empty_does_not_excuse_a_truncated_artifact(self):
        self.tree.write("bad.rmeta", CUT)
        self.fails(self.tree.scan("--allow-empty"), 3, "bad.rmeta")

    def test_keep_going_lists_the_rest_and_is_still_3(self):
        self.tree.copy("good.rmeta")
        self.tree.write("bad.rmeta", CUT)
        for form, expected in (("paths", b"good.rmeta\n"), ("paths0", b"good.rmeta\0")):
            done = self.tree.scan("--keep-going", "--format", form)
            self.assertEqual((done.code, done.stdout), (3, expected))
            self.complains(done, "bad.rmeta")

    def test_each_problem_has_one_line(self):
        self.tree.write("bad\nname.rmeta", CUT)
        self.tree.write("bad2.rmeta", CUT)
        self.tree.link("gone.rmeta", "no\nwhere")
        self.fails(run("scan", ".", "missing", cwd=self.tree.root), 3, "bad2.rmeta", "gone.rmeta", "missing", problems=4)


if __name__ == "__main__":
    main()
