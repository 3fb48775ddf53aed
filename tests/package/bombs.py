# SPDX-License-Identifier: MIT OR Apache-2.0
"""Small inputs that ask for much, one function for each kind: each makes a file or tree in a folder and returns its name.

What they claim to hold is made here; none of them is large, and none is kept."""

import gzip
import hashlib
import io
import lzma
import os
import random
import struct
import subprocess
import sys
import tarfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scan"))
import made_crates
from harness import GOLDENS, LEAF

MIB = 1 << 20
LINK, HARD, FOLDER = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE


def entry(name, content=b"", type=tarfile.REGTYPE, link="", size=None, pax=None, form=tarfile.PAX_FORMAT):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = type, link, len(content) if size is None else size
    info.pax_headers = pax or {}
    return info.tobuf(form) + content + bytes(-len(content) % 512)


def write_tar(place, entries):
    place.write_bytes(gzip.compress(b"".join(entries) + bytes(1024), 9, mtime=0))
    return place.name


# ---- One text under many names ----

def config_text():
    lines = b"CONFIG_RUST=y\n" + b"".join(b"CONFIG_%04d=y\n" % i for i in range(4000))
    return lines + b"#" * (MIB - len(lines))


def hard_links_to_a_text(folder, count=4000):
    names = (entry(f"{i}/include/config/auto.conf", type=HARD, link="include/config/auto.conf") for i in range(count))
    return write_tar(folder / "a.tar.gz", [entry("include/config/auto.conf", config_text()), *names])


def symbolic_links_to_a_text(folder, count=4000):
    names = (entry(f"{i}/include/config/auto.conf", type=LINK, link="/include/config/auto.conf") for i in range(count))
    return write_tar(folder / "a.tar.gz", [entry("include/config/auto.conf", config_text()), *names])


def hard_links_to_metadata(folder, count=8000):
    names = (entry(f"lib{i}.rmeta", type=HARD, link="libleaf.rmeta") for i in range(count))
    return write_tar(folder / "a.tar.gz", [entry("libleaf.rmeta", LEAF.read_bytes()), *names])


def hard_links_with_content(folder, count=3000):
    """Names of one file that say again what is in it, and with that what is in all of its names."""
    names = (entry(f"lib{i}.rmeta", type=HARD, link="libleaf.rmeta") for i in range(count))
    again = (entry(f"libx{i}.rmeta", LEAF.read_bytes(), type=HARD, link="libleaf.rmeta", pax={"comment": "1"}) for i in range(count // 4))
    return write_tar(folder / "a.tar.gz", [entry("libleaf.rmeta", LEAF.read_bytes()), *names, *again])


def links_on_disk(folder, count=3000):
    tree = folder / "tree"
    (tree / "include/config").mkdir(parents=True)
    text = tree / "include/config/auto.conf"
    text.write_bytes(config_text())
    for i in range(count):
        (tree / f"{i}/include/config").mkdir(parents=True)
        os.link(text, tree / f"{i}/include/config/auto.conf")
    return "tree"


def kernels_of_one_file(folder, name, content, count=120):
    """Kernel trees that have one file under as many names."""
    for i in range(count):
        for place, text in ("include/config/auto.conf", b"CONFIG_RUST=y\n"), (name, content):
            path = folder / f"{i}" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            if i == 0:
                path.write_bytes(text)
            else:
                os.link(folder / "0" / place, path)


def names_of_one_file(folder, names, content):
    folder.mkdir()
    for name in names:
        if name == names[0]:
            (folder / name).write_bytes(content)
        else:
            os.link(folder / names[0], folder / name)


def empty_members(count):
    return b"!<arch>\n" + (b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (b"a.o/", 0, 0, 0, 0o644, 0)) * count


# ---- Decoders ----

def xz_with_a_window_of_a_gibibyte(folder):
    packed = bytearray(lzma.compress(entry("libx.rmeta", bytes(100)) + bytes(1024)))
    # Stream header of 12 bytes; block header: size, flags, filter id 0x21, size of properties 1, the window, padding, CRC-32.
    length = (packed[12] + 1) * 4
    assert packed[14:16] == b"\x21\x01"
    packed[16] = 36  # 1 GiB
    packed[12 + length - 4 : 12 + length] = struct.pack("<I", zlib.crc32(packed[12 : 12 + length - 4]))
    (folder / "a.tar.xz").write_bytes(packed)
    return "a.tar.xz"


def zstd_with_a_window_of_two_gibibytes(folder):
    # Magic; a frame header without content size, window 2^31; one raw block that is the last.
    content = entry("libx.rmeta", bytes(100)) + bytes(1024)
    block = struct.pack("<I", 1 | len(content) << 3)[:3] + content
    (folder / "a.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes([0, (31 - 10) << 3]) + block)
    return "a.tar.zst"


def zstd_of_runs(folder, gigabytes=4):
    """Blocks of one repeated byte: 4 bytes make 128 KiB."""
    content = entry("libx.rmeta", size=gigabytes << 30)
    raw = struct.pack("<I", len(content) << 3)[:3] + content
    run = struct.pack("<I", 1 << 1 | (128 << 10) << 3)[:3] + b"\0"
    end = struct.pack("<I", 1)[:3]
    (folder / "a.tar.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes([0, (20 - 10) << 3]) + raw + run * (gigabytes << 13) + end)
    return "a.tar.zst"


def compression_in_compression(folder):
    packed = entry("libx.rmeta", bytes(64 * MIB)) + bytes(1024)
    for _ in range(20):
        packed = gzip.compress(packed, 9, mtime=0)
    (folder / "a.tar.gz").write_bytes(packed)
    return "a.tar.gz"


def name_without_end(folder, pack):
    """A cpio that begins with a name of 4 GiB: whoever waits for all of it holds what comes until then."""
    head = b"070701" + b"%08x" % 0 + b"%08x" % 0o100644 + b"0" * 8 * 9 + b"ffffffff" + b"0" * 8
    (folder / "a.cpio.packed").write_bytes(pack(head + b"a" * (95 * MIB)))
    return "a.cpio.packed"


def many_controls(folder, count=60):
    def member(name, content):
        return b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o644, len(content)) + content + b"\n" * (len(content) % 2)

    control = gzip.compress(entry("x", bytes(16 * MIB)) + bytes(1024), 9, mtime=0)
    data = gzip.compress(entry("libx.rmeta", LEAF.read_bytes()) + bytes(1024), 9, mtime=0)
    (folder / "a.deb").write_bytes(b"!<arch>\n" + member(b"debian-binary", b"2.0\n") + member(b"control.tar.gz", control) * count
                                   + member(b"data.tar.gz", data))
    return "a.deb"


# ---- tar ----

def sparse_map(folder, pieces=500_000):
    numbers = b"%d\n" % pieces + b"0\n1\n" * pieces
    content = numbers + bytes(-len(numbers) % 512)
    pax = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "libx.rmeta", "GNU.sparse.realsize": str(1 << 40)}
    return write_tar(folder / "a.tar.gz", [entry("libx.rmeta", content, pax=pax)])


def sparse_terabytes(folder, count=8):
    """ELF files whose section headers stand at the end of half a terabyte of zeros that are nowhere."""
    size = 1 << 39
    pax = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(size)}
    places = b"2\n0\n512\n%d\n512\n" % (size - 512)
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, size - 512, 0, 64, 0, 0, 64, 8, 0)
    content = places + bytes(512 - len(places)) + head + bytes(512 - len(head)) + bytes(512)
    return write_tar(folder / "a.tar.gz", [entry(f"lib{i}.so", content, pax={**pax, "GNU.sparse.name": f"lib{i}.so"}) for i in range(count)])


# ---- Sets ----

def many_kernels(folder, count=1500):
    entries = []
    for i in range(count):
        entries.append(entry(f"k{i}/include/config/auto.conf", b"CONFIG_RUST=y\n"))
        entries += (entry(f"k{i}/rust/lib{name}.rmeta", LEAF.read_bytes()) for name in ("core", "kernel"))
    return write_tar(folder / "a.tar.gz", entries)


def links_through_folders(folder, count=1500, depth=700):
    path = "a/" * depth
    entries = [entry(path + "libx.rmeta", LEAF.read_bytes()), entry("lib0.rmeta", type=LINK, link=path + "libx.rmeta")]
    entries += (entry(f"c{i}", type=LINK, link=path + "../" * depth + (f"c{i - 1}" if i % 38 else "a")) for i in range(count))
    entries += (entry(f"lib{i}.rmeta", type=LINK, link=f"c{i}/" + "a/" * (depth - 1) + "libx.rmeta") for i in range(1, count))
    return write_tar(folder / "a.tar.gz", entries)


def descend(folder, top, depth):
    """Makes `top` and so many directories in each other; gives back the descriptor of the last."""
    here = os.open(folder, os.O_PATH)
    for name in [top] + ["d"] * depth:
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_PATH, dir_fd=here)
        os.close(here)
        here = below
    return here


def deep_folders(folder, depth=20_000):
    """Deeper than any path may be long; with a file at the bottom."""
    here = descend(folder, "deep", depth)
    with open(os.open("libleaf.rmeta", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=here), "wb") as file:
        file.write(LEAF.read_bytes())
    os.close(here)
    return "deep"


def files_deep_down(folder, depth=2_000, count=8_000):
    """Each has all directories above it to be looked at when it is opened."""
    here = descend(folder, "files-deep-down", depth)
    for i in range(count):
        os.close(os.open(f"{i}.txt", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=here))
    os.close(here)
    return "files-deep-down"


# ---- Crates ----

def made(name, svh, target=None):
    """A crate whose hash packs well."""
    crate = made_crates.Made("", 0)
    crate.name, crate.extra, crate.svh = name, b"", struct.pack("<QQ", svh, 0x0101010101010101)
    crate.dependency = b"\0" + made_crates.string(name) + crate.svh + b"\0\2" + made_crates.string(b"") + b"\0"
    crate.target = target or crate.target
    return crate


def crates_of_one_name(folder, count=1000, needs=3000):
    """A crate that needs another with every hash, and many files that may be the one."""
    wanted = [made(b"foo", i) for i in range(1, needs)]
    files = (entry(f"libfoo{i}.rmeta", type=HARD, link="libfoo.rmeta") for i in range(count))
    return write_tar(folder / "a.tar.gz", [entry("libuser.rmeta", made(b"user", 1).metadata(wanted)),
                                           entry("libfoo.rmeta", made(b"foo", needs).metadata([])), *files])


def write_crates(place, crates, needs):
    content = b"".join(entry(f"lib{crate.name.decode()}.rmeta", crate.metadata(needs(i))) for i, crate in enumerate(crates))
    place.write_bytes(lzma.compress(content + bytes(1024)))
    return place.name


def crates_that_need_all_before(folder, count=700):
    crates = [made(b"c%d" % i, i + 1) for i in range(count)]
    return write_crates(folder / "a.tar.xz", crates, lambda i: crates[:i])


def crates_that_need_what_is_gone(folder, count=600):
    """All of one id, so that each might be an earlier build of each other."""
    gone = [made(b"gone%d" % i, 1) for i in range(count)]
    return write_crates(folder / "a.tar.xz", [made(b"c%d" % i, i + 1) for i in range(count)], lambda _: gone)


def crate_that_needs_one_name(folder, count=8000):
    """With that many hashes."""
    return write_crates(folder / "a.tar.xz", [made(b"user", 1)], lambda _: [made(b"core", i + 2) for i in range(count)])


def files_that_are_none(folder, count=2000):
    """And what a pattern is compared with at each letter of their names."""
    names = (entry("a" * 200 + f"/lib{i}.rmeta", b"x", form=tarfile.GNU_FORMAT) for i in range(count))
    place = folder / "a.tar.xz"
    place.write_bytes(lzma.compress(b"".join(names) + bytes(1024)))
    return place.name


def files_with_a_long_target(folder, count=6000):
    crate = made(b"foo", 1, b"\1" + made_crates.string(b"t") + made_crates.string(b'{"x": "' + b"y" * 1_000_000 + b'"}'))
    names = (entry(f"deps/libfoo{i}.rmeta", type=HARD, link="deps/libfoo.rmeta") for i in range(count))
    return write_tar(folder / "a.tar.gz", [entry("deps/libfoo.rmeta", crate.metadata([])), *names])


def modules_with_long_names(folder, depth=60, count=3000):
    """Modules inside of each other, and in the last one many: each has all names that are around it in its path."""
    source = "#![no_std]\n" + ("pub mod %s {" % ("a" * 1000)) * depth + "".join(f"pub mod m{i} {{}}" for i in range(count)) + "}" * depth
    (folder / "deep.rs").write_text(source)
    subprocess.run(["rustc", "--crate-type=lib", "--emit=metadata", "deep.rs"], cwd=folder, check=True, capture_output=True)
    return "libdeep.rmeta"


def globs_of_one_module(folder, items=1000, globs=900):
    """Each glob lists all that is in the module once more."""
    source = "pub mod big {" + "".join(f"pub struct T{i};" for i in range(items)) + "}\n"
    (folder / "globs.rs").write_text("#![no_std]\n" + source + "".join(f"pub mod g{i} {{ pub use super::big::*; }}\n" for i in range(globs)))
    subprocess.run(["rustc", "--crate-type=lib", "--emit=metadata", "globs.rs"], cwd=folder, check=True, capture_output=True)
    return "libglobs.rmeta"


def sources_with_holes(folder, count=700):
    """Many names of one source file that is nothing but a hole. Returns the metadata; the sources are in `sources`."""
    place = folder / "sources"
    place.mkdir()
    for i in range(count):
        (place / f"m{i}.rs").write_text("pub fn f() {}")
    (place / "lib.rs").write_text("#![no_std]\n" + "".join(f'#[path = "m{i}.rs"] pub mod m{i};\n' for i in range(count)))
    subprocess.run(["rustc", "--crate-type=lib", "--crate-name=made", "--emit=metadata", "sources/lib.rs"], cwd=folder, check=True)
    os.truncate(place / "m0.rs", 40 * MIB)
    for i in range(1, count):
        (place / f"m{i}.rs").unlink()
        os.link(place / "m0.rs", place / f"m{i}.rs")
    return "libmade.rmeta"


# ---- Objects ----

def elf(sections, kind=1):
    """A 64-bit little-endian ELF file of (name, sh_type, content, sh_link, sh_flags)."""
    names, offsets = b"\0", []
    for name, *_ in sections:
        offsets.append(len(names))
        names += name.encode() + b"\0"
    at_names = len(names)
    names += b".shstrtab\0"
    body, headers, at = b"", [bytes(64)], 64
    for (name, sh_type, content, sh_link, flags), name_at in zip(sections, offsets):
        headers.append(struct.pack("<IIQQQQIIQQ", name_at, sh_type, flags, 0, at, len(content), sh_link, 1 if sh_type == 2 else 0, 1, 24))
        body += content
        at += len(content)
    headers.append(struct.pack("<IIQQQQIIQQ", at_names, 3, 0, 0, at, len(names), 0, 0, 1, 0))
    body += names
    padding = -len(body) % 8
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", kind, 62, 1, 0, 0, 64 + len(body) + padding, 0, 64, 0, 0, 64, len(headers), len(headers) - 1)
    return head + body + bytes(padding) + b"".join(headers)


def symbols(count, names):
    return bytes(24) + b"".join(struct.pack("<IBBHQQ", 1 + i % names, 0x12, 0, 0, 0, 0) for i in range(count))


def symbol_names_of_any_length(folder, count=1500):
    text = b"\0" + b"_R" + b"x" * 60_000 + b"17h\0"
    (folder / "a.o").write_bytes(elf([(".symtab", 2, symbols(count, 50_000), 2, 0), (".strtab", 3, text, 0, 0)]))
    return "a.o"


def names_that_refer_back(folder, count=3000):
    """v0 names that print ten times as long with each letter."""
    name = b"_RINvC1a1b" + b"TNtC1c1d" + b"TB9_B9_B9_B9_B9_E" + b"TBh_Bh_Bh_Bh_Bh_E" * 6 + b"E" * 2
    text, at, table = b"\0", [], bytes(24)
    for i in range(count):
        at.append(len(text))
        text += name[:-2] + b"C%d%d" % (len(str(i)) + 1, 0) + str(i).encode() + b"EE\0"
    for offset in at:
        table += struct.pack("<IBBHQQ", offset, 0x12, 0, 0, 0, 0)
    (folder / "a.o").write_bytes(elf([(".symtab", 2, table, 2, 0), (".strtab", 3, text, 0, 0)]))
    return "a.o"


def overlapping_members(folder, count=600):
    """An AIX archive whose members begin inside of each other, each an object with a table of names that goes to the end."""
    step, header = 160, 112
    total = 128 + count * step + 64 * 1024
    out = bytearray(b"<bigaf>\n" + b"".join(b"%-20d" % n for n in (0, 0, 0, 128, 128 + (count - 1) * step, 0)))
    out += bytes(total - len(out))
    for i in range(count):
        at = 128 + i * step
        size = total - at - header - 2
        nxt = at + step if i + 1 < count else 0
        out[at : at + header] = b"%-20d%-20d%-20d%-12d%-12d%-12d%-12o%-4d" % (size, nxt, 0, 0, 0, 0, 0, 0)
        out[at + header : at + header + 2] = b"`\n"
    shdr = total - 4 * 64
    for i in range(count):
        at = 128 + i * step + header + 2
        rest = total - at
        headers = struct.pack("<HHIQQQI", 1, 62, 1, 0, 0, rest - 4 * 64, 0)
        out[at : at + 16] = b"\x7fELF\2\1\1" + bytes(9)
        out[at + 16 : at + 16 + len(headers)] = headers[: step - header - 2 - 16]
    # e_ehsize … e_shstrndx do not fit before the next header: they are what the next member's header spells; so most are refused,
    # and each refusal has cost its look at the tables.
    out[shdr:] = bytes(4 * 64)
    (folder / "a.a").write_bytes(out)
    return "a.a"


def lengths_in_every_section(folder, size=98_000):
    """A 32-bit library whose sections are all the same bytes: names of sources of Rust's library, and numbers that may be their lengths."""
    name = b"library/core/src/a.rs"
    count = size * 2 // 5 // 40
    body = (b"\0" + name + b"\0\0") * 64
    body += struct.pack("<II", len(name), len(name) + 1) * ((size - count * 40 - 64 - len(body)) // 8)
    names_at = 52 + len(body)
    body += b"\0.d\0"
    sections = [struct.pack("<10I", 1, 1, 2, 0, 52, len(body), 0, 0, 1, 0)] * count
    sections = [bytes(40), *sections, struct.pack("<10I", 1, 3, 0, 0, names_at, 4, 0, 0, 1, 0)]
    head = b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<HHIIIIIHHHHHH", 3, 3, 1, 0, 0, 52 + len(body), 0, 52, 0, 0, 40, len(sections), len(sections) - 1)
    (folder / "liba.so").write_bytes(head + body + b"".join(sections))
    return "liba.so"


def thin_archive_of_one_object(folder, count=1000):
    """Under many names: slashes before it, as many as one likes."""
    size = (folder / symbol_names_of_any_length(folder, 300)).stat().st_size

    def header(name, size):
        return b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o644, size)

    names = b"./" + b"/" * count + b"a.o/\n"
    names += b"\n" * (len(names) % 2)
    (folder / "thin.a").write_bytes(b"!<thin>\n" + header(b"//", len(names)) + names
                                    + b"".join(header(b"/0", size) for _ in range(count)))
    return "thin.a"


def library_that_needs_much(folder, needed=4000):
    """A proc macro whose libraries are to be looked for in very many folders."""
    strings = b"\0__rustc_proc_macro_decls_0123456789abcdef__\0"
    name_at, strings = len(strings), strings + b"n" * needed + b"\0"
    path_at, strings = len(strings), strings + b":".join(b"%02x" % i for i in range(256)) + b":.." * 1000 + b"\0"
    table = bytes(24) + struct.pack("<IBBHQQ", 1, 0x11, 0, 1, 0x10, 8)
    hashes = struct.pack("<IIIII", 1, 2, 1, 0, 0)
    at_table = 64 + 56 * 2
    at_hashes = at_table + len(table)
    at_strings = at_hashes + len(hashes) + -len(hashes) % 8
    at_dynamic = at_strings + len(strings) + -len(strings) % 8
    entries = [(5, at_strings), (10, len(strings)), (6, at_table), (4, at_hashes), (11, 24), (29, path_at)]
    entries += [(1, name_at + i) for i in range(needed)] + [(0, 0)]
    dynamic = b"".join(struct.pack("<qQ", *entry) for entry in entries)
    at_names = at_dynamic + len(dynamic)
    names = b"\0.dynsym\0.dynstr\0.dynamic\0.shstrtab\0"
    end = at_names + len(names) + -len(names) % 8
    sections = [(1, 11, 2, at_table, len(table), 2, 1, 24), (9, 3, 2, at_strings, len(strings), 0, 0, 0),
                (17, 6, 2, at_dynamic, len(dynamic), 2, 0, 16), (26, 3, 0, at_names, len(names), 0, 0, 0)]
    out = bytearray(end)
    out[:64] = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, end, 0, 64, 56, 2, 64, 5, 4)
    out[64:at_table] = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, end, end, 4096) + struct.pack(
        "<IIQQQQQQ", 2, 6, at_dynamic, at_dynamic, at_dynamic, len(dynamic), len(dynamic), 8)
    for at, content in (at_table, table), (at_hashes, hashes), (at_strings, strings), (at_dynamic, dynamic), (at_names, names):
        out[at : at + len(content)] = content
    place = folder / "macro"
    place.mkdir()
    (place / "libmacro.so").write_bytes(out + bytes(64) + b"".join(
        struct.pack("<IIQQQQIIQQ", name, kind, flags, at, at, size, link, info, 8, each) for name, kind, flags, at, size, link, info, each in sections))
    return place.name


def deflated_metadata(folder):
    """A library whose .rustc unfolds to a thousand times its size (rustc before 1.46)."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(90)) + packer.flush()
    (folder / "liba.so").write_bytes(elf([(".rustc", 1, b"rust\0\0\0\5" + packed, 0, 0)], kind=3))
    return "liba.so"


def large_module(megabytes=80):
    """A kernel module that unpacks to more than may be held, and to little that is looked at."""
    noise = random.Random(1)
    code = b"".join(noise.randbytes(4 << 10) + bytes(60 << 10) for _ in range(megabytes * 8))
    return elf([(".text", 1, code, 0, 6), (".modinfo", 1, b"license=GPL\0vermagic=6.1 SMP\0name=big\0", 0, 2),
                (".data", 1, code, 0, 3), (".gnu.linkonce.this_module", 1, bytes(64), 0, 3), (".comment", 1, b"\0GCC: (x) 12\0", 0, 0)])


# ---- Text ----

def dotted_keys(folder):
    (folder / "waivers.toml").write_bytes(b"a." * 100_000 + b"b = 1\n")
    return "waivers.toml"


def nested_lists(folder):
    (folder / "waivers.toml").write_bytes(b'x = """a"b"""\nwaiver = ' + b"[" * 100_000 + b"\n")
    return "waivers.toml"


def many_values_in_toml(folder):
    (folder / "waivers.toml").write_bytes(b"waiver = [" + b"1," * 5_000_000 + b"]")
    return "waivers.toml"


def many_waivers(folder, pattern, count=800):
    waiver = f'[[waiver]]\nrule = "corrupt-artifact"\npath = "{pattern}"\nreason = "r"\n'
    (folder / "waivers.toml").write_text("".join(waiver.replace("NUMBER", str(i)) for i in range(count)))
    return "waivers.toml"


def paths_of_many_parts(folder):
    (folder / "needs").write_bytes(b"leaf" + b"::a" * 1_000_000 + b"\n")
    return "needs"


def nested_json(folder):
    (folder / "manifest.json").write_bytes(b'{"version": 1, "artifacts": ' + b"[" * 100_000)
    return "manifest.json"


def lists_of_nothing(folder, element, count):
    """Libraries with a list of crates of a megabyte that packs to one kilobyte."""
    text = b'{"packages":[{"name":"a"},' + element * (1_000_000 // len(element)) + b'{"name":"z"}]}'
    library = elf([(".dep-v0", 1, zlib.compress(text, 9), 0, 0), (".text", 1, b"\x90" * 64, 0, 6)], kind=3)
    with tarfile.open(folder / "lists.tar.xz", "w:xz") as tar:
        for i in range(count):
            header = tarfile.TarInfo(f"usr/lib/lib{i}.so")
            header.size = len(library)
            tar.addfile(header, io.BytesIO(library))
    return "lists.tar.xz"


def long_key(folder):
    (folder / "manifest.json").write_bytes(b'{"version": 1, "artifacts": [], "' + b"k" * (60 << 20) + b'": 1}')
    return "manifest.json"


def many_artifacts(folder, note, count):
    (folder / "manifest.json").write_bytes(b'{"version": 1, "artifacts": [' + b",".join(
        b'{"path": "a%d", "kind": "rmeta", "notes": ["%s"]}' % (i, b"n" * note) for i in range(count)) + b"]}")
    return "manifest.json"


def many_directories(folder):
    (folder / "manifest.json").write_bytes(b'{"version": 1, "artifacts": [], "directories": [' + b",".join(
        b'{"path": "%s%d"}' % (b"d/" * 1000, i) for i in range(30_000)) + b"]}")
    return "manifest.json"


def projects_of_nothing(folder, kernels):
    """Kernel trees that share a rust-project.json of a million crates."""
    first = folder / "k0" / "rust-project.json"
    for i in range(kernels):
        place = folder / f"k{i}"
        (place / "include/config").mkdir(parents=True)
        (place / "include/config/auto.conf").write_text("CONFIG_RUST=y\n")
        if i == 0:
            first.write_bytes(b'{"crates": [' + b"{}," * 1_390_000 + b"{}]}")
        else:
            (place / first.name).hardlink_to(first)


def many_values(folder):
    (folder / "manifest.json").write_bytes(b'{"version": 1, "artifacts": [{"path": "x", "notes": [' + b",".join([b"1"] * 4_000_000) + b"]}]}")
    return "manifest.json"


def lines_of_digests(folder, count=140_000):
    (folder / "sums").write_bytes(b"".join(b"%064d  %x\n" % (0, i) for i in range(count)))
    return "sums"


def listed_terabyte(folder):
    """A copy with a file that is all hole, and a digest of it."""
    (folder / "holes").mkdir()
    with open(folder / "holes/x", "wb") as file:
        file.truncate(1 << 40)
    (folder / "sums").write_text(f"{0:064}  x\n")
    return "sums", "holes"


def listed_behind_links(folder, count=700):
    """A copy with a link that leads to where it stands, and paths through it again and again."""
    (folder / "links/d").mkdir(parents=True)
    (folder / "links/d/l").symlink_to("../d")
    (folder / "sums").write_text("".join(f"{0:064}  d/{'l/' * 2000}{i}\n" for i in range(count)))
    return "sums", "links"


def listed_names_of_a_file(folder, count=400, size=20 * MIB):
    """A copy with many names of one file of a few bytes on disk, and their digests."""
    (folder / "names").mkdir()
    with open(folder / "names/file", "wb") as file:
        file.truncate(size)
    digest = hashlib.sha256(bytes(size)).hexdigest()
    for i in range(count // 2):
        (folder / f"names/hard{i}").hardlink_to(folder / "names/file")
        (folder / f"names/link{i}").symlink_to("file")
    names = sorted(os.listdir(folder / "names"))
    (folder / "sums").write_text("".join(f"{digest}  {name}\n" for name in names))
    return "sums", "names"


def listed_folders(folder, count=4000):
    """A copy with folders that should have a file each."""
    for i in range(count):
        (folder / f"folders/{i}").mkdir(parents=True)
    (folder / "sums").write_text("".join(f"{0:064}  {i}/x\n" for i in range(count)))
    return "sums", "folders"


def write_manifest(place, artifacts):
    place.write_text('{"version": 1, "profile": "oot", "artifacts": [' + ",".join(artifacts) + "]}")
    return place.name


def manifest_of_kernels(folder, name, count=10_000, first=0):
    return write_manifest(folder / name, (f'{{"path": "{i:x}/rust/target.json", "kind": "auxiliary"}}' for i in range(first, first + count)))


def manifest_of_versions(folder, name, count=8_000, first=0):
    """Of one crate, with another hash and another place each."""
    return write_manifest(folder / name, (f'{{"path": "{i:x}", "kind": "rmeta", "crate": {{"name": "a", "svh": "{i:x}", "triple": ""}}}}'
                                          for i in range(first, first + count)))
