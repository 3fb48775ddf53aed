// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Words that rustc predefines
// ===========================
//
// A name that rustc has in its own table of symbols is stored as an index into that table, which is another one in every build.
// words.txt is the union of the tables of many releases; the program holds it compressed, and unpacks it when first asked.
#include "metadata/words.h"

#include <rartifacts/bytes.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "metadata/packed_words.h"

namespace rartifacts {
namespace {

std::vector<std::string_view> unpack_words() {
  std::string coded(kWordBytes, '\0');
  uLongf size = kWordBytes;
  auto* into = reinterpret_cast<Bytef*>(coded.data());
  if (uncompress(into, &size, kPackedWords, kPackedBytes) != Z_OK || size != kWordBytes) return {""};
  static std::string text;  // what the words look into
  std::vector<std::size_t> ends{0};
  std::size_t before = 0;
  text.reserve(3 * kWordBytes);
  for (std::string_view rest = coded; !rest.empty();) {
    const auto end = rest.find('\n', 1);  // the first byte is a number, 10 too
    const auto start = text.size();
    text.append(text, before, static_cast<unsigned char>(rest[0]));
    text += rest.substr(1, end - 1);
    before = start;
    ends.push_back(text.size());
    rest.remove_prefix(end + 1);
  }
  std::vector<std::string_view> words{""};
  words.reserve(ends.size());
  for (std::size_t i = 1; i < ends.size(); ++i)
    words.push_back(std::string_view(text).substr(ends[i - 1], ends[i] - ends[i - 1]));
  return words;
}

}  // namespace

std::span<const std::string_view> predefined_words() {
  static const std::vector<std::string_view> words = unpack_words();
  return words;
}

}  // namespace rartifacts
