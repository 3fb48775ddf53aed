# SPDX-License-Identifier: MIT OR Apache-2.0
"""The ways to break a set of crates that is no kernel tree; the functions that do it are those of breakages.py."""

import gzip
import re
from pathlib import Path

from breakages import (HEALTHY, STRIPPING, and_newline, cut, damaged_library, edit, folder_instead, half, lfs_pointer, move, nothing,
                       other_version, put, remove, run_tool, take, take_as, zeros)
from harness import Tree


def swap(tree, one, other):
    """Each gets the content of the other."""
    first, second = (tree / one).read_bytes(), (tree / other).read_bytes()
    tree.put(one, second, 0o644)
    tree.put(other, first, 0o644)


def other_triple(content):
    """Of the same length, wherever it stands: of another vendor"""
    return re.sub(rb"\b((?:x86_64|aarch64|wasm32)-)(unknown|pc|apple)-", lambda name: name[1] + name[2][:-1] + b"x-", content)


def beside(path, name):
    return str(Path(path).parent / name)


def crate_table(kit):
    yield HEALTHY, nothing
    files = kit.files()
    pairs = sorted({path.rpartition(".")[0] for path in files if not path.endswith(".so")})
    for path in files:
        name = Path(path).name
        yield f"{name} absent", remove, path
        yield from changed(path)
        yield from renamed(path)
    for stem in pairs:
        both = [path for path in files if path.rpartition(".")[0] == stem]
        if len(both) > 1:
            yield f"{Path(stem).name}.* absent", remove, *both
            yield f"{Path(stem).name}.* of other content", swap, *both
    for one, other in zip(pairs, pairs[1:]):
        for suffix in ".rmeta", ".rlib":
            if {one + suffix, other + suffix} <= {*files}:
                yield f"{Path(one).name}{suffix} and {Path(other).name}{suffix} swapped", swap, one + suffix, other + suffix
    yield from of_twin(kit, files)
    for path in files:
        if path.endswith(".so") and path in kit.macros():
            yield from damaged_library(path)
            for command in STRIPPING:
                yield f"{Path(path).name}: {command}", run_tool, path, *command.split()
    yield f"{HEALTHY}, after all of this", nothing


def few_crates_table(kit, *names):
    """Each file away, and some crates broken in all ways"""
    yield HEALTHY, nothing
    files = told_files(kit)
    yield from each_absent(files)
    for path in files:
        if re.match(r"lib(\w+)", Path(path).name)[1] in names:
            yield from changed(path)
            yield from renamed(path)
            yield from of_twin(kit, [path])
    yield f"{HEALTHY}, after all of this", nothing


def deletion_table(kit):
    """Each file away, and each crate"""
    yield HEALTHY, nothing
    yield from each_absent(kit.files())
    yield f"{HEALTHY}, after all of this", nothing


def each_absent(files):
    """Each file, and each crate that has several"""
    for path in files:
        yield f"{Path(path).name} absent", remove, path
    for stem in sorted({Path(path).stem for path in files}):
        forms = [path for path in files if Path(path).stem == stem]
        if len(forms) > 1:
            yield f"{stem}.* absent", remove, *forms


def rustlib_table(kit):
    yield HEALTHY, nothing
    files = told_files(kit)
    yield from each_absent(files)
    for path in files:
        if Path(path).name.startswith(("libcore-", "liballoc-", "libstd-", "libcompiler_builtins-", "libpanic_unwind-", "libproc_macro-")):
            yield from changed(path)
            yield from renamed(path)
    for other in kit.files(kit.twin) if kit.twin else ():
        if other.endswith(".rlib") and name_in(other).removeprefix("lib") not in kit.linked:
            continue
        ours = [path for path in files if name_in(path) == name_in(other) and Path(path).suffix == Path(other).suffix]
        yield f"{Path(other).name} of another rustc beside ours", take_as, kit.twin, other, other
        yield f"{Path(other).name} of another rustc instead of ours", exchange, kit.twin, other, *ours
    yield f"{HEALTHY}, after all of this", nothing


def told_files(kit):
    """Of a compiler's libraries the judge links what can be linked without more; of the rest it cannot tell whether the code is there."""
    linked = getattr(kit, "linked", None)
    return [path for path in kit.files() if linked is None or not path.endswith(".rlib") or name_in(path).removeprefix("lib") in linked]


def name_in(path):
    return Path(path).name.partition("-")[0]


def exchange(tree, root, other, *ours):
    remove(tree, *ours)
    take_as(tree, root, other, other)


def changed(path):
    name = Path(path).name
    yield f"{name} empty", edit, path, cut(0)
    # Behind its metadata rustc does not look into an archive, and ld does only where it needs something.
    yield (f"{name} cut in its first member", edit, path, cut(120)) if path.endswith(".rlib") else (f"{name} cut in half", edit, path, half)
    yield f"{name} all zeros", edit, path, zeros
    yield f"{name} with another compiler version", edit, path, other_version
    yield f"{name} for another triple", edit, path, other_triple
    yield f"{name} is a Git LFS pointer", edit, path, lfs_pointer
    if path.endswith(".rmeta"):
        yield f"{name} cut by one byte", edit, path, cut(-1)
        yield f"{name} with one byte more", edit, path, and_newline
        yield f"{name} gzipped", edit, path, gzip.compress
        yield f"{name} with another metadata version", edit, path, put(7, b"\x7f")
        yield f"{name} is a directory", folder_instead, path


def renamed(path):
    name = Path(path).name
    stem, suffix = Path(path).stem, Path(path).suffix
    for to in name.removeprefix("lib"), f"sub/{name}", f"{stem}0{suffix}", f"{stem}{suffix}.bak", f"libz{stem}{suffix}":
        yield f"{name} renamed {to}", move, path, beside(path, to)
    yield f"{name} is a link to a file in a directory below", link_below, path


def link_below(tree, path):
    name = Path(path).name
    move(tree, path, beside(path, f"real/{name}"))
    Tree.link(tree, path, f"real/{name}")


def of_twin(kit, files):
    if not kit.twin:
        return
    for path in files:
        yield f"{Path(path).name} of the twin from another directory", take, kit.twin, path
        to = beside(path, f"{Path(path).stem}0{Path(path).suffix}")
        yield f"{Path(to).name} of the twin beside it", take_as, kit.twin, path, to
