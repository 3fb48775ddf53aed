# SPDX-License-Identifier: MIT OR Apache-2.0
"""What README, docs and --help show is what happens: each command in a `console` block, and each example of --help, is run on a small
kernel tree, and what it prints must be what the document shows. Sizes, hashes and versions of rustc may differ.

Commands stand elsewhere too: test_recipes.py has those of docs/recipes.md, tests/kernel/transcripts those that need a real kernel.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "scan"))
import harness
import mini_kernel

DOCUMENTS = ["README.md", "docs/howto.md"]
TOOLS = ["cpio", "rsync", "bsdtar", "dh_install", "jq"]  # which a machine may lack
MASKS = [(r"rustc \d+\.\d+\.\d+[\w-]* \([^)]*\)( \([^)]*\))?", "RUSTC"), (r"\b[0-9a-f]{16,32}\b", "HASH"), (r"\d+(\.\d+)? (B|[KM]iB|bytes)", "SIZE"),
         (r" +", " ")]
ON_A_REAL_KERNEL = ["docs/transcripts.md", "docs/api.md"]  # tests/kernel/transcripts
COMMAND = re.compile(r"\brartifacts(?: -C \S+)? ([a-z]+)\b([^`|;&>\n]*)")


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


class Documents(mini_kernel.AtThePrompt):
    maxDiff = 4000

    @staticmethod
    def command_names():
        help_text = subprocess.run([harness.program, "-h"], capture_output=True, text=True).stdout
        return re.findall(r"^  (\w[\w-]*)  ", help_text.split("Commands:")[1].split("Options:")[0], re.M)

    def needs_its_tools(self, done):
        missing = re.search(r"(\S+): command not found", done.stderr)
        if missing and missing[1] in TOOLS:
            self.skipTest(f"no {missing[1]}")

    def run_in_new_tree(self, section):
        root = Path(tempfile.mkdtemp(dir=self.temporary.name))
        subprocess.run(["cp", "-a", str(self.kernel.root), str(root / "linux-build")], check=True)
        (root / "dest").mkdir()
        environment = {**os.environ, "DEST": str(root / "dest"), "PATH": f"{self.temporary.name}/bin:{os.environ['PATH']}"}
        for command, shown in section:
            done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=root, env=environment, capture_output=True, text=True, timeout=60)
            self.needs_its_tools(done)
            finds = re.search(r"\[[a-z-]+[,\]]", shown)
            self.assertEqual(done.returncode, 1 if finds else 0, f"{command}\n{done.stdout}{done.stderr}")
            if shown:
                self.assertEqual(masked(done.stdout), masked(shown), command)

    def test_commands_do_what_the_documents_show(self):
        for document in DOCUMENTS:
            for title, text in sections(document):
                with self.subTest(document=document, section=title):
                    self.run_in_new_tree(commands(text))

    def test_every_block_of_commands_is_run_by_some_test(self):
        for path in [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]:
            document = str(path.relative_to(PROJECT))
            kinds = set(re.findall(r"^```(\w+)$", path.read_text(), re.M))
            expected = {"console"} if document in DOCUMENTS else {"console", "text"} if document in ON_A_REAL_KERNEL else set()
            # `sh` is how to build, below; `text` is what a test printed that takes longer, as the document says.
            self.assertLessEqual(kinds, expected | ({"sh"} if document == "README.md" else set()), document)
            # What is only indented was typed by hand, and the section says so.
            for section in re.split(r"^## ", path.read_text(), flags=re.M):
                if re.search(r"^    \$ ", section, re.M):
                    self.assertIn("by hand", section, document)
        script = (PROJECT / "tests/kernel/transcripts").read_text()
        self.assertIn(f"DOCUMENTS = {ON_A_REAL_KERNEL}".replace("'", '"'), script)

    def test_options_exist_wherever_they_are_named(self):
        """Also in the middle of a sentence."""
        known = {}
        found = 0
        for path in [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]:
            for name, rest in COMMAND.findall(path.read_text()):
                if name not in known:
                    known[name] = subprocess.run([harness.program, "help", name], capture_output=True, text=True).stdout
                for option in re.findall(r"(?<=\s)(?:--[a-z][\w-]*|-[A-Za-z])", rest) if known[name] else []:
                    found += 1
                    self.assertRegex(known[name], rf"(?m)^  .*{option}\b", f"{path.name}: {name} {option}")
        self.assertGreater(found, 50)

    def test_the_project_is_built_as_the_readme_says(self):
        """Up to the compiler: ninja says what it would do. What is installed is what this build holds."""
        steps = re.search(r"^```sh\n(.*?)^```$", (PROJECT / "README.md").read_text(), re.M | re.S)[1].replace("\\\n", "")
        steps = [line for line in steps.splitlines() if "apt-get" not in line]
        self.assertEqual(len(steps), 2, steps)
        copy = Path(tempfile.mkdtemp(dir=self.temporary.name)) / "rartifacts"
        shutil.copytree(PROJECT, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "testdata", "build*", "fuzz"))
        build, install = steps
        self.assertTrue(build.endswith("meson compile -C build"), build)
        self.assertEqual(install, "sudo meson install -C build")
        for command in (f"{build} --ninja-args=-n", f"meson install --dry-run --no-rebuild -C {Path(harness.program).parent}"):
            done = subprocess.run(["bash", "-c", command], cwd=copy, capture_output=True, text=True, timeout=600)
            self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        for installed in ("rartifacts.1", "_rartifacts", "librartifacts.so", "rartifacts.pc"):
            self.assertRegex(done.stdout, rf"(?m)^Installing .*{installed}")

    def test_examples_of_the_help_do_what_they_say(self):
        place = Path(tempfile.mkdtemp(dir=self.temporary.name))
        trees = ["linux-build", "root/usr/src/kernels", "debian/linux-headers-x/usr/src/linux-headers-x"]
        for tree in trees:
            (place / tree).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", str(self.kernel.root), str(place / tree)], check=True)
        for directory in ("rust", "src", "dest"):
            (place / directory).mkdir()
        (place / "src/kernel.rs").write_text("pub struct Clk;\n")
        subprocess.run(["rustc", "--crate-type", "lib", "--emit", "metadata", "-o", "rust/libkernel.rmeta", "src/kernel.rs"], cwd=place, check=True)
        for library in ("libfoo.rlib", "libfoo.a"):
            shutil.copy(self.kernel / "rust/libquote.rlib", place / library)
        environment = {**os.environ, "DEST": str(place / "dest"), "V": "1", "RPM_BUILD_ROOT": str(place / "root"),
                       "kernel_source_dir": "linux-build", "PATH": f"{self.temporary.name}/bin:{os.environ['PATH']}"}
        here = {"/lib/modules/$(uname -r)/build": "linux-build", "/usr/src/linux-6.12 linux-build/": "src rust/libkernel.rmeta"}
        ran = 0
        for name in self.command_names():
            text = subprocess.run([harness.program, "help", name], capture_output=True, text=True).stdout
            if "\nExamples:\n" not in text:
                continue
            for line in re.findall(r"^  (rartifacts .*)$", text.split("\nExamples:\n")[1], re.M):
                command = re.split(r" {2,}", line)[0]  # behind more spaces it is told what for
                if name == "verify" and '"$DEST"' in command:
                    subprocess.run(["bash", "-c", 'rm -rf "$DEST"/* && cd linux-build && rartifacts scan . | cpio -pdm --quiet "$DEST"'],
                                   cwd=place, env=environment, check=True)
                for elsewhere, at_hand in here.items():
                    command = command.replace(elsewhere, at_hand)
                done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=place, env=environment, capture_output=True, text=True, timeout=60)
                self.needs_its_tools(done)
                # The small kernel has neither clk nor device.
                self.assertEqual(done.returncode, 1 if "--has" in command else 0, f"{command}\n{done.stdout}{done.stderr}")
                ran += 1
        self.assertGreater(ran, 15)

    def test_there_are_commands(self):
        for document in DOCUMENTS:
            self.assertGreater(sum(1 for _, text in sections(document) for _ in commands(text)), 5, document)

    def test_the_packages_to_install_are_those_that_check_installs(self):
        listed = re.search(r"apt-get install --no-install-recommends((?:[^\n]*\\\n)*[^\n]*)", (PROJECT / "README.md").read_text())[1]
        needed = re.search(r"^build_packages=\((.*?)\)", (PROJECT / "scripts/setup.sh").read_text(), re.M | re.S)[1]
        only_for_the_main_job = {"cpio", "python3"}
        self.assertEqual(set(listed.replace("\\", "").split()), set(needed.split()) - only_for_the_main_job)

    def test_the_packages_of_other_systems_are_those_that_setup_names(self):
        script = (PROJECT / "scripts/setup.sh").read_text()
        for system, listed in re.findall(r"^\| (Fedora|Arch) \| `(.*)` \|$", (PROJECT / "README.md").read_text(), re.M):
            needed = re.search(rf'\[{system}\]="(.*?)"', script, re.S)[1]
            self.assertEqual(set(listed.split()), set(needed.split()) - {"cpio", "python", "python3", "rust"}, system)

    def test_the_small_kernel_is_made_as_the_readme_says(self):
        command = re.search(r"`(python3 [^`]*) linux-build`", (PROJECT / "README.md").read_text())[1]
        made = tempfile.mkdtemp(dir=self.temporary.name) + "/linux-build"
        subprocess.run([*command.split(), made], cwd=PROJECT, check=True)
        self.assertEqual(subprocess.run([harness.program, "audit", "--quiet", made], stdout=subprocess.DEVNULL).returncode, 0)

    def test_every_command_of_the_program_is_in_the_readme(self):
        readme = (PROJECT / "README.md").read_text()
        for name in set(self.command_names()) - {"help"}:
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
