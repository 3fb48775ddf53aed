// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Words that rustc predefines
// ===========================
//
// A name that rustc has in its own table of symbols is stored as an index into that table, which is another one in every build.
// words.txt is the union of the tables of many releases; the program holds it packed, and unpacks it when first asked.
#include "metadata/words.h"

#include <cstring>
#include <memory>
#include <vector>

#include "metadata/packed_words.h"

namespace rartifacts {
namespace {

/// The numbers that pack_words.py wrote, five bits each, eight of them in five bytes.
std::unique_ptr<std::uint8_t[]> unpack_numbers() {
  auto numbers = std::make_unique_for_overwrite<std::uint8_t[]>(kPackedBytes / 5 * 8);
  auto* to = numbers.get();
  for (const auto* from = kPackedWords; from != kPackedWords + kPackedBytes; from += 5) {
    std::uint64_t eight = from[0] | std::uint64_t{from[1]} << 8 | std::uint64_t{from[2]} << 16 |
                          std::uint64_t{from[3]} << 24 | std::uint64_t{from[4]} << 32;
    for (int i = 0; i < 8; ++i, eight >>= 5) *to++ = eight % 32;
  }
  return numbers;
}

std::vector<std::string_view> unpack_words() {
  constexpr unsigned kEnd = 0, kOther = 31;
  constexpr std::size_t kMostShared = 32;
  static const auto text = std::make_unique<char[]>(kTextBytes + kMostShared);  // what the words look into
  std::vector<std::string_view> words{""};
  words.reserve(kWordCount + 1);
  const auto numbers = unpack_numbers();
  const auto* number = numbers.get();
  const char* before = text.get();
  for (auto* place = text.get(); words.size() <= kWordCount;) {
    std::memmove(place, before, kMostShared);  // more than is shared: that costs less than to ask how much
    auto* end = place + *number++;
    for (; *number != kEnd; ++number) {
      if (*number != kOther) {
        *end++ = static_cast<char>(kWordLetters[*number - 1]);
      } else {
        *end++ = static_cast<char>(number[1] | number[2] << 5);
        number += 2;
      }
    }
    ++number;
    words.emplace_back(place, end);
    before = place;
    place = end;
  }
  return words;
}

}  // namespace

std::span<const std::string_view> predefined_words() {
  static const std::vector<std::string_view> words = unpack_words();
  return words;
}

}  // namespace rartifacts
