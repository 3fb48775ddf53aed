# SPDX-License-Identifier: MIT OR Apache-2.0
"""The libraries that come with a compiler, lib/rustlib/TRIPLE/lib, and the compiler itself as the judge of a copy of them."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest import SkipTest

from judge import Toolchain, Verdict, other_rustcs, real_rustc, verdict


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class Rustlib:
    """A copy of the sysroot for one target, in `root`. The twin is that of another rustc of this machine, if it has one."""

    name = "rustlib"
    first = ("test", "proc_macro", "std", "panic_unwind")  # those that need most

    def __init__(self, folder, rustc=None, triple=None):
        self.folder = Path(folder)
        self.folder.mkdir()
        rustc = rustc or shutil.which("rustc")
        if not rustc:
            raise SkipTest("no rustc on PATH")
        self.toolchain = Toolchain(real_rustc(rustc))
        self.toolchain.environment.update(RUSTC_BOOTSTRAP="1", RUSTC_LOG="rustc_metadata=info", RUSTC_ICE="0")
        shown = self.toolchain.run([self.toolchain.rustc, "-vV"], "/").stdout
        self.triple = triple or re.search(r"host: (.*)", shown)[1]
        self.root = self.copy("healthy", self.toolchain.rustc)
        self.twin = None
        for other in other_rustcs(self.toolchain.version):
            self.twin = self.copy("twin", str(other / "rustc"))
            break
        names = {re.match(r"lib(\w+)", Path(path).name)[1] for path in self.files()}
        self.crates = [*(name for name in self.first if name in names), *sorted(names - {*self.first})]
        # Most may be used only by who asks for a feature, which has a name of its own; rustc does not tell all at once.
        self.features = {"rustc_private"}
        while more := self.told("use of unstable library feature") - self.features:
            self.features |= more
        unknown = self.told("unknown feature")
        self.features -= unknown
        self.crates = [name for name in self.crates if name not in unknown]

    def told(self, what):
        return {*re.findall(rf"{what} `(\w+)`", self.run(self.root, self.crates, "--crate-type=rlib", "--emit=metadata").stderr)}

    def copy(self, name, rustc):
        sysroot = subprocess.run([rustc, "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
        libraries = Path(sysroot) / "lib/rustlib" / self.triple / "lib"
        if not libraries.is_dir():
            raise SkipTest(f"{rustc} has no libraries for {self.triple}")
        root = self.folder / name
        shutil.copytree(libraries, root / "lib/rustlib" / self.triple / "lib", copy_function=link_or_copy)
        return root

    def files(self, root=None):
        root = root or self.root
        return sorted(str(path.relative_to(root)) for path in (root / "lib/rustlib" / self.triple / "lib").glob("lib*")
                      if path.suffix in (".rmeta", ".rlib", ".so"))

    def macros(self):
        return []

    def judge(self, root):
        """What rustc says when everything is used, of the metadata, and when a program is linked."""
        said = self.compile(root, self.crates, "--crate-type=rlib", "--emit=metadata")
        return self.compile(root, self.first[:3], "--crate-type=bin", "--emit=link", "-Clinker=true") if said.accepts else said

    def run(self, root, crates, *options):
        features = self.features if crates is self.crates else {"test"}
        source = f"#![feature({', '.join(sorted(features))})]"
        source += "".join(f"extern crate {name} as c{i};" for i, name in enumerate(crates)) + "pub fn main() {}"
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            probe = Path(folder) / "probe.rs"
            probe.write_text(source)
            return self.toolchain.run([self.toolchain.rustc, "--edition=2021", "--crate-name=probe", f"--target={self.triple}",
                                       f"--sysroot={root}", *options, "-o", Path(folder) / "probe", probe], root)

    def compile(self, root, crates, *options):
        done = self.run(root, crates, *options)
        if needed := re.search(r"crate `(\w+)` required to be available in (?:rlib|dylib) format", done.stderr):
            return Verdict(False, needed[0], needed[1], "", needed[0])
        if stub := re.search(r"only metadata stub found for `\w+` dependency `(\w+)`", done.stderr):
            return Verdict(False, stub[0], stub[1], "", "only metadata stub found")
        return verdict(done.returncode == 0, done.stderr)
