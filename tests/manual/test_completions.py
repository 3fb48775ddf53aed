# SPDX-License-Identifier: MIT OR Apache-2.0
"""What bash, zsh and fish offer: each is started on a terminal, a line is typed, Tab is hit, and what appears is read back.

test_completions.py PROGRAM DIRECTORY: the completions as the build made them.
"""

import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import harness
from harness import run
from shells import Shell

made = Path()


def commands():
    return re.findall(r"^  (\w[\w-]*)  ", run("-h").stdout.decode().split("Commands:")[1].split("Options:")[0], re.M)


def listed(command, title):
    """The names in a list of the help."""
    text = run(command, "--help").stdout.decode().split(f"\n{title}:\n")[1].split("\n\n")[0]
    return re.findall(r"^  (\S+)  ", text, re.M)


class Completions:
    """What every shell must offer. How each is started and made to list is said below."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # fish writes there behind its back
        self.addCleanup(temporary.cleanup)
        self.home = Path(temporary.name)
        self.tree = self.home / "tree"
        for path in ("linux-build/rust/libcore.rmeta", "linux-build/rust/core.c", "libfoo.rlib", "notes.md", "manifest.json", "linux.deb"):
            (self.tree / path).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / path).touch()
        (self.home / "bin").mkdir()
        (self.home / "bin" / "rartifacts").symlink_to(harness.program)
        self.path = {"PATH": f"{self.home}/bin:/usr/bin:/bin"}
        self.shell = self.start()
        self.addCleanup(self.shell.close)

    def offered(self, line, words):
        self.shell.type(line)
        self.shell.read(line[-8:])
        self.shell.type(self.list_key)
        shown = self.shell.read(*words)
        self.shell.type("\x15")
        self.shell.read(quiet=0.2)
        return shown

    def offers(self, line, *words, but_not=()):
        shown = self.offered(line, words)
        for word in words:
            self.assertIn(word, shown, f"{line!r} and Tab: {shown}")
        for word in but_not:
            self.assertNotIn(word, shown, f"{line!r} and Tab: {shown}")

    def test_commands(self):
        self.offers("rartifacts ", *commands())
        self.offers("rartifacts -C linux-build ", *commands())

    def test_options_of_a_command_and_of_no_other(self):
        self.offers("rartifacts scan --", "--format", "--profile", "--directory", "--help", "--sniff", but_not=["--fail-on"])
        self.offers("rartifacts audit --", "--fail-on", "--rustc", "--waivers", but_not=["--sniff"])

    def test_words_of_options(self):
        self.offers("rartifacts scan --format ", *listed("scan", "Formats"))
        self.offers("rartifacts scan -p ", *listed("scan", "Profiles"))
        self.offers("rartifacts scan --kind ", *listed("scan", "Kinds"))
        self.offers("rartifacts audit --report ", *listed("audit", "Reports"))

    def test_rules(self):
        rules = [line.split()[0] for line in run("explain").stdout.decode().splitlines()]
        self.offers("rartifacts explain missing-", *[rule for rule in rules if rule.startswith("missing-")], but_not=["stale-artifact"])
        self.offers("rartifacts audit --severity stale-", "stale-artifact")
        self.offers("rartifacts help ", *commands())

    def test_files(self):
        self.offers("rartifacts inspect li", "linux-build", "libfoo.rlib")
        self.offers("rartifacts verify ma", "manifest.json")
        self.offers("rartifacts scan l", "linux-build", "libfoo.rlib", "linux.deb")
        self.offers("rartifacts -C l", "linux-build", but_not=["libfoo.rlib"])


class Bash(Completions, unittest.TestCase):
    list_key = "\x1b?"  # possible-completions

    def start(self):
        if not Path("/usr/share/bash-completion/bash_completion").exists():
            self.skipTest("no bash-completion")
        folder = self.home / "completions"
        folder.mkdir()
        (folder / "rartifacts").write_bytes((made / "rartifacts").read_bytes())
        (self.home / "bashrc").write_text(". /usr/share/bash-completion/bash_completion\nbind 'set completion-query-items 0'\n"
                                          "bind 'set page-completions off'\nbind 'set enable-bracketed-paste off'\nPS1='ready> '\n")
        shell = Shell(["bash", "--rcfile", str(self.home / "bashrc"), "-i"], self.tree, {**self.path, "BASH_COMPLETION_USER_DIR": str(self.home)})
        shell.read("ready> ")
        return shell


class Zsh(Completions, unittest.TestCase):
    list_key = "\x04"  # delete-char-or-list

    def start(self):
        (self.home / ".zshrc").write_text(f"fpath=({made} $fpath)\nautoload -Uz compinit && compinit -u -d {self.home}/dump\n"
                                          "LISTMAX=1000\nunsetopt prompt_sp\nPROMPT='ready> '\nunset zle_bracketed_paste\nbindkey -e\n")
        shell = Shell(["zsh", "-i"], self.tree, {**self.path, "ZDOTDIR": str(self.home)})
        shell.read("ready> ")
        return shell


class Fish(Completions, unittest.TestCase):
    def start(self):
        folder = self.home / ".config" / "fish"
        (folder / "completions").mkdir(parents=True)
        (folder / "completions" / "rartifacts.fish").write_bytes((made / "rartifacts.fish").read_bytes())
        shell = Shell(["fish", "--private"], self.tree, {**self.path, "HOME": str(self.home), "XDG_CONFIG_HOME": str(folder.parent)})
        shell.type("function fish_prompt; echo 'ready> '; end; set -g fish_autosuggestion_enabled 0; clear\r")
        shell.read("ready> ")
        return shell

    def offered(self, line, words):
        # What Tab would list; on a terminal it would be cut to a page.
        self.shell.type(f"complete -C '{line}'; echo com''plete\r")
        return self.shell.read("\ncomplete").partition("\n")[2]

    def test_tab_completes_what_is_typed(self):
        self.shell.type("rartifacts verify mani\t")
        self.assertIn("manifest.json", self.shell.read("manifest.json"))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PROGRAM DIRECTORY [TEST...]")
    made = Path(sys.argv.pop(2)).resolve()
    harness.main()
