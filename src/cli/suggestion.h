// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rartifacts {

/// `; did you mean scan?` when one of `names` is close to what was typed, else nothing.
std::string did_you_mean(std::string_view typed, const std::vector<std::string_view>& names);

/// The same for the names in a table.
template <class Table, class Name>
std::string did_you_mean(std::string_view typed, const Table& table, Name name) {
  std::vector<std::string_view> names;
  names.reserve(std::size(table));
  for (const auto& row : table) names.push_back(row.*name);
  return did_you_mean(typed, names);
}

/// The same, and `: give one of …` when none is close.
template <class Table, class Name>
std::string suggestion(std::string_view typed, const Table& table, Name name) {
  if (auto meant = did_you_mean(typed, table, name); !meant.empty()) return meant;
  std::string all;
  for (const auto& row : table) all += (all.empty() ? ": give one of " : ", ") + std::string(row.*name);
  return all;
}

}  // namespace rartifacts
