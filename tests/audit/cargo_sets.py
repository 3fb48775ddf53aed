# SPDX-License-Identifier: MIT OR Apache-2.0
"""Cargo target directories, made here from crates of a few lines, and rustc as the judge of them.

    memchr <- middle <- app, which uses the proc macro `derive`; `derive` is made from `tokens`, which needs proc_macro.
    bare needs core alone; two crates are called `twice`, and `both` uses the two.

`memchr` has the name of a crate in rustc's own sysroot. The judge compiles a crate that uses every crate which cargo made, as cargo
would have rustc do it: once for metadata, once to link a program of those that have an .rlib. Who needs others comes first, so that
those are searched for before they are named. When rustc takes all at once, it is asked about each by itself: of a crate that is named,
the name of the file tells nothing, and a dynamic library brings the code of what it was made from.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest import SkipTest

import mini_kernel
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


# A second workspace, whose crates have the names of crates that rustc brings along. `plugin` is a dynamic library, `built` has a build
# script that needs a crate, two proc macros need crates of the machine that compiles.
NAMES = ("memchr", "libc", "cfg_if", "hashbrown", "simd", "sha2", "backtrace", "addr2line", "gimli", "object", "miniz_oxide", "adler2",
         "rustc_demangle", "getopts", "unicode_width", "std_detect", "scopeguard", "bitflags")
LARGE = {name: ("pub struct One;" + "".join(f"pub use {need}::One as One{i};" for i, need in enumerate(needs)), needs)
         for name, needs in ((name, [*{NAMES[i // 2], NAMES[max(i - 3, 0)]} - {name}]) for i, name in enumerate(NAMES))}
MACRO = "extern crate proc_macro; #[proc_macro] pub fn same(t: proc_macro::TokenStream) -> proc_macro::TokenStream { %s::same(t) }"
SAME = "pub fn same<T>(tokens: T) -> T { tokens }"
LARGE |= {
    "quote": (SAME, ["unicode_width"]),
    "syn": (SAME, ["quote"]),
    "derive": (MACRO % "syn", ["syn"]),
    "attributes": (MACRO % "quote", ["quote"]),
    "cc": ("pub fn compile() {}", ["libc"]),
    "built": ("pub use libc::One;", ["libc", "build:cc"]),
    "plugin": ("pub use gimli::One; pub fn run() {}", ["gimli"]),
    "app": ("pub use built::One; pub use plugin::run; derive::same! { pub fn f() {} } attributes::same! { pub use bitflags::One as Flags; }",
            ["built", "plugin", "derive", "attributes", "bitflags", "sha2", "scopeguard", "std_detect"]),
}


def write_workspace(folder, sources=SOURCES, built=("app", "both")):
    tree = Tree(folder)
    members = ", ".join(f'"{path}"' for path in sources if not path.startswith("other/"))
    built = ", ".join(f'"{path}"' for path in built)
    tree.write("Cargo.toml", f'[workspace]\nresolver = "2"\nmembers = [{members}]\ndefault-members = [{built}]\nexclude = ["other/twice"]\n')
    for path, (source, needs) in sources.items():
        name, up = Path(path).name, "../" * (path.count("/") + 1)
        version = "0.2.0" if path.startswith("other/") else "0.1.0"
        manifest = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
        manifest += "[lib]\nproc-macro = true\n" if "#[proc_macro]" in source else '[lib]\ncrate-type = ["dylib"]\n' if name == "plugin" else ""
        for section, prefix in ("dependencies", ""), ("build-dependencies", "build:"):
            manifest += f"[{section}]\n"
            for need in needs:
                if need.startswith("build:") != (prefix == "build:"):
                    continue
                key, _, where = need.removeprefix(prefix).rpartition("=")
                package = f', package = "{Path(where).name}"' if key else ""
                manifest += f'{key or where} = {{ path = "{up}{where}"{package} }}\n'
        if any(need.startswith("build:") for need in needs):
            tree.write(f"{path}/build.rs", "fn main() { cc::compile(); }")
        tree.write(f"{path}/Cargo.toml", manifest)
        tree.write(f"{path}/src/lib.rs", source)
    return tree


def write_large_workspace(folder):
    return write_workspace(folder, LARGE, ["app"])


class CargoSet:
    """What cargo made, in `root`/target, and the compiler that it used."""

    twin = None
    start = ""  # of the sources that the judge compiles
    end = "pub fn main() {}"
    target = ()
    link = "--crate-type=bin", "--emit=link", "-Clinker=true"

    def __init__(self, folder, *arguments, name="cargo", profile="debug", rustc=None, write=write_workspace, command=("build",)):
        self.name, self.profile, self.arguments, self.write, self.command = name, profile, arguments, write, command
        self.folder = Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.rustc = rustc or shutil.which("rustc")
        cargo = shutil.which("cargo")
        if not self.rustc or not cargo:
            raise SkipTest("no rustc and cargo on PATH")
        self.toolchain = Toolchain(real_rustc(self.rustc))
        self.toolchain.environment.update(RUSTC_BOOTSTRAP="1", RUSTC_LOG="rustc_metadata=info", RUSTC_ICE="0")
        self.deps = f"target/{profile}/deps"
        self.root = self.build("healthy", cargo)
        self.stems = [Path(path).stem for path in self.files()]

    def build(self, name, cargo="cargo", **environment):
        root = self.write(self.folder / name).root
        # Of what is built for itself cargo puts a copy one level up. In a release build it would have another one for proc macros.
        whole = ["--workspace"] if self.profile == "debug" else []
        done = subprocess.run([cargo, *self.command, "--offline", "--quiet", *whole, *self.arguments], cwd=root, capture_output=True,
                              text=True, env={**os.environ, "RUSTC": self.toolchain.rustc, "CARGO_INCREMENTAL": "1", **environment})
        if done.returncode != 0:
            raise SkipTest(f"cargo cannot build the crates: {done.stderr[-800:]}")
        return root

    def reader(self):
        return ["--rustc", self.toolchain.rustc]

    def operands(self, _):
        return ["."]

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
        """What rustc says when all that cargo made is used: first of the metadata, then to link it."""
        stems = {}
        for path in self.files(root):
            if not path.endswith(".rmeta") or (root / path).stat().st_size:  # cargo check leaves empty ones, and nobody names them
                stems.setdefault(Path(path).stem, {})[Path(path).suffix] = path
        # What cargo compiled last needs most.
        last_first = sorted({stem for stem in self.stems if stem in stems and not self.is_check_of_macro(stem, stems[stem])}, key=self.age)
        named = [stems[stem] for stem in last_first]
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            said = self.use(root, named, folder)
            # Who needs little first: of all that miss a crate, the one nearest to it tells most.
            alone = (self.use(root, [forms], folder) for forms in reversed(named)) if said.accepts and len(named) > 1 else ()
            return next((each for each in alone if not each.accepts), said)

    def is_check_of_macro(self, stem, forms):
        """cargo check compiles a proc macro for itself too, to metadata alone. Nobody can use that, and a rustc that is told to ends in a panic."""
        return [*forms] == [".rmeta"] and re.match(r"lib\w+", stem)[0] in {re.match(r"lib\w+", Path(path).name)[0] for path in self.macros()}

    def use(self, root, named, folder):
        whole = [forms.get(".rmeta") or forms.get(".rlib") or forms[".so"] for forms in named]
        linked = [forms.get(".rlib") or forms[".so"] for forms in named if ".rlib" in forms or ".so" in forms]
        said = self.compile(root, whole, folder, "--crate-type=rlib", "--emit=metadata")
        return self.compile(root, linked, folder, *self.link) if said.accepts and linked else said

    def age(self, stem):
        """Larger for what was compiled earlier"""
        return -min((self.root / path).stat().st_mtime_ns for path in self.files() if Path(path).stem == stem)

    def compile(self, root, paths, folder, *options):
        source = self.start + "".join(f"extern crate c{i};" for i in range(len(paths))) + self.end
        probe = Path(folder) / "probe.rs"
        probe.write_text(source)
        named = [word for i, path in enumerate(paths) for word in ("--extern", f"c{i}={path}")]
        folders = [f"-Ldependency={folder}" for folder in self.folders()]
        done = self.toolchain.run([self.toolchain.rustc, "--edition=2021", "--crate-name=probe", *self.target, *options, *folders, *named,
                                   "-o", Path(folder) / "probe", probe], root)
        said = verdict(done.returncode == 0, done.stderr)
        if direct := re.fullmatch(r"c(\d+)", said.crate):
            said.crate = re.match(r"lib(\w+)", Path(paths[int(direct[1])]).name)[1]
        if needed := re.search(r"crate `(\w+)` required to be available in (?:rlib|dylib) format", done.stderr):
            return Verdict(False, needed[0], needed[1], "", needed[0])
        if re.search(r"only metadata stub found for `\w+` dependency `(\w+)`", done.stderr):
            return Verdict(False, said.says, said.crate, "", "only metadata stub found")
        return said


class BareSet(CargoSet):
    """Crates for a machine that has no std here, on a `core` of their own, and a proc macro for the machine that compiles"""

    start, end = mini_kernel.NO_CORE, ""
    link = "--crate-type=staticlib", "--emit=link", "-Cpanic=abort"

    def __init__(self, folder, triple, **more):
        self.target = f"--target={triple}",
        super().__init__(folder, *self.target, name=f"cargo, {triple}", profile=f"{triple}/debug", write=self.write_crates, **more)

    def build(self, name, cargo="cargo", **environment):
        return super().build(name, cargo, RUSTC_BOOTSTRAP="1", **environment)

    @staticmethod
    def write_crates(folder):
        bare = mini_kernel.NO_CORE + "extern crate core;"
        return write_workspace(folder, {
            "core": (mini_kernel.core_source("rustc"), []),
            "leaf": (bare, ["core"]),
            "derive": (MACRO.replace("%s::same(t)", "t"), []),
            "middle": (bare + "extern crate leaf; derive::same! {}", ["core", "leaf", "derive"]),
            "top": (bare + "extern crate middle;", ["core", "middle"]),
        }, ["top"])


# Libraries for Windows, macOS, wasm and firmware: none of their compilers runs here.
BARE_TARGETS = "x86_64-pc-windows-msvc", "aarch64-apple-darwin", "wasm32-unknown-unknown", "x86_64-unknown-uefi"


class BuiltStd(CargoSet):
    """-Zbuild-std: core and alloc are compiled with the set"""

    start = "#![feature(rustc_private)] #![no_std]"
    end = """
        use core::alloc::{GlobalAlloc, Layout};
        struct Nothing;
        unsafe impl GlobalAlloc for Nothing {
            unsafe fn alloc(&self, _: Layout) -> *mut u8 { core::ptr::null_mut() }
            unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
        }
        #[global_allocator] static NOTHING: Nothing = Nothing;
        #[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
    """
    link = "--crate-type=staticlib", "--emit=link", "-Cpanic=abort"
    triple = "x86_64-unknown-none"

    def __init__(self, folder, **more):
        self.target = f"--target={self.triple}",
        super().__init__(folder, *self.target, "-Zbuild-std=core,alloc", name="cargo, with -Zbuild-std", profile=f"{self.triple}/debug",
                         write=self.write_crates, **more)

    def build(self, name, cargo="cargo", **environment):
        return super().build(name, cargo, RUSTC_BOOTSTRAP="1", **environment)

    def compile(self, root, paths, folder, *options):
        """Every program without std is given these two by rustc, as cargo names them."""
        wanted = ".rlib" if "--emit=link" in options else ".rmeta"
        named = ["-Zunstable-options"]
        for name in "core", "compiler_builtins":
            forms = {Path(path).suffix: path for path in self.files(root) if Path(path).name.startswith(f"lib{name}-")}
            if forms:
                named.append(f"--extern=noprelude:{name}={forms.get(wanted) or [*forms.values()][0]}")
        return super().compile(root, paths, folder, *options, *named)

    def write_crates(self, folder):
        sysroot = subprocess.run([self.rustc, "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
        vendor = Path(sysroot) / "lib/rustlib/src/rust/library/vendor"
        if not vendor.is_dir():
            raise SkipTest("the sources of std are not here")
        bare = "#![no_std] extern crate alloc;"
        tree = write_workspace(folder, {
            "leaf": (bare + "pub struct L(pub alloc::vec::Vec<u8>);", []),
            "top": (bare + "pub use leaf::L;", ["leaf"]),
        }, ["top"])
        tree.write(".cargo/config.toml", f'[source.crates-io]\nreplace-with = "here"\n[source.here]\ndirectory = "{vendor}"\n')
        return tree
