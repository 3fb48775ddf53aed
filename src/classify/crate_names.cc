// SPDX-License-Identifier: MIT OR Apache-2.0
#include "classify/crate_names.h"

#include <rartifacts/classify.h>
#include <rartifacts/items.h>

#include <algorithm>

#include "bytes/unicode.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

void name_by_table(CrateName& name, std::string_view rustc) {
  if (name.text || !name.predefined) return;
  if (const auto word = predefined_crate_name(rustc, *name.predefined)) {
    name.text = *word;
    name.source = CrateName::Source::rustc_table;
  }
}

}  // namespace

void name_by_hash(Artifact& artifact, View file) {
  if (!artifact.crate) return;
  std::vector<CrateName*> names;
  std::vector<std::uint32_t> symbols;
  const auto want = [&](CrateName& name) {
    if (name.text || !name.predefined) return;
    names.push_back(&name);
    symbols.push_back(*name.predefined);
  };
  auto& crate = artifact.crate.edit();
  want(crate.name);
  if (crate.dependencies)
    for (auto& dependency : *crate.dependencies) want(dependency.name);
  if (names.empty()) return;
  const auto metadata = metadata_in(file);
  if (!metadata) return;
  const auto words = prove_predefined(metadata->blob, symbols);
  for (std::size_t i = 0; i < names.size(); ++i) names[i]->text = words[i];
}

std::optional<std::string> crate_name_in(std::string_view file_name, std::string_view extra_filename) {
  const auto dot = file_name.rfind('.');
  if (dot == file_name.npos) return std::nullopt;
  auto stem = file_name.substr(0, dot);
  if (stem.starts_with("lib")) stem.remove_prefix(3);
  else if (!file_name.ends_with(".dll")) return std::nullopt;
  if (!stem.ends_with(extra_filename)) return std::nullopt;
  stem.remove_suffix(extra_filename.size());
  const bool is_name = !stem.empty() && std::ranges::all_of(stem, is_word_character);
  return is_name ? std::optional(std::string(stem)) : std::nullopt;
}

void name_by_symbol(Crate& crate, const std::vector<std::string>& exports) {
  if (crate.name.text) return;
  for (std::string_view symbol : exports) {
    if (!symbol.starts_with(kMetadataSymbol)) continue;
    symbol.remove_prefix(kMetadataSymbol.size());
    symbol = symbol.substr(0, symbol.rfind('_'));
    if (!is_crate_name(symbol)) continue;
    crate.name.text = symbol;
    crate.name.source = CrateName::Source::symbol;
  }
}

void name_by_file(Artifact& artifact, std::string_view file_name) {
  Crate& crate = artifact.crate.edit();
  const std::string& rustc = artifact.metadata->rustc;
  if (!crate.name.text) {
    // A stub does not store its extra filename; there the table is the better witness.
    if (!crate.is_stub) crate.name.text = crate_name_in(file_name, crate.extra_filename);
    if (crate.name.text) crate.name.source = CrateName::Source::file_name;
    name_by_table(crate.name, rustc);
    if (!crate.name.text && crate.is_stub) {
      const auto stem = file_name.substr(0, file_name.rfind('-'));
      crate.name.text = crate_name_in(std::string(stem) + ".rlib", "");
      if (crate.name.text) crate.name.source = CrateName::Source::file_name;
    }
  }
  if (crate.dependencies)
    for (auto& dependency : *crate.dependencies) name_by_table(dependency.name, rustc);
}

}  // namespace rartifacts
