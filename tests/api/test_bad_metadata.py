#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Metadata that no rustc writes, made by hand as rustc 1.96 would: what is impossible is refused by name, soon, and with little memory.

    test_bad_metadata.py RARTIFACTS
"""
import os
import pathlib
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest

MASK = (1 << 64) - 1
CRATE_ID = 0x1122334455667788
MOD, TYPE_NS = 1, 5


def siphash(data):
    """the first word of SipHash-1-3 with 128 bits of output and a zero key"""
    v0, v1, v2, v3 = 0x736F6D6570736575, 0x646F72616E646F6D ^ 0xEE, 0x6C7967656E657261, 0x7465646279746573

    def rotate(value, count):
        return (value << count | value >> (64 - count)) & MASK

    def rounds(v0, v1, v2, v3):
        v0 = v0 + v1 & MASK
        v1 = rotate(v1, 13) ^ v0
        v0 = rotate(v0, 32)
        v2 = v2 + v3 & MASK
        v3 = rotate(v3, 16) ^ v2
        v0 = v0 + v3 & MASK
        v3 = rotate(v3, 21) ^ v0
        v2 = v2 + v1 & MASK
        v1 = rotate(v1, 17) ^ v2
        return v0, v1, rotate(v2, 32), v3

    padded = data + bytes(-len(data) % 8 - 1 if len(data) % 8 != 0 else 7) + bytes([len(data) & 255])
    for (word,) in struct.iter_unpack("<Q", padded):
        v3 ^= word
        v0, v1, v2, v3 = rounds(v0, v1, v2, v3)
        v0 ^= word
    v2 ^= 0xEE
    for _ in range(3):
        v0, v1, v2, v3 = rounds(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


def leb(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def string(text):
    return leb(len(text)) + text + b"\xc1"


def metadata(definitions, *, hash_count=None, key_parent=None, spoiled=None):
    """a crate of modules: `definitions` are (parent, name), from number 1 on; without a name, with rustc's empty word, which has
    no part in the hash. `key_parent` gives some keys another parent,
    `spoiled` one hash another bit, `hash_count` the table of hashes another number of elements."""
    hashes = [CRATE_ID]
    keys = [b"\0\0\0"]
    for number, (parent, name) in enumerate(definitions, 1):
        hashed = name + b"\xff" if name is not None else b""
        hashes.append(siphash(struct.pack("<Q", hashes[parent]) + bytes([TYPE_NS]) + hashed + bytes(4)))
        stored = (key_parent or {}).get(number, parent)
        symbol = b"\0" + string(name) if name is not None else b"\2\0"
        keys.append(b"\1" + leb(stored) + bytes([TYPE_NS]) + symbol + b"\0")
    if spoiled:
        hashes[spoiled] ^= 1
    count = len(hashes)
    blob = b"rust\0\0\0\n" + bytes(8) + string(b"rustc 1.96.0")
    public, blob = len(blob), blob + b"\0"
    places = []
    for key in keys:
        places.append(len(blob))
        blob += key
    bodies = [b""] * 24
    widths = [0] * 24
    for index, width, content in ((4, 8, struct.pack(f"<{count}Q", *hashes)), (10, 1, bytes([MOD]) * count),
                                  (11, 4, struct.pack("<I", public) * count), (20, 4, struct.pack(f"<{count}I", *places))):
        bodies[index], widths[index] = content, width
    first = len(blob)
    blob += b"".join(bodies)
    root = len(blob)
    blob = blob[:8] + struct.pack("<Q", root) + blob[16:]
    blob += b"\0" + string(b"x86_64-unknown-linux-gnu") + bytes(range(1, 17)) + b"\0" + string(b"made") + b"\0\0" + string(b"")
    blob += struct.pack("<Q", CRATE_ID) + b"\0\0\2" + bytes(4) + b"\0\0" + bytes(13) + b"\0"
    before = None
    for width, content in zip(widths, bodies):
        number = len(content) // width if width else 0
        distance = root - first if before is None else before
        blob += leb(width) + leb(hash_count if width == 8 and hash_count else number) + leb(distance)
        before = len(content)
    return blob + bytes(12) + bytes(8) + b"rust-end-file"


class BadMetadata(unittest.TestCase):
    def ask(self, blob, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "libmade.rmeta")
            path.write_bytes(blob)
            started = time.monotonic()
            answer = subprocess.run([PROGRAM, "api", path, *options], capture_output=True, text=True, check=False, timeout=60)
            self.assertLess(time.monotonic() - started, 30)
            self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 512 << 10)  # sanitizers need most of it
            return answer

    def refused(self, blob, rule):
        answer = self.ask(blob, "--all")
        self.assertEqual((answer.returncode, answer.stdout), (3, ""))
        self.assertIn("items: ", answer.stderr)
        self.assertIn(rule, answer.stderr)

    def test_what_is_made_so_is_read_when_it_is_sound(self):
        answer = self.ask(metadata([(0, b"outer"), (1, b"inner")]), "--all")
        self.assertEqual(answer.stdout, "pub mod made::outer\npub mod made::outer::inner\n", answer.stderr)

    def test_a_name_with_terminal_escapes_is_made_harmless(self):
        answer = self.ask(metadata([(0, b"\x1b[31mred\n")]), "--all")
        self.assertEqual(answer.stdout, "pub mod made::\\x1b[31mred\\x0a\n")

    def test_what_rustc_gives_an_empty_name_is_no_word_that_is_not_known(self):
        answer = self.ask(metadata([(0, b"one"), (1, None)]), "--all")
        self.assertEqual((answer.stdout, answer.stderr), ("pub mod made::one\n", ""))

    def test_one_wrong_hash_refuses_all(self):
        self.refused(metadata([(0, b"one"), (0, b"two"), (0, b"three")], spoiled=2), "the hash of definition 2 does not come out")

    def test_a_wrong_hash_far_behind_refuses_it_and_what_is_in_it(self):
        definitions = [(0, b"one%d" % number) for number in range(500)] + [(400, b"inner")]
        self.refused(metadata(definitions, spoiled=400), "the hash of definition 400 does not come out")

    def test_one_byte_flipped_gives_no_name_that_is_not_there(self):
        rustc = shutil.which("rustc")
        if not rustc:
            self.skipTest("no rustc")
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "many.rs")
            source.write_text("".join(f"fn hidden{i}() {{}} pub mod open{i} {{ pub struct Type{i} {{ pub field{i}: u8 }} }}\n"
                                      for i in range(100)))
            subprocess.run([rustc, "--crate-type=lib", "--emit=metadata", "--out-dir", folder, source], check=True,
                           capture_output=True, env={**os.environ, "RUSTFLAGS": ""})
            sound = pathlib.Path(folder, "libmany.rmeta").read_bytes()

        def words(text):  # a name that is said to be unknown is none
            return set(re.findall(r"\w+", re.sub(r"predefined#\d+", "", text)))

        every = words(self.ask(sound, "--all").stdout)
        self.assertLessEqual({"hidden99", "open99", "Type99", "field99"}, every)
        answered = 0
        for place in range(0, len(sound), max(1, len(sound) // 400)):
            blob = bytearray(sound)
            blob[place] ^= 1 << place % 8
            for options in ((), ("--members",)):
                answer = self.ask(bytes(blob), *options)
                self.assertIn(answer.returncode, (0, 3), place)
                if answer.returncode == 3:
                    self.assertEqual(answer.stdout, "", place)
                # Kinds have no hash.
                self.assertLessEqual({word for word in words(answer.stdout) if word[-1:].isdigit()}, every, place)
                answered += answer.returncode == 0
        self.assertGreater(answered, 20)

    def test_one_byte_flipped_gives_no_function_like_macro_that_is_not_there(self):
        sound = (pathlib.Path(__file__).resolve().parents[2] / "testdata/goldens/1.98.1/libpm-deadbeef.so").read_bytes()
        places = [found.start() for found in re.finditer(b"answer", sound)]
        self.assertIn("pm::answer", self.ask(sound).stdout)
        refused = 0
        for place in places:
            blob = bytearray(sound)
            blob[place] ^= 2
            answer = self.ask(bytes(blob))
            self.assertNotIn("cnswer", answer.stdout)
            refused += "does not come out" in answer.stderr
        self.assertGreater(refused, 0)

    def test_a_path_of_ten_thousand_parts(self):
        self.refused(metadata([(number, b"m") for number in range(10_000)]), "a path of more than 1024 parts")

    def test_a_definition_inside_of_itself(self):
        self.refused(metadata([(0, b"one"), (1, b"two")], key_parent={1: 2}), "definition 1: its parent is 2")
        self.refused(metadata([(0, b"one"), (1, b"two")], key_parent={2: 2}), "definition 2: its parent is 2")

    def test_a_name_of_a_mebibyte(self):
        self.refused(metadata([(0, b"n" * (1 << 20))]), "a name of impossible length")

    def test_a_count_of_2_to_the_60(self):
        self.refused(metadata([(0, b"one")], hash_count=1 << 60), "items: ")
        self.refused(metadata([(0, b"one")], hash_count=1 << 31), "items: ")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
