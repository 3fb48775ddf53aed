# SPDX-License-Identifier: MIT OR Apache-2.0
"""Cargo target directories, made here from crates of a few lines, and rustc as the judge of them.

    memchr <- middle <- app, which uses the proc macro `derive`; `derive` is made from `tokens`, which needs proc_macro.
    bare needs core alone; two crates are called `twice`, and `both` uses the two.

`memchr` has the name of a crate in rustc's own sysroot. The judge compiles a crate that uses every crate in the folder, as cargo
would have rustc do it: once for metadata, once to link a program of those that have an .rlib.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from unittest import SkipTest

from harness import Tree
from judge import Toolchain, Verdict, real_rustc, verdict

SOURCES = {
    "memchr": ("pub struct M;", []),
    "middle": ("extern crate alloc; pub use memchr::M;", ["memchr"]),
    "tokens": ("extern crate proc_macro; pub fn same<T>(tokens: T) -> T { tokens } pub use proc_macro::TokenStream;", []),
    "derive": ("extern crate proc_macro; #[proc_macro] pub fn same(t: tokens::TokenStream) -> tokens::TokenStream { tokens::same(t) }", ["tokens"]),
    "app": ("pub use middle::M; derive::same! { pub fn f() {} }", ["middle", "derive"]),
    "bare": ("#![no_std] pub struct B;", []),
    "one/twice": ("pub struct T1;", []),
    "other/twice": ("pub struct T2; pub use bare::B;", ["bare"]),
    "both": ("pub use first::T1; pub use second::T2;", ["first=one/twice", "second=other/twice"]),
}


def write_workspace(folder):
    tree = Tree(folder)
    members = ", ".join(f'"{path}"' for path in SOURCES if not path.startswith("other/"))
    tree.write("Cargo.toml", f'[workspace]\nresolver = "2"\nmembers = [{members}]\nexclude = ["other/twice"]\n')
    for path, (source, needs) in SOURCES.items():
        name, up = Path(path).name, "../" * (path.count("/") + 1)
        version = "0.2.0" if path.startswith("other/") else "0.1.0"
        manifest = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
        manifest += "[lib]\nproc-macro = true\n" if name == "derive" else ""
        manifest += "[dependencies]\n"
        for need in needs:
            key, _, where = need.rpartition("=")
            package = f', package = "{Path(where).name}"' if key else ""
            manifest += f'{key or where} = {{ path = "{up}{where}"{package} }}\n'
        tree.write(f"{path}/Cargo.toml", manifest)
        tree.write(f"{path}/src/lib.rs", source)
    return tree


class CargoSet:
    """What cargo made, in `root`/target, and the compiler that it used."""

    twin = None

    def __init__(self, folder, *arguments, name="cargo", profile="debug", rustc=None):
        self.name, self.profile, self.arguments = name, profile, arguments
        self.folder = Path(folder)
        self.rustc = rustc or shutil.which("rustc")
        cargo = shutil.which("cargo")
        if not self.rustc or not cargo:
            raise SkipTest("no rustc and cargo on PATH")
        self.toolchain = Toolchain(real_rustc(self.rustc))
        self.toolchain.environment.update(RUSTC_BOOTSTRAP="1", RUSTC_LOG="rustc_metadata=info", RUSTC_ICE="0")
        self.deps = f"target/{profile}/deps"
        self.root = self.build("healthy", cargo)

    def build(self, name, cargo="cargo", **environment):
        root = write_workspace(self.folder / name).root
        done = subprocess.run([cargo, "build", "--offline", "--quiet", "--workspace", *self.arguments], cwd=root, capture_output=True,
                              text=True, env={**os.environ, "RUSTC": self.toolchain.rustc, "CARGO_INCREMENTAL": "1", **environment})
        if done.returncode != 0:
            raise SkipTest(f"cargo cannot build the crates: {done.stderr[-800:]}")
        return root

    def files(self, root=None):
        """All files of crates in deps/, relative to the root"""
        root = root or self.root
        return sorted(str(path.relative_to(root)) for folder in self.folders() for path in (root / folder).glob("lib*")
                      if path.suffix in (".rmeta", ".rlib", ".so") and path.is_file() and path.name.isprintable())

    def folders(self):
        """deps/, and in a cross build also that of the host, where proc macros are"""
        host = f"target/{Path(self.profile).name}/deps"
        return [self.deps] if host == self.deps else [self.deps, host]

    def crate(self, name, suffix=".rmeta"):
        """The only file of that crate with that ending"""
        path, = (path for path in self.files() if re.fullmatch(rf"lib{name}-[0-9a-f]+\{suffix}", Path(path).name))
        return path

    def macros(self):
        return [path for path in self.files() if path.endswith(".so")]

    # ---- the judge

    def judge(self, root):
        """What rustc says when all that is there is used: first of the metadata, then to link it."""
        stems = {}
        for path in self.files(root):
            if not path.endswith(".rmeta") or (root / path).stat().st_size:  # cargo check leaves empty ones, and nobody names them
                stems.setdefault(Path(path).stem, {})[Path(path).suffix] = path
        whole = [forms.get(".rmeta") or forms.get(".rlib") or forms[".so"] for forms in stems.values()]
        linked = [forms.get(".rlib") or forms[".so"] for forms in stems.values() if ".rlib" in forms or ".so" in forms]
        said = self.compile(root, whole, "--crate-type=rlib", "--emit=metadata")
        return self.compile(root, linked, "--crate-type=bin", "--emit=link") if said.accepts else said

    def compile(self, root, paths, *options):
        source = "".join(f"extern crate c{i};" for i in range(len(paths))) + "pub fn main() {}"
        (self.folder / "probe.rs").write_text(source)
        named = [word for i, path in enumerate(paths) for word in ("--extern", f"c{i}={path}")]
        folders = [f"-Ldependency={folder}" for folder in self.folders()]
        done = self.toolchain.run([self.toolchain.rustc, "--edition=2021", "--crate-name=probe", *options, *folders, *named,
                                   "-o", self.folder / "probe", self.folder / "probe.rs"], root)
        said = verdict(done.returncode == 0, done.stderr)
        if direct := re.fullmatch(r"c(\d+)", said.crate):
            said.crate = re.match(r"lib(\w+)", Path(paths[int(direct[1])]).name)[1]
        if needed := re.search(r"crate `(\w+)` required to be available in (?:rlib|dylib) format", done.stderr):
            return Verdict(False, needed[0], needed[1], "", needed[0])
        if re.search(r"only metadata stub found for `\w+` dependency `(\w+)`", done.stderr):
            return Verdict(False, said.says, said.crate, "", "only metadata stub found")
        return said
