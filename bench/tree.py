# SPDX-License-Identifier: MIT OR Apache-2.0
"""The trees that are measured: the same ones on every machine.

A tree of N entries looks like a kernel tree: sixteen files to a directory on average, a few directories with hundreds;
every file a little text, every 25th an object, as in a kernel built with its default configuration. Into it goes what a
Rust kernel build leaves: `rust/`, `include/` and `scripts/` of a real one, or a mini-kernel of four crates, made here.
"""
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

VERSION = "1"  # of everything below: another number makes the trees anew

AREAS = ["arch", "block", "crypto", "drivers", "fs", "kernel", "lib", "mm", "net", "security", "sound", "tools"]
WORDS = ["core", "main", "bus", "dma", "irq", "page", "queue", "table", "codec", "inode", "filter", "timer", "debug",
         "setup", "device", "driver", "socket", "buffer", "cache", "clock"]
ENDINGS = ["{}.c"] * 9 + ["{}.h"] * 8 + ["{}.rst", "{}.rst", "{}.dts", "{}.dts", "{}.S", "{}.yaml", ".{}.o.cmd", "{}.o"]
OBJECT = Path(__file__).resolve().parent.parent / "testdata/goldens/special/archives/c_gcc.o"
TEXT = b"/* SPDX-License-Identifier: GPL-2.0 */\n#include <linux/module.h>\n#include <linux/kernel.h>\n" * 8

MACROS = """extern crate proc_macro;
#[proc_macro] pub fn module(input: proc_macro::TokenStream) -> proc_macro::TokenStream { input }
"""
KERNEL = "#![no_std]\npub use macros::module;\npub fn jiffies() -> u64 { 0 }\n"


def synthetic(root, entries):
    """Makes `entries` files and directories below `root`, in an order and with names that never change."""
    chance = random.Random(entries)
    compiled = OBJECT.read_bytes()
    directories = []
    made = 0
    while made < entries:
        parent = chance.choice(directories) if directories and chance.random() < 0.8 else chance.choice(AREAS)
        if parent.count("/") > 6:
            continue
        directory = f"{parent}/{chance.choice(WORDS)}{len(directories)}"
        os.makedirs(root / directory)
        directories.append(directory)
        size = 400 if chance.random() < 0.005 else int(chance.expovariate(1 / 14)) + 1
        for number in range(min(size, entries - made)):
            stem = f"{chance.choice(WORDS)}_{chance.choice(WORDS)}_{number}"
            name = chance.choice(ENDINGS).format(stem)
            fd = os.open(f"{root}/{directory}/{name}", os.O_WRONLY | os.O_CREAT)
            if entries < 1_000_000:  # nobody looks into a million files; empty ones take no room
                os.write(fd, compiled if name.endswith(".o") else TEXT)
            os.close(fd)
        made += size + 1


def sysroot_metadata(rustc, crate):
    """The metadata of a crate of the standard library: a file of its own in new toolchains, inside the rlib in older ones."""
    libraries = Path(subprocess.run([rustc, "--print", "target-libdir"], capture_output=True, text=True, check=True).stdout.strip())
    for file in libraries.glob(f"lib{crate}-*.rmeta"):
        return file.read_bytes()
    archive = next(libraries.glob(f"lib{crate}-*.rlib")).read_bytes()
    end = b"rust-end-file"
    return archive[archive.index(b"rust\0\0\0"):archive.rindex(end) + len(end)]


def mini_kernel(root, rustc):
    """What a kernel build leaves behind, in small; `core` is the real one, with its 60 MB or so."""
    for directory in ("include/config", "rust", "scripts"):
        (root / directory).mkdir(parents=True)
    (root / "include/config/auto.conf").write_text("CONFIG_RUST=y\n")
    for crate in ("core", "compiler_builtins"):
        (root / f"rust/lib{crate}.rmeta").write_bytes(sysroot_metadata(rustc, crate))
    (root / "scripts/macros.rs").write_text(MACROS)
    (root / "scripts/kernel.rs").write_text(KERNEL)

    def compile_crate(*arguments):
        subprocess.run([rustc, "--edition", "2021", *arguments], cwd=root, check=True)

    compile_crate("--crate-type", "proc-macro", "--crate-name", "macros", "-o", "rust/libmacros.so", "scripts/macros.rs")
    compile_crate("--crate-type", "rlib", "--crate-name", "kernel", "--emit", "metadata", "--extern", "macros=rust/libmacros.so",
                  "-o", "rust/libkernel.rmeta", "scripts/kernel.rs")


def real_kernel(root, build):
    for directory in ("include", "rust", "scripts"):
        shutil.copytree(build / directory, root / directory, symlinks=True)


def grow(cache, entries):
    """The directory of the synthetic tree of that size, made when it is not there."""
    done = cache / f"tree-{entries}-v{VERSION}"
    if not done.exists():
        half_done = cache / "half-done"
        shutil.rmtree(half_done, ignore_errors=True)
        half_done.mkdir()
        synthetic(half_done, entries)
        half_done.rename(done)
    return done


def workspace(cache, crates):
    """A workspace of so many crates, built by cargo when it is not there; each names up to three others, and is compiled against some 80."""
    done = cache / f"workspace-{crates}-v{VERSION}"
    if done.exists():
        return done
    half_done = cache / "half-done"
    shutil.rmtree(half_done, ignore_errors=True)
    for number in range(crates):
        needs = sorted({number // 2, number // 3, number // 5} - {number})
        source = half_done / f"part{number}/src"
        source.mkdir(parents=True)
        (source / "lib.rs").write_text("pub struct One;\n" + "".join(f"pub use part{need}::One as One{need};\n" for need in needs))
        dependencies = "".join(f'part{need} = {{ path = "../part{need}" }}\n' for need in needs)
        (source.parent / "Cargo.toml").write_text(f'[package]\nname = "part{number}"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n{dependencies}')
    (half_done / "Cargo.toml").write_text('[workspace]\nresolver = "2"\nmembers = ["part*"]\n')
    subprocess.run(["cargo", "build", "--offline", "--quiet"], cwd=half_done, check=True, env={**os.environ, "CARGO_INCREMENTAL": "0"})
    half_done.rename(done)
    return done


def modules(cache):
    """A package with the compressed modules of a kernel, Debian's newest, and the folder that it unpacks to; fetched when it is not there."""
    done = cache / f"modules-v{VERSION}"
    if not done.exists():
        half_done = cache / "half-done"
        shutil.rmtree(half_done, ignore_errors=True)
        half_done.mkdir()
        listed = subprocess.run(["apt-cache", "search", "--names-only", "^linux-image-[0-9].*[0-9].*-amd64$"], capture_output=True, text=True, check=True)
        names = [line.split()[0] for line in listed.stdout.splitlines() if not {"cloud", "rt"} & set(line.split()[0].split("-"))]
        newest = max(names, key=lambda name: [int(part) for part in re.findall("[0-9]+", name)], default=None)
        if newest is None or subprocess.run(["apt-get", "-qq", "download", newest], cwd=half_done, stderr=subprocess.DEVNULL).returncode != 0:
            return None, None
        next(half_done.glob("*.deb")).rename(half_done / "modules.deb")
        subprocess.run(["dpkg-deb", "-x", half_done / "modules.deb", half_done / "root"], check=True)
        half_done.rename(done)
    return (done / "modules.deb", done / "root") if any(done.rglob("*.ko.xz")) else (None, None)


def plant(kernel, tree):
    """Puts the kernel build into a tree, by hard links: one copy on disk serves every tree."""
    for directory in ("include", "rust", "scripts"):
        shutil.rmtree(tree / directory, ignore_errors=True)
        shutil.copytree(kernel / directory, tree / directory, symlinks=True, copy_function=os.link)
