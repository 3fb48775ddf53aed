# SPDX-License-Identifier: MIT OR Apache-2.0
"""The libraries that come with a compiler, lib/rustlib/TRIPLE/lib, and the compiler itself as the judge of a copy of them."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest import SkipTest

from harness import Tree
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

    def __init__(self, folder, rustc=None, triple=None, sysroot=None):
        """`rustc` is that on PATH unless it and its `sysroot` are given."""
        self.folder = Path(folder)
        self.folder.mkdir()
        if not rustc and not shutil.which("rustc"):
            raise SkipTest("no rustc on PATH")
        self.toolchain = Toolchain(str(rustc or real_rustc("rustc")))
        self.sysroot = sysroot
        self.toolchain.environment.update(RUSTC_BOOTSTRAP="1", RUSTC_LOG="rustc_metadata=info", RUSTC_ICE="0")
        shown = self.toolchain.run([self.toolchain.rustc, "-vV"], "/").stdout
        self.triple = triple or re.search(r"host: (.*)", shown)[1]
        self.name = f"{self.name}, {self.triple}"
        self.root = self.copy("healthy", self.toolchain.rustc)
        self.twin = None
        for other in () if sysroot else other_rustcs(self.toolchain.version):
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
        # Some cannot be linked without more, such as std's stand-ins.
        self.linked = {name for name in self.crates if self.link(self.root, name).accepts}

    def told(self, what):
        return {*re.findall(rf"{what} `(\w+)`", self.run(self.root, self.crates, "--crate-type=rlib", "--emit=metadata").stderr)}

    def copy(self, name, rustc):
        sysroot = self.sysroot or subprocess.run([rustc, "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
        libraries = Path(sysroot) / "lib/rustlib" / self.triple / "lib"
        if not libraries.is_dir():
            raise SkipTest(f"{rustc} has no libraries for {self.triple}")
        root = self.folder / name
        shutil.copytree(libraries, root / "lib/rustlib" / self.triple / "lib", copy_function=link_or_copy)
        return root

    def reader(self):
        return ["--rustc-version", self.toolchain.version]

    def operands(self, _):
        return ["."]

    def files(self, root=None):
        root = root or self.root
        return sorted(str(path.relative_to(root)) for path in (root / "lib/rustlib" / self.triple / "lib").glob("lib*")
                      if path.suffix in (".rmeta", ".rlib", ".so"))

    def macros(self):
        return []

    def judge(self, root):
        """What rustc says when everything that is there is used, of the metadata, and when a program is linked with each crate."""
        there = {re.match(r"lib(\w+)", Path(path).name)[1] for path in self.files(root)}
        crates = [name for name in self.crates if name in there]
        said = self.compile(root, crates, "--crate-type=rlib", "--emit=metadata")
        if unknown := re.search(r"unknown feature `(\w+)`", said.says):  # that of the crate which is not there
            said = self.compile(root, crates, "--crate-type=rlib", "--emit=metadata", without={unknown[1]})
        for name in [*self.first[:3], *self.changed(root)] if said.accepts else ():
            if name in there and name in self.linked and said.accepts:
                said = self.link(root, name)
        return said

    def link(self, root, name):
        return self.compile(root, [name], "--crate-type=bin", "--emit=link", *(["-Cpanic=abort"] if name == "panic_abort" else []))

    def changed(self, root):
        """Crates with other files than the healthy set has, of which the copy has hard links"""
        identity = lambda root: {(path, (root / path).stat().st_ino) for path in self.files(root) if (root / path).exists()}
        return sorted({re.match(r"lib(\w+)", Path(path).name)[1] for path, _ in identity(root) ^ identity(self.root)} - {*self.first[:3]})

    def run(self, root, crates, *options, without=frozenset()):
        features = {name for name in self.features if name not in self.crates or name in crates} - without if len(crates) > 1 else {"test"}
        source = f"#![feature({', '.join(sorted(features))})]"
        source += "".join(f"extern crate {name} as c{i};" for i, name in enumerate(crates)) + "pub fn main() {}"
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            probe = Path(folder) / "probe.rs"
            probe.write_text(source)
            return self.toolchain.run([self.toolchain.rustc, "--edition=2021", "--crate-name=probe", f"--target={self.triple}",
                                       f"--sysroot={root}", *options, "-o", Path(folder) / "probe", probe], root)

    def compile(self, root, crates, *options, without=frozenset()):
        done = self.run(root, crates, *options, without=without)
        if needed := re.search(r"crate `(\w+)` required to be available in (?:rlib|dylib) format", done.stderr):
            return Verdict(False, needed[0], needed[1], "", needed[0])
        if unread := re.search(r"error: linking with .*?/lib(\w+)-\w+\.rlib: (error adding symbols|file format|malformed|member)", done.stderr, re.S):
            return Verdict(False, "error: linking with `cc` failed", unread[1], "", "the linker cannot read the library")
        if stub := re.search(r"only metadata stub found for `\w+` dependency `(\w+)`", done.stderr):
            return Verdict(False, stub[0], stub[1], "", "only metadata stub found")
        return verdict(done.returncode == 0, done.stderr)


class DevPackages(Rustlib):
    """The same in two packages, as Debian has them: libraries to run with, and what is compiled against"""

    name = "rustlib in packages"
    parts = ("libstd-rust", True), ("libstd-rust-dev", False)

    def operands(self, root):
        if not shutil.which("dpkg-deb"):
            raise SkipTest("no dpkg-deb")
        return [self.package(root, name, is_library) for name, is_library in self.parts]

    @staticmethod
    def package(root, name, is_library):
        place = root.parent / name
        for path in sorted(root.rglob("*")):
            to = place / "usr" / path.relative_to(root)
            if path.is_dir() and not path.is_symlink():
                to.mkdir(parents=True)
            elif (path.suffix == ".so") == is_library:
                shutil.copy2(path, to, follow_symlinks=False)  # tar refuses files that get links while it reads
        control = f"Package: {name}\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody <nobody@example.org>\nDescription: libraries\n"
        Tree(place).write("DEBIAN/control", control)
        package = f"{place}.deb"
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", "-Znone", place, package], check=True, capture_output=True)
        return os.path.relpath(package, root)
