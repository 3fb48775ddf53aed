// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/proved_names.h"

#include <algorithm>
#include <map>

namespace rartifacts {
namespace {

bool is_unnamed(const CrateName& name) { return !name.text && name.predefined; }

bool has_unnamed(const Crate& crate) {
  return is_unnamed(crate.name) ||
         (crate.dependencies &&
          std::ranges::any_of(*crate.dependencies, [](const auto& each) { return is_unnamed(each.name); }));
}

}  // namespace

void prove_names(const Source& source, std::vector<Artifact>& artifacts) {
  /// By version string and number. Two builds that call themselves the same may have different words: then the text is empty.
  std::map<std::pair<std::string, std::uint32_t>, std::string> words;
  bool is_any_open = false;
  for (auto& artifact : artifacts) {
    if (!artifact.crate || !has_unnamed(*artifact.crate) || artifact.crate->is_stub || artifact.link_target) continue;
    is_any_open = true;
    const auto again = source.look(artifact.path, {.named = true, .proved_words = true});
    if (!again || !*again || !(*again)->crate || (*again)->crate->svh != artifact.crate->svh) continue;
    const auto note = [&](const CrateName& name) {
      if (!name.text || !name.predefined || name.source != CrateName::Source::stored) return;
      const auto [known, is_new] = words.emplace(std::pair(artifact.metadata->rustc, *name.predefined), *name.text);
      if (!is_new && known->second != *name.text) known->second.clear();
    };
    note((*again)->crate->name);
    if (const auto& dependencies = (*again)->crate->dependencies)
      for (const auto& dependency : *dependencies) note(dependency.name);
  }
  if (!is_any_open) return;
  for (auto& artifact : artifacts) {
    if (!artifact.crate || !has_unnamed(*artifact.crate)) continue;
    const auto proved = [&](const CrateName& name) -> std::optional<CrateName> {
      if (!is_unnamed(name)) return std::nullopt;
      const auto word = words.find({artifact.metadata->rustc, *name.predefined});
      if (word == words.end() || word->second.empty()) return std::nullopt;
      return CrateName{word->second, name.predefined, CrateName::Source::stored};
    };
    auto& crate = artifact.crate.edit();
    if (auto name = proved(crate.name)) crate.name = std::move(*name);
    if (crate.dependencies) crate.dependencies->rename([&](const Dependency& needed) { return proved(needed.name); });
  }
}

}  // namespace rartifacts
