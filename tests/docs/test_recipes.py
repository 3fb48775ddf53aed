# SPDX-License-Identifier: MIT OR Apache-2.0
"""The recipes of docs/recipes.md do what they say: each is taken from there as it stands, and run on a small kernel tree, by make, rpm
or bash, on a sound tree and on one with a crate missing. tests/packages runs the hooks behind them in whole packages.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "scan"))
import harness
import mini_kernel
from mini_kernel import AUXILIARY, CLOSURE

NEEDED = sorted(CLOSURE + AUXILIARY)
CONFIGURATION = "include/config/auto.conf"
# A file, what is wrong with it, and what to do.
BROKEN = r"rust/libkernel\.rmeta: needs crate ffi with SVH [0-9a-f]{32}, which is not here: add it from the same build, or build the tree again"
# In the table under "CI" there are files, and tests/packages/ci runs those.
BLOCKS = {"Debian: debhelper": 3, "RPM": 1, "Arch": 1, "DKMS": 1, "The kernel's own packages": 3, "A pool of packages": 3}


def recipes():
    """What stands indented under each title: {title: [text]}."""
    parts = re.split(r"^## (.*)\n", (PROJECT / "docs/recipes.md").read_text(), flags=re.M)
    return {title: [textwrap.dedent(block).strip("\n") for block in re.findall(r"(?:^ {4,}\S.*\n|^ {4}\t.*\n|^\n(?= {4}))+", text, re.M)]
            for title, text in zip(parts[1::2], parts[2::2])}


class Recipes(mini_kernel.AtThePrompt):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.bin / "rartifacts-dkms-check").symlink_to(PROJECT / "packaging/dkms/rartifacts-dkms-check")

    def setUp(self):
        self.place = Path(tempfile.mkdtemp(dir=self.temporary.name))

    def recipe(self, title, number=0):
        return recipes()[title][number]

    def tree(self, name, without=None):
        """A copy of the kernel."""
        shutil.rmtree(self.place / name, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.kernel.root), str(self.place / name)], check=True)
        if without:
            (self.place / name / without).unlink()
        return self.place / name

    def configured(self, root):
        """A directory of headers in which the configuration is already."""
        shutil.rmtree(self.place / root, ignore_errors=True)
        (self.place / root / CONFIGURATION).parent.mkdir(parents=True)
        shutil.copy(self.kernel / CONFIGURATION, self.place / root / CONFIGURATION)
        return self.place / root

    def run_there(self, *command, fails=False, **variables):
        environment = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", **variables}
        done = subprocess.run(command, cwd=self.place, env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode != 0, fails, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def make(self, *arguments, fails=False):
        return self.run_there("make", "-s", *arguments, fails=fails)

    def files(self, root):
        return sorted(str(path.relative_to(self.place / root)) for path in (self.place / root).rglob("*") if not path.is_dir())

    def test_every_block_is_run_here(self):
        self.assertEqual({title: len(blocks) for title, blocks in recipes().items() if blocks}, BLOCKS)

    def test_debhelper(self):
        if not shutil.which("dh_install"):
            self.skipTest("no debhelper")
        self.assertIn("dh-sequence-rartifacts", self.recipe("Debian: debhelper"))
        (self.place / "debian").mkdir()
        (self.place / "debian/control").write_text(
            "Source: linux-1\nMaintainer: Nobody <nobody@localhost.localdomain>\nBuild-Depends: debhelper-compat (= 13)\n"
            + "".join(f"\nPackage: {name}\nArchitecture: any\nDescription: a test\n" for name in ("linux-headers-1", "linux-kbuild-1")))
        (self.place / "Makefile").write_text("V = 1\n" + self.recipe("Debian: debhelper", 1) + "\n")
        self.tree("build")
        self.make("execute_before_dh_install", "override_dh_install")
        headers, kbuild = (self.files(f"debian/{name}/usr/src/linux-headers-1") for name in ("linux-headers-1", "linux-kbuild-1"))
        self.assertEqual(kbuild, ["rust/libmacros.so"])
        self.assertEqual(sorted(headers + kbuild), NEEDED)

    def test_the_linux_source_of_debian(self):
        rule = "".join(f"\t{line}\n" for line in self.recipe("Debian: debhelper", 2).splitlines())
        (self.place / "Makefile").write_text("DIR = build\nPACKAGE_DIR = debian/linux-headers\nBASE_DIR = /usr/src/linux-headers-1\ninstall:\n" + rule)
        root = "debian/linux-headers/usr/src/linux-headers-1"
        self.tree("build")
        self.configured(root)
        self.make("install")
        self.assertEqual(self.files(root), sorted([*NEEDED, CONFIGURATION]))
        self.tree("build", without="rust/libffi.rmeta")
        self.assertRegex(self.make("install", fails=True), BROKEN)

    def test_rpm(self):
        if not shutil.which("rpm"):
            self.skipTest("no rpm")
        lines = [line for line in self.recipe("RPM").splitlines() if line.startswith("%rartifacts_")]
        script = self.run_there("rpm", "--load", str(PROJECT / "packaging/rpm/macros.rartifacts"), "--define", f"buildroot {self.place}/root",
                                "--define", "kver 6.12", "--eval", "\n".join(lines))
        root = "root/usr/src/kernels/6.12"
        self.tree("build")
        self.configured(root)
        self.run_there("bash", "-ec", "cd build\n" + script)
        self.assertEqual(self.files(root), sorted([*NEEDED, CONFIGURATION]))
        target, host = ((self.place / "build" / name).read_text() for name in ("target.list", "host.list"))
        self.assertIn("/usr/src/kernels/6.12/rust/libcore.rmeta", target)
        self.assertIn("/usr/src/kernels/6.12/rust/libmacros.so", host)
        self.assertNotIn("libmacros.so", target)
        self.tree("build", without="rust/libffi.rmeta")
        self.assertRegex(self.run_there("bash", "-ec", "cd build\n" + script, fails=True), BROKEN)

    def test_arch(self):
        recipe = self.recipe("Arch")
        self.assertIn("source /usr/share/rartifacts/makepkg.sh\n", recipe)
        recipe = recipe.replace("/usr/share/rartifacts/makepkg.sh", str(PROJECT / "packaging/arch/makepkg.sh"))
        # makepkg has these two.
        script = 'error() { echo "$@"; }; warning() { :; }; depends=()\n' + recipe + '\npackage_linux-headers && printf "%s\\n" "${depends[@]}"'
        variables = {"srcdir": str(self.place), "builddir": str(self.place / "headers")}
        self.tree("linux")
        self.configured("headers")
        self.assertRegex(self.run_there("bash", "-c", script, **variables), r"(?m)^rust=\d+\.\d+")
        self.assertEqual(self.files("headers"), sorted([*NEEDED, CONFIGURATION]))
        self.tree("linux", without="rust/libffi.rmeta")
        self.assertRegex(self.run_there("bash", "-c", script, fails=True, **variables), BROKEN)

    def test_dkms(self):
        if not shutil.which("make"):
            self.skipTest("no make")
        (self.place / "dkms.conf").write_text(self.recipe("DKMS") + "\n")
        (self.place / "var/module/1/build").mkdir(parents=True)
        made = self.place / "var/module/1/build/made"
        variables = {"kernel_source_dir": str(self.place / "headers"), "dkms_tree": str(self.place / "var"), "PACKAGE_NAME": "module", "PACKAGE_VERSION": "1"}
        for without in (None, "rust/libffi.rmeta"):
            (self.tree("headers", without) / "Makefile").write_text("modules:\n\t@touch $(M)/made\n")
            said = self.run_there("bash", "-c", '. ./dkms.conf && eval "${MAKE[0]}"', fails=without is not None, **variables)
            self.assertEqual(made.exists(), without is None)
            made.unlink(missing_ok=True)
        self.assertIn("there is no libffi*.rmeta", said)

    def test_install_extmod_build(self):
        before, among, after = (self.recipe("The kernel's own packages", number) for number in range(3))
        self.configured("headers")
        # What the script does with its lists, and the function it asks for the configuration with.
        (self.place / "install").write_text(
            'set -e\ncd build\ndestdir=$1\nis_enabled() { grep -q "^$1=y" include/config/auto.conf; }\n' + before
            + '\n{\n' + among + '\n} | tar -c -f - -T - | tar -xf - -C "${destdir}"\n' + after + "\n")
        self.tree("build")
        self.run_there("sh", "install", str(self.place / "headers"))
        self.assertEqual(self.files("headers"), sorted([*NEEDED, CONFIGURATION]))
        self.tree("build", without="rust/libffi.rmeta")
        self.assertRegex(self.run_there("sh", "install", str(self.place / "headers"), fails=True), BROKEN)

    def pool(self):
        """A package of the sound kernel, one with a crate missing, one without anything to judge, and half a package."""
        (self.place / "pool").mkdir()
        for name, without in (("sound", None), ("broken", "rust/libffi.rmeta")):
            self.pack(self.tree(name, without), name)
        (self.place / "docs").mkdir()
        (self.place / "docs/README").write_text("text")
        self.pack(self.place / "docs", "docs")

    def pack(self, folder, name):
        subprocess.run(["tar", "-cf", self.place / f"pool/{name}.deb", "-C", folder, "."], check=True)

    def judged(self):
        """What the joined reports of the pool say."""
        page = (self.place / "pool.html").read_text()
        cases = (self.place / "pool.xml").read_text()
        self.assertIn('<testcase classname="rartifacts.missing-crate" name="pool/broken.deb:rust/libkernel.rmeta"', cases)
        self.assertIn('<td><code>pool/sound.deb</code></td><td class="ok">ok</td>', page)
        self.assertIn('<td><code>pool/broken.deb</code></td><td class="bad">findings</td>', page)
        return re.search("Checked one by one</h2>\n<p class=\"soft\">(.*)</p>", page)[1]

    def test_a_pool_in_one_run(self):
        self.pool()
        self.run_there("bash", "-ec", self.recipe("A pool of packages"), fails=True)
        self.assertEqual(self.judged(), "findings 1, nothing 1, ok 1.")
        (self.place / "pool/half.deb").write_bytes((self.place / "pool/sound.deb").read_bytes()[:5000])
        said = self.run_there("bash", "-ec", self.recipe("A pool of packages"), fails=True)
        self.assertIn("pool/half.deb", said)
        self.assertEqual(self.judged(), "findings 1, nothing 1, ok 1, unreadable 1.")

    def test_a_pool_with_gnu_parallel(self):
        if not shutil.which("parallel"):
            self.skipTest("no GNU parallel")
        self.pool()
        script = self.recipe("A pool of packages", 1)
        self.run_there("bash", "-ec", script, fails=True, HOME=str(self.place))
        self.assertEqual(self.judged(), "findings 1, nothing 1, ok 1.")
        part = self.place / "parts/sound.ndjson"
        part.write_text("".join(part.read_text().splitlines(keepends=True)[:-1]))
        said = self.run_there("bash", "-ec", script.splitlines()[-1], fails=True)
        self.assertIn("sound.ndjson: line", said)

    def test_a_matrix_of_ci(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("no python3-yaml")
        jobs = yaml.safe_load(self.recipe("A pool of packages", 2))["jobs"]
        (joined,) = [step["run"] for step in jobs["report"]["steps"] if "run" in step]
        for broken, line in ((None, "verdict: ok: 14 artifacts fit together"), ("arm64", r"arm64/linux-build/rust/libkernel.rmeta: error: libkernel.rmeta needs crate ffi")):
            for machine in jobs["audit"]["strategy"]["matrix"]["arch"]:
                shutil.rmtree(self.place / "linux-build", ignore_errors=True)
                self.tree("linux-build", "rust/libffi.rmeta" if machine == broken else None)
                fill = lambda text: re.sub(r"\$\{\{ matrix\.arch \}\}", machine, text)
                first, upload = jobs["audit"]["steps"]
                self.run_there("bash", "-eo", "pipefail", "-c", fill(first["run"]))
                self.assertTrue((self.place / fill(upload["with"]["path"])).exists())
            self.assertRegex(self.run_there("bash", "-eo", "pipefail", "-c", joined, fails=broken is not None), line)


if __name__ == "__main__":
    harness.main()
