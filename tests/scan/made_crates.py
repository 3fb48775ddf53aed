# SPDX-License-Identifier: MIT OR Apache-2.0
"""Metadata as rustc 1.96 writes it of a crate with nothing in it, for sets that would take rustc hours."""

import hashlib
import struct

VERSION = b"rustc 1.96.0 (ac68faa20 2026-05-25)"


def leb128(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def string(text):
    return leb128(len(text)) + text + b"\xc1"


class Made:
    target = b"\0" + string(b"x86_64-unknown-linux-gnu")

    def __init__(self, name, number):
        self.name = f"{name}{number:04d}".encode()
        self.extra = f"-{number:016x}".encode()
        self.svh = hashlib.sha256(self.name).digest()[:16]
        self.dependency = b"\0" + string(self.name) + self.svh + b"\0\2" + string(self.extra) + b"\0"

    def metadata(self, needs):
        """The dependencies stand behind the version, the root behind them."""
        start = string(VERSION)
        dependencies = b"".join(one.dependency for one in needs)
        root = struct.pack("<Q", 16 + len(start) + len(dependencies))
        identity = self.target + self.svh + b"\0" + string(self.name) + b"\0\0" + string(self.extra) + self.svh[8:]
        listed = leb128(len(needs)) + (leb128(len(dependencies)) if needs else b"")
        return (b"rust\0\0\0\n" + root + start + dependencies + identity + b"\0\0\2" + bytes(4) + b"\0" + listed +
                bytes(13) + b"\0" + bytes(20) + b"rust-end-file")


def rlib(metadata):
    header = f"{'lib.rmeta/':<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(metadata):<10}`\n".encode()
    return b"!<arch>\n" + header + metadata + b"\n" * (len(metadata) % 2)


def make_crates(folder, name, count, most, endings):
    """So many crates, each compiled against those before it, but no more than `most`. Returns the files."""
    folder.mkdir(parents=True)
    made = [Made(name, number) for number in range(count)]
    files = []
    for number, one in enumerate(made):
        metadata = one.metadata(made[max(0, number - most):number])
        for ending in endings:
            files.append(folder / f"lib{one.name.decode()}{one.extra.decode()}{ending}")
            files[-1].write_bytes(rlib(metadata) if ending == ".rlib" else metadata)
    return files
