# SPDX-License-Identifier: MIT OR Apache-2.0
"""Fetch every rustc that Debian's mirror serves, to run side by side without installing any of them.

Packages are downloaded by an apt with its own sources, state and cache, and unpacked into

    DIRECTORY/<version>-<suite>/            one compiler: usr/, and run-rustc, which runs it
    DIRECTORY/libraries/<release>/          LLVM, C++ and C libraries of that Debian release

run-rustc starts the compiler through the C library of its release where that is newer than the
one of this machine, so the compiler need not fit this machine. Nothing is installed and the
system's apt is left alone. Used by `compilers`, which says more.
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

MIRROR = os.environ.get("RARTIFACTS_DEBIAN_MIRROR", "http://deb.debian.org/debian")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LIBDIR = "usr/lib/x86_64-linux-gnu"

# Release -> suites that can share its libraries. A package version that is in two suites is taken
# from the first one.
SUITES = {
    "bullseye": ["bullseye", "bullseye-security"],
    "bookworm": ["bookworm", "bookworm-security", "bookworm-backports"],
    "trixie": ["trixie", "trixie-security", "trixie-backports"],
    "forky": ["forky", "sid", "experimental"],
}
# Standard libraries of other machines, for a few compilers: 32 bits, and big-endian.
FOREIGN = {"bookworm": ["s390x"], "trixie": ["arm64"], "forky": ["i386", "s390x"]}
# Not worth their size: near copies of other targets, and what no compiler reads.
UNWANTED = ["*/rustlib/wasm32-wasi*", "*/rustlib/bpfel-*", "./usr/bin/rustdoc", "./usr/share"]


def run(command, **options):
    """the finished process; its stdout holds what it wrote to both stdout and stderr"""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace", **options}
    return subprocess.run([str(word) for word in command], **options)


class Apt:
    """apt-get and apt-cache with sources, state and cache of their own"""

    def __init__(self, root, release):
        self.root, self.archives, self.unpacked = root, root / "cache/archives", set()
        shutil.rmtree(root, ignore_errors=True)
        for folder in "state/lists/partial", "cache/archives/partial", "empty":
            (root / folder).mkdir(parents=True)
        (root / "status").touch()  # of dpkg: nothing is installed, so every dependency is fetched
        architectures = ["amd64", *FOREIGN.get(release, [])]
        sources = ""
        for suite in SUITES[release]:
            mirror = MIRROR + "-security" if suite.endswith("-security") else MIRROR
            served = ",".join(architectures if suite == release else ["amd64"])
            sources += f"deb [arch={served} signed-by={KEYRING}] {mirror} {suite} main\n"
        (root / "sources.list").write_text(sources)
        (root / "apt.conf").write_text(
            f'Dir::State "{root}/state"; Dir::State::status "{root}/status"; Dir::Cache "{root}/cache";\n'
            f'Dir::Etc::sourcelist "{root}/sources.list"; Dir::Etc::sourceparts "{root}/empty";\n'
            f'Dir::Etc::preferences "{root}/none"; Dir::Etc::preferencesparts "{root}/empty";\n'
            'Acquire::Languages "none"; Acquire::Check-Valid-Until "false"; APT::Sandbox::User "root";\n'
            'APT::Install-Recommends "false"; APT::Architecture "amd64";\n'
            '#clear APT::Architectures; #clear APT::Update; #clear DPkg; APT::Update::Error-Mode "any";\n'
            + "".join(f'APT::Architectures:: "{name}";\n' for name in architectures))

    def __call__(self, program, *arguments, **options):
        return run([program, "-c", self.root / "apt.conf", *arguments], **options)

    def versions(self, *packages):
        """(package, version, suite) of everything the sources have under these names"""
        for line in self("apt-cache", "madison", *packages, stderr=subprocess.DEVNULL).stdout.splitlines():
            package, version, source = (word.strip() for word in line.split("|"))
            yield package, version, source.split()[1].split("/")[0]


def older_libc(archive):
    """A C library no newer than the one here. The latter then serves, and can load proc macros linked here."""
    numbers = lambda text: [int(number) for number in re.findall(r"\d+", text)[:2]]
    return archive.startswith("libc6_") and numbers(archive.split("_")[1]) <= numbers(os.confstr("CS_GNU_LIBC_VERSION"))


def unpack(package, root):
    archive = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    run(["tar", "-x", "-C", root, "--keep-directory-symlink", "--wildcards",
         *("--exclude=" + pattern for pattern in UNWANTED)], stdin=archive.stdout, check=True)


def make_main(root):
    """Older compilers stay on the mirror without their `rustc` program, which only calls one function."""
    driver = next(root.glob(f"{LIBDIR}/librustc_driver-*.so"))
    symbol = re.search(r"\S+1[27]rustc_driver(_impl)?4main\S*", run(["nm", "-D", driver]).stdout)[0]
    (root / "usr/bin").mkdir(exist_ok=True)
    run(["cc", "-x", "c", "-", "-x", "none", driver, "-o", root / "usr/bin/rustc", "-Wl,--allow-shlib-undefined"],
        input=f'unsigned char start(void) __asm__("{symbol}"); int main(void) {{ return start(); }}', check=True)


def fetch_compiler(apt, directory, release, suite, package, version):
    """`package` is a libstd-rust-1.NN: it holds librustc_driver, which is the compiler"""
    if any(mark.read_text() == f"{package} {version}" for mark in directory.glob("*/package")):
        return
    flavour = re.search(r"web-|mozilla-|$", package)[0]
    name = f"{version.split('+')[0]}-{suite}-{flavour}".rstrip("-")
    root, libraries = directory / name, directory / "libraries" / release

    windows, wasm, bpf = (f"libstd-rust-{flavour}dev-{target}" for target in ("windows", "wasm32", "bpf"))
    wanted = [f"rustc-{flavour}".rstrip("-"), f"libstd-rust-{flavour}dev", windows, wasm, bpf]
    if not flavour:
        wanted += ["libstd-rust-dev:" + machine for machine in FOREIGN.get(release, [])]
    found = {other for other, its_version, _ in apt.versions(*wanted) if its_version == version}
    if wasm in found:
        found.discard(bpf)  # a second target without an operating system tells little

    is_rust = re.compile(r"rustc|libstd-rust").match
    shutil.rmtree(root, ignore_errors=True)
    for left_over in filter(lambda path: is_rust(path.name), apt.archives.glob("*.deb")):
        left_over.unlink()
    for answer in (
        apt("apt-get", "install", "-y", "--download-only", "-t", suite, f"{package}={version}"),
        *(apt("apt-get", "download", f"{other}={version}", cwd=apt.archives) for other in sorted(found)),
    ):
        if answer.returncode:
            return print(f"skipped {name}:", re.search(r"^E: .*|.*\Z", answer.stdout, re.M)[0])

    for folder in root / "usr", libraries / "usr/lib", libraries / "usr/lib64":
        folder.mkdir(parents=True, exist_ok=True)
    for folder in "lib", "lib64":  # older packages have /lib, newer ones /usr/lib
        if not (libraries / folder).exists():
            (libraries / folder).symlink_to("usr/" + folder)
    for archive in sorted(apt.archives.glob("*.deb")):
        if is_rust(archive.name):
            unpack(archive, root)
        elif archive.name not in apt.unpacked and not older_libc(archive.name):
            unpack(archive, libraries)
            apt.unpacked.add(archive.name)
    if not (root / "usr/bin/rustc").exists():
        make_main(root)
    (root / "run-rustc").write_text(
        "#!/bin/sh\n"
        'here=$(dirname "$(readlink -f "$0")")\n'
        f"libraries=$here/../libraries/{release}/{LIBDIR}\n"
        'loader=$libraries/ld-linux-x86-64.so.2; [ -e "$loader" ] || loader=/lib64/ld-linux-x86-64.so.2\n'
        f'exec "$loader" --library-path "$here/{LIBDIR}:$libraries" "$here/usr/bin/rustc" --sysroot "$here/usr" "$@"\n')
    (root / "run-rustc").chmod(0o755)
    (root / "package").write_text(f"{package} {version}")
    print("fetched", name)


def fetch(directory):
    """Fetch what is not there yet; say what cannot be had, and why. Asks a mirror that answered only once a day."""
    asked = directory / "asked"
    if asked.exists() and time.time() - asked.stat().st_mtime < 24 * 3600:
        return
    for need in "apt-get", "apt-cache", "dpkg-deb", "tar", "nm", "cc":
        if not shutil.which(need):
            return print(f"no compilers from Debian: {need} is not here")
    if not KEYRING.exists():
        return print(f"no compilers from Debian: {KEYRING} is not here")
    if run(["dpkg", "--print-architecture"]).stdout.strip() != "amd64":
        return print("no compilers from Debian: only amd64 ones are known here")
    answered = True
    for release in SUITES:
        apt = Apt(directory / "apt", release)
        for error in re.findall(r"^E: (Failed .*|The repo.*)", apt("apt-get", "update").stdout, re.M):
            print("not reachable:", error)
            answered = False
        names = apt("apt-cache", "pkgnames", "libstd-rust").stdout.split()
        drivers = sorted(name for name in names if re.fullmatch(r"libstd-rust-(web-|mozilla-)?[\d.]+", name))
        for package, version, suite in apt.versions(*drivers) if drivers else ():
            fetch_compiler(apt, directory, release, suite, package, version)
    shutil.rmtree(directory / "apt", ignore_errors=True)
    if answered:
        asked.touch()
