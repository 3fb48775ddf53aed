# SPDX-License-Identifier: MIT OR Apache-2.0
"""The ways to break a set of artifacts, and ways to change one that break nothing.

`table(kit)` gives one row for each: what is done, in words, then the function that does it to a copy of the set and its
arguments after the copy. A kit is one of the sets of judge.py. What cannot be done on this machine raises Skip.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from harness import Tree
from judge import UNPRIVILEGED

HEALTHY = "nothing"


class Skip(Exception):
    """This breakage cannot be made here; says why."""


class Copy(Tree):
    """A copy of a set, by hard links. What is written replaces a file and never goes into it."""

    def __init__(self, root, healthy):
        shutil.copytree(healthy, root, copy_function=os.link, symlinks=True)
        super().__init__(root)

    def _place(self, path):
        place = super()._place(path)
        place.unlink(missing_ok=True)
        return place

    def put(self, path, content, mode):
        self.write(path, content).chmod(mode)

    def own(self, path):
        """Makes it a file that shares nothing with the set it was copied from."""
        self.put(path, (self / path).read_bytes(), (self / path).stat().st_mode)


# ---------------------------------------------------------------- what is done; the first parameter is the copy

def nothing(_):
    pass


def skip(_, reason):
    raise Skip(reason)


def remove(tree, *paths):
    for path in paths:
        (tree / path).unlink()


def remove_folder(tree, path):
    shutil.rmtree(tree / path)


def move(tree, path, to):
    (tree / to).parent.mkdir(exist_ok=True)
    (tree / path).rename(tree / to)


def edit(tree, path, change, to=None):
    """Replaces the content by `change` of it; or puts it beside, as `to`."""
    content = (tree / path).read_bytes()
    changed = change(content)
    if changed == content and not to:
        raise Skip("it has nothing to change")
    tree.put(to or path, changed, (tree / path).stat().st_mode)


def double(tree, path, to):
    edit(tree, path, bytes, to)


def take(tree, root, *paths):
    """Puts files of another set in the place of ours."""
    for path in paths:
        take_as(tree, root, path, path)


def take_as(tree, root, path, to):
    if not (root / path).exists():
        raise Skip(f"the other set has no {path}")
    tree.put(to, (root / path).read_bytes(), (root / path).stat().st_mode)


def take_old(tree, root, *paths):
    for path in paths:
        take_as(tree, root, path, path.replace("rust/", "rust/old/"))


def compile_again(tree, kit, path, *options):
    tree.copy(path, kit.rebuilt(name_of(path), *options))


def compile_for(tree, kit, path, target):
    tree.copy(path, kit.rebuilt(name_of(path), target=target))


def compile_to(tree, kit, path, to, *options):
    tree.copy(to, kit.rebuilt(name_of(path), "--emit=link", *options))


def run_tool(tree, path, tool, *arguments):
    """Runs a tool that changes the file in place."""
    if not shutil.which(tool):
        raise Skip(f"no {tool}")
    tree.own(path)
    done = subprocess.run([tool, *arguments, path], cwd=tree.root, capture_output=True, text=True)
    if done.returncode:
        raise Skip(f"{tool}: {done.stderr.strip()[:100]}")


def set_mode(tree, path, mode):
    if UNPRIVILEGED is None and not mode:
        raise Skip("root reads everything, and there is no setpriv")
    if (tree / path).is_file():
        tree.own(path)
    (tree / path).chmod(mode)


def double_unreadable(tree, path, to):
    double(tree, path, to)
    set_mode(tree, to, 0)


def link_instead(tree, path, to, target):
    """Moves it away and puts a link in its place; {root} in the target is the tree."""
    move(tree, path, to)
    tree.link(path, target.format(root=tree.root))


def folder_instead(tree, path):
    remove(tree, path)
    (tree / path).mkdir()


def make_folder(tree, path):
    (tree / path).mkdir()


def c_library(tree, path):
    done = subprocess.run(["cc", "-shared", "-nostdlib", "-x", "c", "-", "-o", tree._place(path)], input=b"int f(void) { return 0; }")
    if done.returncode:
        raise Skip("cc makes no shared library")


# ---------------------------------------------------------------- changes of content

def cut(size):
    return lambda content: content[:size]


def half(content):
    return content[:len(content) // 2]


def and_newline(content):
    return content + b"\n"


def put(offset, data):
    return lambda content: content[:offset] + data + content[offset + len(data):]


def other_letter(content):
    """In the name of a trait"""
    return content.replace(b"MetaSized", b"MetaSizeX", 1)


def zeros(content):
    return bytes(len(content))


def with_crlf(content):
    return content.replace(b"\n", b"\r\n")


def lfs_pointer(_):
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n"


def other_version(content):
    return re.sub(rb"(rustc 1\.\d+\.)\d", rb"\g<1>9", content)


def reformatted(content):
    return json.dumps(json.loads(content), indent=3).encode()


def other_cpu(content):
    return json.dumps(json.loads(content) | {"cpu": "x86-64-v2"}).encode()


def hidden_decls(content):
    return content.replace(b"__rustc_proc_macro_decls_", b"__rustc_proc_macro_hidden")


def other_decls(content):
    return re.sub(rb"(__rustc_proc_macro_decls_)[0-9a-f]", rb"\1z", content)


# ---------------------------------------------------------------- the table

STRIPPING = (
    "strip", "strip --strip-unneeded", "strip -g", "strip -R .rustc", "strip -R .comment",
    "objcopy --strip-all", "objcopy --only-keep-debug", "objcopy -R .rustc", "objcopy --rename-section .rustc=.other",
    "objcopy --compress-debug-sections", "objcopy -O binary",
    "llvm-strip", "llvm-strip --strip-unneeded", "llvm-strip -g", "llvm-strip --keep-section=.rustc", "llvm-strip --strip-sections",
    "eu-strip", "eu-strip -g", "eu-strip --keep-section=.rustc", "eu-strip --strip-sections",
)


def name_of(path):
    return Path(path).stem.removeprefix("lib")


def table(kit):
    core, kernel, macros = "rust/libcore.rmeta", "rust/libkernel.rmeta", "rust/libmacros.so"
    ffi = "rust/libffi.rmeta"  # one of those that `kernel` needs
    chosen = core, ffi, kernel, macros
    everything = [*kit.crates, *kit.macros]
    yield HEALTHY, nothing
    yield from missing(everything, kit.text)
    for path in core, ffi, kernel:
        yield from damaged(path)
    yield "libcore.rmeta with a letter changed in the name of a trait", edit, core, other_letter
    yield from damaged_library(macros)
    for command in STRIPPING:
        yield f"libmacros.so: {command}", run_tool, macros, *command.split()
    yield from compiled_again(kit, chosen)
    yield from of_the_twin(kit, chosen, everything)
    yield from of_another_rustc(kit, chosen, everything)
    yield from text()
    for path in chosen:
        yield from doubled(path)
    yield from moved(core, ffi, kernel, macros)
    for path in ffi, macros:
        yield from linked(path)
    yield "rust/ is a link inside", link_instead, "rust", "rust-6", "rust-6"
    yield "rust/ is a link that leads out", link_instead, "rust", "../out/rust", "../out/rust"
    yield "rust/ is an absolute link that leads out", link_instead, "rust", "../out/rust", "{root}/../out/rust"
    yield "rust/ is a dangling link", link_instead, "rust", "rust-6", "nowhere"
    yield "rust/ is a dangling link that leads out", link_instead, "rust", "rust-6", "../linux-lib-rust/rust"
    yield from forbidden(core, ffi, macros)
    yield from strays(macros)
    yield f"{HEALTHY}, after all of this", nothing


def missing(everything, text):
    for path in [*everything, *text]:
        yield f"{path} absent", remove, path
    yield "all crates absent", remove, *everything
    yield "rust/ absent", remove_folder, "rust"


def damaged(path):
    name = Path(path).name
    yield f"{name} empty", edit, path, cut(0)
    yield f"{name} cut in the magic number", edit, path, cut(5)
    yield f"{name} cut in the header", edit, path, cut(12)
    yield f"{name} cut in the version", edit, path, cut(24)
    yield f"{name} cut in half", edit, path, half
    yield f"{name} cut by one byte", edit, path, cut(-1)
    yield f"{name} with one byte more", edit, path, and_newline
    yield f"{name} with another magic number", edit, path, put(0, b"RUST")
    yield f"{name} with another metadata version", edit, path, put(7, b"\x7f")
    yield f"{name} with its root nowhere", edit, path, put(8, b"\xff" * 7)
    yield f"{name} with another compiler version", edit, path, other_version
    yield f"{name} all zeros", edit, path, zeros
    yield f"{name} copied as text (CR LF)", edit, path, with_crlf
    yield f"{name} gzipped", edit, path, gzip.compress
    yield f"{name} is a Git LFS pointer", edit, path, lfs_pointer
    yield f"{name} is a directory", folder_instead, path


def damaged_library(path):
    name = Path(path).name
    yield f"{name} empty", edit, path, cut(0)
    yield f"{name} cut in the ELF header", edit, path, cut(40)
    yield f"{name} cut in half", edit, path, half
    yield f"{name} cut by one byte", edit, path, cut(-1)
    yield f"{name} with one byte more", edit, path, and_newline
    yield f"{name} with another compiler version", edit, path, other_version
    yield f"{name} for another machine (aarch64)", edit, path, put(18, b"\xb7\x00")
    yield f"{name} for another machine (32 bit)", edit, path, put(4, b"\x01")
    yield f"{name} is an executable (e_type)", edit, path, put(16, b"\x02\x00")
    yield f"{name} without decls symbol", edit, path, hidden_decls
    yield f"{name} with the decls symbol of another crate", edit, path, other_decls
    yield f"{name} is a C library", c_library, path
    yield f"{name} is a Git LFS pointer", edit, path, lfs_pointer


def compiled_again(kit, chosen):
    if not hasattr(kit, "rebuilt"):
        return
    for path in chosen[:3]:
        name = name_of(path)
        yield f"{name} compiled with -C metadata", compile_again, kit, path, "-Cmetadata=other"
        yield f"{name} compiled with -C opt-level=2", compile_again, kit, path, "-Copt-level=2"
        yield f"{name} compiled with a --cfg that it does not use", compile_again, kit, path, "--cfg=unused"
    yield "macros compiled with -O", compile_again, kit, chosen[3], "-O"
    yield "core compiled for a target of rustc's own", compile_for, kit, chosen[0], "x86_64-unknown-none"
    for path in chosen[:3]:
        rlib = path.replace(".rmeta", ".rlib")
        yield f"{Path(rlib).name} of the same beside it", compile_to, kit, path, rlib
        for to in rlib, old(rlib):
            yield f"{Path(to).name} compiled with -C metadata beside it", compile_to, kit, path, to, "-Cmetadata=other"


def of_the_twin(kit, chosen, everything):
    """Of a set made by the same rustc"""
    if not kit.twin:
        yield "a crate of another build", skip, "no other build by the same rustc"
        return
    of = f"of {kit.twin_name}"
    for path in everything:
        yield f"{Path(path).name} {of}", take, kit.twin, path
    for path in everything:
        yield f"all but {Path(path).name} {of}", take, kit.twin, *[each for each in everything if each != path]
    if kit.name == "crates":  # where the twin has the same configuration
        yield f"all crates {of}", take, kit.twin, *everything
    yield f"all crates {of} in rust/old", take_old, kit.twin, *everything
    yield from other_beside(kit.twin, of, chosen)


def of_another_rustc(kit, chosen, everything):
    if not kit.other:
        yield "a crate of another rustc", skip, kit.other_reason
        return
    for path in chosen:
        yield f"{Path(path).name} of another rustc", take, kit.other, path
    yield "all crates of another rustc", take, kit.other, *everything
    yield from other_beside(kit.other, "of another rustc", chosen)


def other_beside(root, of, chosen):
    for path in chosen:
        yield f"{Path(old(path)).name} {of} beside it", take_as, root, path, old(path)


def old(path):
    return re.sub(r"(\.\w+)$", r"-old\1", path)


def text():
    yield "target.json with other white space", edit, "scripts/target.json", reformatted
    yield "target.json with a newline more", edit, "scripts/target.json", and_newline
    yield "target.json for another CPU", edit, "scripts/target.json", other_cpu
    yield "target.json empty", edit, "scripts/target.json", cut(0)
    yield "target.json with mode 000", set_mode, "scripts/target.json", 0
    yield "rustc_cfg empty", edit, "include/generated/rustc_cfg", cut(0)
    yield "rustc_cfg with mode 000", set_mode, "include/generated/rustc_cfg", 0


def doubled(path):
    name = Path(old(path)).name
    yield f"{name} is the same", double, path, old(path)
    yield f"{name} is a link to it", Tree.link, old(path), Path(path).name
    yield f"{name} is the same, cut in half", edit, path, half, old(path)
    yield f"{name} is empty", edit, path, cut(0), old(path)


def moved(core, ffi, kernel, macros):
    for path, to in (
        (core, "rust/core.rmeta"), (core, "rust/libcorex.rmeta"), (core, "rust/libcore.rlib"), (core, "rust/sub/libcore.rmeta"),
        (ffi, "rust/libffi-1a2b.rmeta"), (ffi, "rust/libffi.rmeta.bak"), (ffi, "rust/sub/libffi.rmeta"),
        (kernel, "rust/libkernel-6.rmeta"), (kernel, "rust/sub/libkernel.rmeta"),
        (macros, "rust/libmacros2.so"), (macros, "rust/libmacros-abc123.so"), (macros, "rust/libmacros.so.1"),
        (macros, "rust/macros.so"), (macros, "rust/libmacros.rmeta"), (macros, "rust/sub/libmacros.so"),
    ):
        yield f"{path} renamed {to}", move, path, to


def linked(path):
    name = Path(path).name
    yield f"{name} is a link inside", link_instead, path, f"rust/real/{name}", f"real/{name}"
    yield f"{name} is an absolute link inside", link_instead, path, f"rust/real/{name}", f"{{root}}/rust/real/{name}"
    yield f"{name} is a link that leads out", link_instead, path, f"../out/{name}", f"../../out/{name}"
    yield f"{name} is an absolute link to a file that is no artifact", link_instead, path, f"rust/real/{name}", "/etc/passwd"
    yield f"{name} is an absolute link to nowhere", link_instead, path, f"rust/real/{name}", f"/nowhere/{name}"
    yield f"{name} is a link to nowhere that leads out", link_instead, path, f"rust/real/{name}", f"../../nowhere/{name}"
    yield f"{name} is a dangling link", link_instead, path, f"rust/real/{name}", "nowhere"
    yield f"{name} is a link to itself", link_instead, path, f"rust/real/{name}", name


def forbidden(core, ffi, macros):
    for path in core, ffi, macros:
        yield f"{Path(path).name} with mode 000", set_mode, path, 0
    yield "libffi-old.rmeta with mode 000 beside it", double_unreadable, ffi, old(ffi)
    yield "rust/ with mode 000", set_mode, "rust", 0
    yield "libmacros.so with mode 644", set_mode, macros, 0o644
    yield "libffi.rmeta with mode 755", set_mode, ffi, 0o755


def strays(macros):
    yield "a stray C library in rust/", c_library, "rust/libz.so"
    yield "a stray C library that is named like a proc macro", c_library, old(macros)
    yield "a stray text that is named like an object", Tree.write, "rust/core.o", b"x"
    yield "a stray text that is named like a crate", Tree.write, "rust/libstray.rmeta", b"x"
    yield "a stray directory that is named like a crate", make_folder, "rust/libcore-x.rmeta"
    yield "a vdso elsewhere", c_library, "arch/x86/entry/vdso/vdso64.so"
