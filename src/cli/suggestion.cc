// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/suggestion.h"

#include <fmt/format.h>

#include <algorithm>

namespace rartifacts {
namespace {

// Letters to insert, delete, replace or swap until `a` is `b`: optimal string alignment.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      const bool is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view typed, const std::vector<std::string_view>& names) {
  constexpr std::size_t kLongestTyped = 64;
  if (typed.size() < 2 || typed.size() > kLongestTyped) return {};
  std::string_view best;
  auto least = typed.size() / 3 + 1;  // so much may be wrong, and less than one more
  for (const auto name : names) {
    const auto edits = name.starts_with(typed) && typed.size() > 2 ? 0 : edits_between(typed, name);
    if (edits < least + (best.empty() ? 1 : 0) && edits < name.size()) best = name, least = edits;
  }
  return best.empty() ? "" : fmt::format("; did you mean {}?", best);
}

}  // namespace rartifacts
