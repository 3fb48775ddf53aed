# SPDX-License-Identifier: MIT OR Apache-2.0
"""Manual pages: mandoc and man have nothing to say against them, and every command, option, rule and member is in them.

test_pages.py PROGRAM DIRECTORY: the pages as the build made them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "scan"))
import harness
from harness import run

made = Path()


def pages():
    return sorted(made.glob("man?/*"))


def shown(page):
    """The page as man prints it, in one line, without the hyphens at ends of lines."""
    done = subprocess.run(["man", "-l", str(page)], capture_output=True,
                          env={**os.environ, "MANWIDTH": "1000", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": "", "PAGER": "cat"})
    return re.sub(r"\s+", " ", re.sub(".\b", "", done.stdout.decode()))


class Pages(unittest.TestCase):
    def test_there_is_one_for_the_program_each_command_the_rules_and_the_manifest(self):
        commands = re.findall(r"^  (\w[\w-]*)  ", run("-h").stdout.decode().split("Commands:")[1].split("Options:")[0], re.M)
        expected = {"rartifacts.1", "rartifacts-rules.7", "rartifacts-manifest.5"} | {f"rartifacts-{name}.1" for name in commands}
        self.assertEqual({page.name for page in pages()}, expected)

    def test_mandoc_is_silent(self):
        if not shutil.which("mandoc"):
            self.skipTest("no mandoc")
        for page in pages():
            done = subprocess.run(["mandoc", "-T", "lint", str(page)], capture_output=True, text=True)
            self.assertEqual(done.stdout + done.stderr, "", page.name)

    def test_man_is_silent(self):
        if not shutil.which("man") or not shutil.which("groff"):
            self.skipTest("no man with groff")
        for page in pages():
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)], capture_output=True,
                                  env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"})
            self.assertEqual((done.returncode, done.stderr), (0, b""), page.name)

    def test_each_option_of_the_help_is_on_the_page(self):
        if not shutil.which("man") or not shutil.which("groff"):
            self.skipTest("no man with groff")
        for page in made.glob("man1/rartifacts-*"):
            text, command = shown(page), page.stem.removeprefix("rartifacts-")
            if command == "help":
                continue  # `help -h` is the help of the program
            for option in re.findall(r"^  (?:-\w, |    )(--[\w-]+)", run(command, "-h").stdout.decode(), re.M):
                self.assertRegex(text, re.escape(option) + r"\b", page.name)

    def test_each_rule_and_each_member_of_the_manifest_is_on_the_page(self):
        if not shutil.which("man") or not shutil.which("groff"):
            self.skipTest("no man with groff")
        text = shown(made / "man7/rartifacts-rules.7")
        for line in run("explain").stdout.decode().splitlines():
            self.assertIn(f" {line.split()[0]} ", text)
        text = shown(made / "man5/rartifacts-manifest.5")
        schema = json.loads((PROJECT / "docs/manifest.schema.json").read_text())
        for member in list(schema["properties"]) + list(schema["$defs"]["artifact"]["properties"]):
            self.assertIn(f" {member} ", text)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PROGRAM DIRECTORY [TEST...]")
    made = Path(sys.argv.pop(2)).resolve()
    harness.main()
