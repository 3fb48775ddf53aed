# SPDX-License-Identifier: MIT OR Apache-2.0
"""The judge: a real rustc compiles a module against a set of artifacts, and its log says why it does not.

What rustc prints is often not the cause: when a crate that `kernel` needs is bad, a module that writes `use kernel::…`
gets E0463, can't find crate for `kernel`, whatever happened. The log, `RUSTC_LOG=rustc_metadata=info`, has it all, on
stable compilers too. Crates are resolved one inside the other, so the first one that is not registered is the cause:

    resolving crate `kernel`                              an episode begins
    lib candidate: rust/libkernel.rmeta
    register crate `kernel` (cnum = 2 …)                  it ends well: registered, or loaded already
    resolving dep `kernel`->`ffi` hash: `030f…` …
    resolving crate `ffi`
    Rejecting via hash: expected 030f… got cf08…          the first one that ends with neither: this is the cause
    falling back to loading proc_macro                    rustc tries every crate twice
    Rejecting via proc macro: expected true got false     which tells nothing

CAUSES says which error rustc has for which of these reasons. Where it rejects several candidates for several reasons it reports
the one that stands first there, and so do we. Two more ends:

    multiple candidates                                   E0464, which is printed and not logged
    a proc macro is registered, then not loaded           dlopen(3) or dlsym(3) failed. rustc has no code of its own for
                                                          that; a module sees E0463, so this is what we ask for
What is wrong before the first crate is looked for (target.json, @rustc_cfg) has neither crate nor code.
"""

import fcntl
import functools
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from unittest import SkipTest

import mini_kernel
from harness import Tree

TESTS = Path(__file__).resolve().parents[1]
CAUSES = (
    ("E0460", r"Rejecting via hash: .*"),
    ("E0461", r"Rejecting via crate triple: .*"),
    ("E0514", r"Rejecting via version: .*"),
    ("E0786", r"no metadata found: .*"),
)


# The start of a command line that takes away root's right to read what nobody may read; None if we are root and cannot.
UNPRIVILEGED = [] if os.geteuid() != 0 else None
if UNPRIVILEGED is None and shutil.which("setpriv"):
    UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@dataclass
class Verdict:
    """What rustc says. `crate` and `code` are of the cause; empty when it has none."""

    accepts: bool
    says: str = ""   # the first error that is printed
    crate: str = ""
    code: str = ""
    cause: str = ""  # in words


def verdict(accepted, output):
    """Reads rustc's standard error, log and messages in the order in which they came."""
    if accepted:
        return Verdict(True)
    errors = [line for line in output.splitlines() if re.match(r"error|\S*llvm-link\S*:|thread 'rustc'", line)]
    says = errors[0] if errors else output.strip().splitlines()[-1]
    if mixed := re.search(r"in this crate is incompatible with .* in dependency `(\w+)`", output):
        return Verdict(False, says, mixed[1], "", "target modifiers")
    if colliding := re.search(r"error: found crates \(`(\w+)` and `\w+`\) with colliding StableCrateId values", output):
        return Verdict(False, says, colliding[1], "", "two builds of one crate")
    registered = []
    for crate, episode in episodes(output):
        if re.search(r"register crate `|was loaded previously|going to previous cnum", episode) and "panicked" not in episode:
            registered.append(crate)
        else:
            return Verdict(False, says, *reason(crate, episode, registered, output))
    if unloadable := re.match(r"error: \S*/lib(\w+)\S*\.so: ", says):
        return Verdict(False, says, unloadable[1], "E0463", "registered, but dlopen or dlsym failed")
    return Verdict(False, says, cause=says)


def reason(crate, episode, registered, output):
    """(crate, code, words) of the cause, for the first episode that does not end well"""
    if "panicked" in episode:
        return crate, "E0786", "rustc panics"
    for code, pattern in CAUSES:
        if found := re.search(pattern, episode):
            # What a proc macro was built for is found out in the second try, and rustc tells of the first.
            is_lost = code == "E0461" and "falling back to loading proc_macro" in episode[:found.start()]
            return crate, "E0463" if is_lost else code, found[0]
    if printed := re.search(rf"error\[E0464\]: (.*`{crate}`.*)", output):
        return crate, "E0464", printed[1]
    if crate in registered:  # and looked for again: what came last could not be loaded
        return registered[-1], "E0463", "registered, but dlopen or dlsym failed"
    return crate, "E0463", "empty file, skipped" if "reading metadata from" in episode else "no such file"


def episodes(output):
    """(crate, log) for each time that rustc looks for a crate"""
    _, *parts = re.split(r"resolving crate `(\w+)`", output)
    return zip(parts[::2], parts[1::2])


class Toolchain:
    """A rustc and the environment it gets: `command` and `environment` go in front of it."""

    def __init__(self, rustc, command=(), environment=None):
        self.rustc, self.command = rustc, [*command]
        self.environment = environment if environment is not None else {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        self.version = self.run([rustc, "-vV"], "/").stdout.splitlines()[0]

    def run(self, command, folder):
        return subprocess.run([*(UNPRIVILEGED or []), *self.command, *command], cwd=folder, env=self.environment, timeout=120,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")


def real_rustc(rustc):
    """The compiler behind rustup's proxy, which needs a home directory."""
    sysroot = subprocess.run([rustc, "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
    return os.path.join(sysroot, "bin", "rustc")


def other_rustcs(version):
    """Compilers of this machine that call themselves something else."""
    candidates = [Path(folder) / "rustc" for folder in [*os.get_exec_path(), "/usr/bin"]]
    rustup = Path(os.environ.get("RUSTUP_HOME", Path.home() / ".rustup"))
    for rustc in candidates + sorted(rustup.glob("toolchains/*/bin/rustc")):
        if rustc.exists() and Toolchain(real_rustc(rustc)).version != version:
            yield rustc.parent


class Crates:
    """A kernel in small, made by the rustc on PATH, and others to take foreign parts from."""

    name = "crates"
    module = """
        #![feature(no_core)]
        #![no_core]
        extern crate core;
        use kernel::pin_init as _;
        kernel::same! {}
    """
    # As in Linux 7.2, and unlike in the mini kernel, `kernel` needs pin_init.
    kernel = mini_kernel.NO_CORE + "extern crate core; extern crate ffi; pub extern crate pin_init; pub use macros::same;"
    sources = {
        "core": mini_kernel.core_source("rustc"),
        "ffi": mini_kernel.NO_CORE + "extern crate core;",
        "pin_init": mini_kernel.NO_CORE + "extern crate core;",
        "kernel": kernel,
    }
    flags = ("--crate-name=module", "--crate-type=rlib", "--edition=2021", "-Zunstable-options", "-Cpanic=abort",
             "--target=scripts/target.json", "@include/generated/rustc_cfg", "--extern=pin_init", "--extern=kernel",
             "-Lrust/", "--sysroot=/dev/null")
    crates = [f"rust/lib{name}.rmeta" for name in ("core", "ffi", "pin_init", "kernel")]
    macros = ["rust/libmacros.so"]
    text = ["scripts/target.json", "include/generated/rustc_cfg"]

    def __init__(self, folder, _rartifacts):
        self.folder = Path(folder)
        self.toolchain = self.make_toolchain()
        (self.folder / "module.rs").write_text(self.module)
        self.root, self.compiler = self.build("healthy")
        self.twin, _ = self.build("twin")
        self.twin_name = "the twin from another directory"
        self.other, self.other_reason = None, "no other rustc on this machine"
        for path in other_rustcs(self.toolchain.version):
            try:
                self.other, _ = self.build("other", path)
                break
            except SkipTest as reason:
                shutil.rmtree(self.folder / "other")
                self.other_reason = str(reason)

    @staticmethod
    def make_toolchain():
        toolchain = Toolchain(real_rustc("rustc"))
        toolchain.environment.update(RUSTC_BOOTSTRAP="1", RUSTC_LOG="rustc_metadata=info", RUSTC_ICE="0")
        return toolchain

    def reader(self):
        """The options that tell audit who will read the set"""
        return ["--rustc-version", self.toolchain.version]

    def operands(self, _):
        return ["."]

    def build(self, name, path=None):
        """Compiles all crates in a folder of that name; with the rustc in folder `path`, if given."""
        before = os.environ["PATH"]
        os.environ["PATH"] = f"{path}:{before}" if path else before
        try:
            tree = Tree(self.folder / name)
            compiler = mini_kernel.build(tree)
        finally:
            os.environ["PATH"] = before
        compiler.crate("kernel", self.kernel, "--extern", "macros")
        return tree.root, compiler

    def rebuilt(self, name, *options, target="scripts/target.json"):
        """The file of crate `name`, compiled in the healthy tree once more with other options"""
        place = self.folder / "rebuilt"
        if name == "macros":
            self.compiler.host(name, "proc-macro", mini_kernel.MACROS, "--extern", "quote", "--extern", "proc_macro", *options, "-o", place)
            return place
        emit = [] if any(option.startswith("--emit") for option in options) else ["--emit=metadata"]
        extern = ["--extern", "macros"] if name == "kernel" else []
        self.compiler.run("--crate-name", name, "--crate-type", "lib", "--edition", "2021", "-Zunstable-options", "--target", target,
                          "-Lrust", *extern, *emit, *options, "-o", place, "-", source=self.sources[name])
        return place

    def judge(self, root):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            done = self.toolchain.run([self.toolchain.rustc, *self.flags, f"--emit=obj={folder}/module.o", self.folder / "module.rs"], root)
        return verdict(done.returncode == 0, done.stderr)


@functools.cache
def lock(folder):
    """Takes the lock that tests/kernel/common.sh takes, and keeps it."""
    fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX)


class Kernel:
    """What scan lists of a real kernel tree, and the module of tests/kernel that uses most of it.

    Everything is in a folder of its own beside the trees: the chroot of the toolchain sees no other.
    """

    def __init__(self, name, rartifacts):
        self.name = name
        common = TESTS / "kernel" / "common.sh"
        default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rartifacts/kernel"
        self.work = Path(os.environ.get("RARTIFACTS_KERNEL_DIR", default)).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        lock(self.work)
        environment = {**os.environ, "RARTIFACTS_KERNEL_DIR": str(self.work), "RARTIFACTS_KERNEL_LOCKED": "1"}
        version, _, configuration = name.partition("-")
        self.tree = self.work / "tree" / name
        recipe = [f"tree-{version}"] if not configuration else ["tree-7", version, configuration]
        made = subprocess.run([TESTS / "kernel" / recipe[0], *recipe[1:], self.tree], env=environment)
        if made.returncode == 77:
            raise SkipTest(f"no tree {name}")
        made.check_returncode()
        inside = "in_sid" if configuration else "in_bookworm"
        self.toolchain = Toolchain("rustc", ["bash", "-c", f'source "$0"; {inside} "$@"', common], environment)

        self.temporary = tempfile.TemporaryDirectory(prefix="verdicts-", dir=self.work)
        self.folder = Path(self.temporary.name)
        self.root = self.folder / "healthy"
        listed = subprocess.run([rartifacts, "scan", "."], cwd=self.tree, capture_output=True, text=True, check=True).stdout.splitlines()
        for path in [*listed, "include/config/auto.conf"]:
            Tree(self.root).copy(path, self.tree / path)
        self.crates = [path for path in listed if path.endswith(".rmeta")]
        self.macros = [path for path in listed if path.endswith(".so")]
        self.text = [path for path in listed if path not in self.crates + self.macros]
        self.command = self.kbuild_command("m2" if configuration else "m1")
        self.twin = self.other = None
        self.other_reason = "no other kernel was asked for"

    reader, operands = Crates.reader, Crates.operands

    def kbuild_command(self, module):
        """What kbuild calls for the module, up to objtool, with the tree's path as %TREE%"""
        shutil.copytree(TESTS / "kernel" / "modules" / module, self.folder / "module")
        source = next((self.folder / "module").glob("*.rs"))
        target = source.with_suffix(".o").name
        done = self.toolchain.run(["make", "-C", self.tree, f"M={source.parent}", "KBUILD_MODPOST_WARN=1", target], "/")
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: {module} does not build in the tree itself: {done.stderr[-800:]}")
        saved = (source.parent / f".{target}.cmd").read_text().splitlines()[0].partition(" := ")[2]
        command = re.split(r"; \S+/objtool ", saved)[0].replace("$$", "$").replace("\\#", "#")
        return command.replace(str(self.tree), "%TREE%")

    def judge(self, root):
        command = self.command.replace("%TREE%", shlex.quote(str(root)))
        # kbuild runs rustc in the tree, in newer kernels beside the module
        start = root if "@./include" in command else self.folder / "module"
        script = f"cd {start} && export RUSTC_BOOTSTRAP=1 RUSTC_LOG=rustc_metadata=info RUSTC_ICE=0 && {command}"
        done = self.toolchain.run(["sh", "-ec", script], "/")
        return verdict(done.returncode == 0, done.stderr)
