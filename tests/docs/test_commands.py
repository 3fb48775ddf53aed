# SPDX-License-Identifier: MIT OR Apache-2.0
"""What README and docs show is what happens: each command in a `console` block is run on a small kernel tree, and what it prints
must be what the document shows. Sizes, hashes and versions of rustc may differ.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "scan"))
import harness
import mini_kernel
from harness import Tree

DOCUMENTS = ["README.md", "docs/howto.md"]
MASKS = [(r"rustc \d+\.\d+\.\d+[\w-]* \([^)]*\)( \([^)]*\))?", "RUSTC"), (r"\b[0-9a-f]{16,32}\b", "HASH"), (r"\d+(\.\d+)? (B|[KM]iB|bytes)", "SIZE"),
         (r" +", " ")]


def sections(document):
    """Title and text of each part under a `##`."""
    parts = re.split(r"^## (.*)\n", (PROJECT / document).read_text(), flags=re.M)
    return zip(parts[1::2], parts[2::2])


def commands(text):
    """Each command in the console blocks, and what is shown below it."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
        block = block.replace("\\\n", "")
        for piece in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, shown = piece.partition("\n")
            yield command, shown


def masked(text):
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text)
    return text


class Documents(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.kernel = Tree(Path(cls.temporary.name) / "kernel")
        mini_kernel.build(cls.kernel)
        bin_directory = Path(cls.temporary.name) / "bin"
        bin_directory.mkdir()
        (bin_directory / "rartifacts").symlink_to(harness.program)

    def run_in_new_tree(self, section):
        root = Path(tempfile.mkdtemp(dir=self.temporary.name))
        subprocess.run(["cp", "-a", str(self.kernel.root), str(root / "linux-build")], check=True)
        (root / "dest").mkdir()
        environment = {**os.environ, "DEST": str(root / "dest"), "PATH": f"{self.temporary.name}/bin:{os.environ['PATH']}"}
        for command, shown in section:
            done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=root, env=environment, capture_output=True, text=True, timeout=60)
            finds = re.search(r"\[[a-z-]+[,\]]", shown)
            self.assertEqual(done.returncode, 1 if finds else 0, f"{command}\n{done.stdout}{done.stderr}")
            if shown:
                self.assertEqual(masked(done.stdout), masked(shown), command)

    def test_commands_do_what_the_documents_show(self):
        for document in DOCUMENTS:
            for title, text in sections(document):
                with self.subTest(document=document, section=title):
                    self.run_in_new_tree(commands(text))

    def test_there_are_commands(self):
        for document in DOCUMENTS:
            self.assertGreater(sum(1 for _, text in sections(document) for _ in commands(text)), 5, document)

    def test_the_packages_to_install_are_those_that_check_installs(self):
        listed = re.search(r"apt-get install --no-install-recommends((?:[^\n]*\\\n)*[^\n]*)", (PROJECT / "README.md").read_text())[1]
        needed = re.search(r"^build_packages=\((.*?)\)", (PROJECT / "scripts/setup.sh").read_text(), re.M | re.S)[1]
        only_for_the_main_job = {"cpio", "python3"}
        self.assertEqual(set(listed.replace("\\", "").split()), set(needed.split()) - only_for_the_main_job)

    def test_every_command_of_the_program_is_in_the_readme(self):
        help_text = subprocess.run([harness.program, "-h"], capture_output=True, text=True).stdout
        names = re.findall(r"^  (\w[\w-]*)  ", help_text.split("Commands:")[1].split("Options:")[0], re.M)
        readme = (PROJECT / "README.md").read_text()
        for name in set(names) - {"help"}:
            self.assertRegex(readme, rf"\| `{name} ", name)

    def test_links_lead_somewhere_and_lines_are_short(self):
        for document in ["README.md", "CONTRIBUTING.md", *map(str, (PROJECT / "docs").glob("*.md"))]:
            path = PROJECT / document
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
                self.assertTrue((path.parent / target).exists(), f"{document}: {target}")
        for line in (PROJECT / "README.md").read_text().splitlines():
            if not line.startswith(("|", "![", "linux-build/: ")):
                self.assertLessEqual(len(line), 100, line)


if __name__ == "__main__":
    harness.main()
