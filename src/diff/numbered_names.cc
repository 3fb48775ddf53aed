// SPDX-License-Identifier: MIT OR Apache-2.0
#include "diff/numbered_names.h"

#include <algorithm>
#include <functional>
#include <ranges>
#include <set>
#include <string>
#include <vector>

#include "bytes/budget.h"
#include "metadata/asked_interface.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

bool is_numbered(std::string_view path) { return path.contains(kUnknownWord); }

std::string named(std::string_view path, const Items& other) {
  std::string out;
  for (const auto range : std::views::split(path, std::string_view("::"))) {
    const std::string_view part(range.begin(), range.end());
    const auto symbol = predefined_index(part);
    const auto word = symbol ? other.predefined(*symbol) : std::nullopt;
    if (!out.empty()) out += "::";
    out += word.value_or(part);
  }
  return out;
}

/// Whether `path`, or what it is in, has the name that `numbered` stands for in `items`.
bool may_be(std::string_view numbered, const Items& items, std::string_view path) {
  for (;;) {
    const auto own_end = std::min(numbered.find("::"), numbered.size());
    const auto its_end = std::min(path.find("::"), path.size());
    const auto own = numbered.substr(0, own_end);
    const auto its = path.substr(0, its_end);
    const auto symbol = predefined_index(own);
    if (own != its && !(symbol && items.may_be(*symbol, its))) return false;
    if (own_end == numbered.size()) return true;
    if (its_end == path.size()) return false;
    numbered.remove_prefix(own_end + 2);
    path.remove_prefix(its_end + 2);
  }
}

std::set<std::string> numbered_in(const ApiSide& side) {
  std::set<std::string> paths;
  for (const auto& item : side.items)
    if (is_numbered(item.path)) paths.insert(item.path);
  return paths;
}

}  // namespace

void name_numbered(ApiSide& side, const Items& other) {
  for (auto& item : side.items)
    for (auto* text : {&item.path, &item.definition})
      if (is_numbered(*text)) *text = named(*text, other);
  PathAliases aliases;
  for (const auto& [alias, path] : side.aliases) aliases.emplace(named(alias, other), named(path, other));
  side.aliases = std::move(aliases);
}

std::pair<std::size_t, std::size_t> leave_out_numbered(NumberedSide before, NumberedSide after) {
  constexpr std::uint64_t kSteps = 64;
  auto of_before = numbered_in(before.side);
  auto of_after = numbered_in(after.side);
  if (before.items.rustc() == after.items.rustc()) {
    const auto kept = of_before;
    std::erase_if(of_before, [&](const std::string& path) { return of_after.contains(path); });
    std::erase_if(of_after, [&](const std::string& path) { return kept.contains(path); });
  }
  const auto leave_out = [](ApiSide& side, const std::set<std::string>& own, const std::set<std::string>& others,
                            const Items& other) {
    std::set<std::string, std::less<>> left_out;
    return std::erase_if(side.items, [&](const ApiItem& item) {
      add_work(kSteps * others.size());
      const auto is_meant = [&](const std::string& path) { return may_be(path, other, item.path); };
      // Its own definitions a crate knows by name.
      const bool is_left_out = own.contains(item.path) || left_out.contains(split_path(item.path).first) ||
                               (!item.definition.empty() && std::ranges::any_of(others, is_meant));
      if (is_left_out) left_out.insert(item.path);
      return is_left_out;
    });
  };
  return {leave_out(before.side, of_before, of_after, after.items),
          leave_out(after.side, of_after, of_before, before.items)};
}

}  // namespace rartifacts
