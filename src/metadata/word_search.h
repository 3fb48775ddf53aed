// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>

namespace rartifacts {

/// Finds the words behind predefined symbols of one build of rustc. What it has found tells where to look for others.
class WordSearch {
 public:
  /// `rustc` is the version string that the header has. What is known of that build says where to begin.
  explicit WordSearch(std::string_view rustc);

  /// The word of `words.txt` that is `symbol`: the first for which `is_it` holds, the likely ones tried first.
  std::optional<std::string_view> find(std::uint32_t symbol, const std::function<bool(std::string_view)>& is_it);

 private:
  std::size_t likely_place(std::uint32_t symbol) const;
  void note_place(std::uint32_t symbol, std::size_t place);

  std::map<std::uint32_t, std::size_t> places_;   ///< symbols, and where in the list their words are: both ascend
  std::optional<std::uint32_t> first_character_;  ///< the symbol of "0", once a character is found
};

}  // namespace rartifacts
