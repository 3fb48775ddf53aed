// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace rartifacts {

/// The words of words.txt, sorted; the empty word is the first.
class PredefinedWords {
 public:
  PredefinedWords();

  std::size_t size() const { return size_; }
  std::string_view operator[](std::size_t place) const {
    const std::size_t begin = place == 0 ? 0 : ends_[place - 1];
    return {text_.get() + begin, ends_[place] - begin};
  }
  /// Where `word` is, or would be.
  std::size_t place_of(std::string_view word) const;
  bool contains(std::string_view word) const;

 private:
  static constexpr std::size_t kMostShared = 32;
  std::unique_ptr<char[]> text_;  ///< all words, one behind the other
  std::unique_ptr<std::uint16_t[]> ends_;
  std::size_t size_;
};

/// Unpacked when first asked for; they stay for as long as the program runs.
const PredefinedWords& predefined_words();

}  // namespace rartifacts
