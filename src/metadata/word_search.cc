// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Which word a symbol is
// ======================
//
// rustc's table of predefined symbols has three parts:
//
//     keywords      in an order of their own, nearly the same in all releases
//     other words   sorted
//     characters    "0" to "9", then letters, as far as they are no words of the part before
//
// words.txt is sorted throughout and holds the words of many releases, so the words of neighbouring symbols say where a word of the
// second part is about; of the others the order itself does.
// Defined by: rust-lang/rust compiler/rustc_span/src/symbol.rs (symbols!), rustc_macros/src/symbols.rs.
#include "metadata/word_search.h"

#include <algorithm>
#include <array>

#include "metadata/layout.h"
#include "metadata/words.h"

namespace rartifacts {
namespace {

/// Keywords as rustc 1.85 has them, "" for those that nothing is named by; releases move them by a few.
// clang-format off
constexpr auto kKeywords = std::to_array<std::string_view>({
    "", "", "", "_",
    "as", "break", "const", "continue", "crate", "else", "enum", "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop",
    "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "type",
    "unsafe", "use", "where", "while",
    "abstract", "become", "box", "do", "final", "macro", "override", "priv", "typeof", "unsized", "virtual", "yield",
    "async", "await", "dyn", "gen", "try",
    "'_", "'static",
    "auto", "builtin", "catch", "contract_ensures", "contract_requires", "default", "macro_rules", "raw", "reuse", "safe", "union", "yeet"});
// clang-format on
constexpr std::uint32_t kKeywordsMove = 8;
constexpr std::string_view kFirstSorted = "Abi";
constexpr std::string_view kCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kNear = 40;

/// The numbers in [0, end), `start` first and then outwards, at most `most` to each side; ends with the first that `is_it`.
template <class IsIt>
std::optional<std::size_t> outwards(std::size_t start, std::size_t end, std::size_t from, std::size_t most,
                                    const IsIt& is_it) {
  for (auto away = from; away < most; ++away) {
    if (start + away < end && is_it(start + away)) return start + away;
    if (away != 0 && away <= start && start - away < end && is_it(start - away)) return start - away;
  }
  return std::nullopt;
}

}  // namespace

WordSearch::WordSearch(std::string_view rustc) {
  for (const auto& [symbol, word] : predefined_crates(rustc)) note_place(symbol, predefined_words().place_of(word));
  note_place(kKeywords.size(), predefined_words().place_of(kFirstSorted));
}

/// Words that stand out of the order say nothing of others.
void WordSearch::note_place(std::uint32_t symbol, std::size_t place) {
  const auto above = places_.lower_bound(symbol);
  const bool is_below = above == places_.end() || place < above->second;
  if (is_below && (above == places_.begin() || place > std::prev(above)->second)) places_.emplace(symbol, place);
}

std::size_t WordSearch::likely_place(std::uint32_t symbol) const {
  const auto& words = predefined_words();
  const auto above = places_.lower_bound(symbol);
  const double scale = static_cast<double>(words.size()) / 2500;
  double place = 0;
  if (above == places_.begin()) place = static_cast<double>(above->second) - (above->first - symbol) * scale;
  else {
    const auto below = std::prev(above);
    const auto from = static_cast<double>(below->second);
    const auto step =
        above == places_.end() ? scale : (static_cast<double>(above->second) - from) / (above->first - below->first);
    place = from + (symbol - below->first) * step;
  }
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(words.size() - 1)));
}

std::optional<std::string_view> WordSearch::find(std::uint32_t symbol,
                                                 const std::function<bool(std::string_view)>& is_it) {
  if (first_character_ && symbol >= *first_character_ && symbol - *first_character_ < kCharacters.size())
    if (const auto character = kCharacters.substr(symbol - *first_character_, 1); is_it(character)) return character;
  if (symbol < kKeywords.size() + kKeywordsMove) {
    const auto keyword = outwards(symbol, kKeywords.size(), 0, kKeywordsMove,
                                  [&](std::size_t i) { return !kKeywords[i].empty() && is_it(kKeywords[i]); });
    if (keyword) return kKeywords[*keyword];
  }
  const auto& words = predefined_words();
  const auto start = likely_place(symbol);
  const auto is_word = [&](std::size_t i) { return is_it(words[i]); };
  auto place = outwards(start, words.size(), 0, kNear, is_word);
  if (!place) {
    for (std::size_t i = 0; i < kCharacters.size(); ++i) {
      if (!is_it(kCharacters.substr(i, 1))) continue;
      if (symbol >= i) first_character_ = symbol - i;
      return kCharacters.substr(i, 1);
    }
    place = outwards(start, words.size(), kNear, words.size(), is_word);
  }
  if (!place) return std::nullopt;
  note_place(symbol, *place);
  return words[*place];
}

}  // namespace rartifacts
