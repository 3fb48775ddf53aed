// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Which files, names or words a shell offers. An option that takes certain words brings them along; the others say by the name of
// their value what they take.
#include <rartifacts/artifact.h>
#include <rartifacts/audit.h>

#include <algorithm>
#include <array>

#include "manual/manual.h"

namespace rartifacts {
namespace {

using What = Offer::What;

struct ValueRow {
  std::string_view value;
  What what;
};

// A value that is not here is text that nobody can foresee: a name, a number, a pattern.
constexpr std::array<ValueRow, 6> kValues{{
    {"DIR", What::directories},
    {"FILE", What::files},
    {"PATH", What::files},
    {"MANIFEST", What::files},
    {"OLD", What::files},
    {"NEW", What::files},
}};

std::vector<HelpRow> rules() {
  std::vector<HelpRow> rows;
  rows.reserve(rule_table.size());
  for (const auto& row : rule_table) rows.push_back({std::string(row.id), std::string(row.says)});
  return rows;
}

// The names that artifacts have.
std::vector<std::string> artifact_suffixes() {
  std::vector<std::string> suffixes;
  for (const auto& row : kind_table)
    for (const auto suffix : row.suffixes)
      if (!suffix.empty() && std::ranges::find(suffixes, suffix.substr(1)) == suffixes.end())
        suffixes.emplace_back(suffix.substr(1));
  return suffixes;
}

std::vector<HelpRow> section_titled(const HelpPage& page, std::string_view title) {
  const auto section = std::ranges::find(page.sections, title, &HelpSection::title);
  return section == page.sections.end() ? std::vector<HelpRow>() : section->rows;
}

}  // namespace

Offer offer_for(const HelpPage& page, const HelpOption& option, HelpPages pages) {
  const bool is_operand = !option.names.front().starts_with('-');
  const auto& value = is_operand ? option.names.front() : option.value;
  if (!option.choices.empty()) return {What::words, explained_choices(page, option), {}, false};
  if (value == "COMMAND") return {What::words, pages.front().commands, {}, false};
  if (value.starts_with("RULE")) return {What::words, rules(), {}, value.starts_with("RULE=")};
  if (value.starts_with("FORMAT")) return {What::words, section_titled(page, "Reports"), {}, false};
  const auto row = std::ranges::find(kValues, value, &ValueRow::value);
  if (row == kValues.end()) return {};
  Offer offer{row->what, {}, {}, false};
  if (is_operand && value == "FILE") offer.suffixes = artifact_suffixes();
  if (is_operand && value == "MANIFEST") offer.suffixes = {"json", "sha256", "sha256sums", "txt"};
  return offer;
}

}  // namespace rartifacts
