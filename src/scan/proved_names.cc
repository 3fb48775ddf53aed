// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/proved_names.h"

#include <algorithm>
#include <map>

namespace rartifacts {
namespace {

template <class Visit>
void for_each_unnamed(Artifact& artifact, Visit visit) {
  if (!artifact.crate) return;
  const auto look = [&](CrateName& name) {
    if (!name.text && name.predefined) visit(name);
  };
  look(artifact.crate->name);
  if (artifact.crate->dependencies)
    for (auto& dependency : *artifact.crate->dependencies) look(dependency.name);
}

}  // namespace

void prove_names(const Source& source, std::vector<Artifact>& artifacts) {
  /// By version string and number. Two builds that call themselves the same may have different words: then the text is empty.
  std::map<std::pair<std::string, std::uint32_t>, std::string> words;
  bool is_any_open = false;
  for (auto& artifact : artifacts) {
    bool is_open = false;
    for_each_unnamed(artifact, [&](const CrateName&) { is_open = true; });
    if (!is_open || artifact.crate->is_stub || artifact.link_target) continue;
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
    for_each_unnamed(artifact, [&](CrateName& name) {
      const auto word = words.find({artifact.metadata->rustc, *name.predefined});
      if (word == words.end() || word->second.empty()) return;
      name.text = word->second;
      name.source = CrateName::Source::stored;
    });
  }
}

}  // namespace rartifacts
