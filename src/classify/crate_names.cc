// SPDX-License-Identifier: MIT OR Apache-2.0
#include "classify/crate_names.h"

#include <rartifacts/classify.h>
#include <rartifacts/items.h>

#include <algorithm>

#include "bytes/unicode.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

std::optional<CrateName> name_in_table(const CrateName& name, std::string_view rustc) {
  if (name.text || !name.predefined) return std::nullopt;
  const auto word = predefined_crate_name(rustc, *name.predefined);
  if (!word) return std::nullopt;
  return CrateName{std::string(*word), name.predefined, CrateName::Source::rustc_table};
}

}  // namespace

void name_by_hash(Artifact& artifact, View file) {
  if (!artifact.crate) return;
  std::vector<std::uint32_t> symbols;
  const auto want = [&](const CrateName& name) {
    if (!name.text && name.predefined) symbols.push_back(*name.predefined);
  };
  auto& crate = artifact.crate.edit();
  want(crate.name);
  if (crate.dependencies)
    for (const auto& dependency : *crate.dependencies) want(dependency.name);
  if (symbols.empty()) return;
  const auto metadata = metadata_in(file);
  if (!metadata) return;
  const auto words = prove_predefined(metadata->blob, symbols);
  auto word = words.begin();
  const auto proved = [&](const CrateName& name) -> std::optional<CrateName> {
    if (name.text || !name.predefined) return std::nullopt;
    return CrateName{.text = *word++, .predefined = name.predefined, .source = name.source};
  };
  if (auto name = proved(crate.name)) crate.name = std::move(*name);
  if (crate.dependencies)
    crate.dependencies->rename([&](const Dependency& dependency) { return proved(dependency.name); });
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
    if (auto name = name_in_table(crate.name, rustc)) crate.name = std::move(*name);
    if (!crate.name.text && crate.is_stub) {
      const auto stem = file_name.substr(0, file_name.rfind('-'));
      crate.name.text = crate_name_in(std::string(stem) + ".rlib", "");
      if (crate.name.text) crate.name.source = CrateName::Source::file_name;
    }
  }
  if (crate.dependencies)
    crate.dependencies->rename([&](const Dependency& needed) { return name_in_table(needed.name, rustc); });
}

}  // namespace rartifacts
