#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""pack_words.py WORDS SOURCE: the word list as a C++ array. Of each word, a byte says how much it shares with the one before
it; then DEFLATE. Run by the build."""
import os
import sys
import zlib

words = [line.rstrip("\n") for line in open(sys.argv[1], encoding="utf-8") if not line.startswith("#")]
if words != sorted(set(words)):
    sys.exit(f"{sys.argv[1]}: not sorted, or a word stands twice")
coded, before = b"", ""
for word in words:
    shared = len(os.path.commonprefix([before, word]))
    coded += bytes([shared]) + word[shared:].encode() + b"\n"
    before = word
packed = zlib.compress(coded, 9)
with open(sys.argv[2], "w", encoding="utf-8") as source:
    source.write("// Made of words.txt by pack_words.py.\n#include \"metadata/packed_words.h\"\n\nnamespace rartifacts {\n"
                 f"const std::size_t kWordBytes = {len(coded)};\n"
                 f"const std::size_t kPackedBytes = {len(packed)};\n"
                 f"const std::uint8_t kPackedWords[] = {{{', '.join(map(str, packed))}}};\n}}\n")
