// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Manual pages and completions, made from what --help is made from. This runs when the project is built; the program has none of it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/help_page.h"

namespace rartifacts {

/// Pages that the program itself and each of its commands have, the program first.
using HelpPages = std::span<const HelpPage>;

/// What a shell can offer for the value of an option, or for an operand.
struct Offer {
  enum class What { nothing, words, files, directories } what = What::nothing;
  std::vector<HelpRow> words;         ///< for `words`
  std::vector<std::string> suffixes;  ///< for `files`: `rmeta`, `ko.xz`; empty: all
  bool has_level = false;             ///< `RULE=LEVEL`: a severity follows
};
Offer offer_for(const HelpPage& page, const HelpOption& option, HelpPages pages);

std::string bash_completion(HelpPages pages);
std::string zsh_completion(HelpPages pages);
std::string fish_completion(HelpPages pages);

/// The head of every page: section, date as 2026-01-31, and the version.
struct ManualEdition {
  std::string date;
  std::string version;
};
/// rartifacts(1), and rartifacts-COMMAND(1).
std::string command_manual(const HelpPage& page, HelpPages pages, const ManualEdition& edition);
/// rartifacts-rules(7).
std::string rules_manual(HelpPages pages, const ManualEdition& edition);
/// rartifacts-manifest(5), from the text of docs/manifest.schema.json.
std::string manifest_manual(std::string_view schema, HelpPages pages, const ManualEdition& edition);

}  // namespace rartifacts
