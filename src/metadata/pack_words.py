#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""pack_words.py WORDS SOURCE: the word list as a C++ array. Run by the build.

Of each word, a number says how much it shares with the one before it; then come the characters that it does not share, and 0.
Numbers and characters have five bits each, which is nearly as short as DEFLATE makes them, and soon read. The 30
most frequent characters are 1 to 30; any other is 31, its low and its high bits.
"""
import collections
import os
import sys

END, OTHER, BITS = 0, 31, 5

words = [line.rstrip("\n") for line in open(sys.argv[1], encoding="utf-8") if not line.startswith("#")]
if words != sorted(set(words)):
    sys.exit(f"{sys.argv[1]}: not sorted, or a word stands twice")

rests, before = [], ""
for word in words:
    shared = min(OTHER, len(os.path.commonprefix([before, word])))
    rests.append((shared, word[shared:].encode()))
    before = word
if sum(len(word.encode()) for word in words) >= 1 << 16:
    sys.exit(f"{sys.argv[1]}: more than the program counts in 16 bits")
count = collections.Counter(byte for _, rest in rests for byte in rest)
letters = bytes(byte for byte, _ in sorted(count.items(), key=lambda item: (-item[1], item[0]))[:OTHER - 1])

numbers = []
for shared, rest in rests:
    numbers.append(shared)
    for byte in rest:
        numbers += [letters.index(byte) + 1] if byte in letters else [OTHER, byte % 32, byte // 32]
    numbers.append(END)
numbers += [END] * 8  # bytes are read by twos: one behind the last
packed = sum(number << BITS * i for i, number in enumerate(numbers)).to_bytes((len(numbers) * BITS + 7) // 8, "little")

with open(sys.argv[2], "w", encoding="utf-8") as source:
    source.write("// Made of words.txt by pack_words.py.\n#include \"metadata/packed_words.h\"\n\nnamespace rartifacts {\n"
                 f"const std::size_t kWordCount = {len(words)};\n"
                 f"const std::size_t kTextBytes = {sum(len(word.encode()) for word in words)};\n"
                 f"const std::uint8_t kWordLetters[] = {{{', '.join(map(str, letters))}}};\n"
                 f"const std::uint8_t kPackedWords[] = {{{', '.join(map(str, packed))}}};\n}}\n")
