// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Words that rustc predefines
// ===========================
//
// A name that rustc has in its own table of symbols is stored as an index into that table, which is another one in every build.
// words.txt is the union of the tables of many releases; the program holds it packed, and unpacks it when first asked.
#include "metadata/words.h"

#include <algorithm>
#include <cstring>
#include <ranges>
#include <utility>

#include "metadata/packed_words.h"

namespace rartifacts {
namespace {

/// The numbers that pack_words.py wrote, five bits each.
class PackedNumbers {
 public:
  unsigned next() {
    constexpr unsigned kBits = 5;
    const auto* bytes = kPackedWords + at_ / 8;
    const auto two = static_cast<unsigned>(bytes[0] | bytes[1] << 8);
    const auto number = two >> at_ % 8 & ((1U << kBits) - 1);
    at_ += kBits;
    return number;
  }

 private:
  std::size_t at_ = 0;  ///< in bits
};

}  // namespace

PredefinedWords::PredefinedWords()
    : text_(std::make_unique_for_overwrite<char[]>(kTextBytes + kMostShared)),
      ends_(std::make_unique_for_overwrite<std::uint16_t[]>(kWordCount + 1)),
      size_(kWordCount + 1) {
  constexpr unsigned kEnd = 0, kOther = 31;
  PackedNumbers numbers;
  const char* before = text_.get();
  auto* place = text_.get();
  ends_[0] = 0;
  for (std::size_t i = 1; i < size_; ++i) {
    std::memmove(place, before, kMostShared);  // more than is shared: that costs less than to ask how much
    auto* end = place + numbers.next();
    for (auto number = numbers.next(); number != kEnd; number = numbers.next()) {
      if (number != kOther) {
        *end++ = static_cast<char>(kWordLetters[number - 1]);
      } else {
        const auto low = numbers.next();
        *end++ = static_cast<char>(low | numbers.next() << 5);
      }
    }
    before = std::exchange(place, end);
    ends_[i] = static_cast<std::uint16_t>(end - text_.get());
  }
}

std::size_t PredefinedWords::place_of(std::string_view word) const {
  const auto places = std::views::iota(std::size_t{0}, size_);
  return *std::ranges::lower_bound(places, word, {}, [&](std::size_t i) { return (*this)[i]; });
}

bool PredefinedWords::contains(std::string_view word) const {
  const auto place = place_of(word);
  return place < size_ && (*this)[place] == word;
}

const PredefinedWords& predefined_words() {
  static const PredefinedWords words;
  return words;
}

}  // namespace rartifacts
