// SPDX-License-Identifier: MIT OR Apache-2.0
#include "audit/crate_neighbours.h"

#include "bytes/path.h"

namespace rartifacts {

CrateNeighbours::CrateNeighbours(const std::vector<const Artifact*>& files, const std::optional<std::string>& reader) {
  for (const auto* file : files)
    if (file->resolved) behind_links_.insert(*file->resolved);
  std::unordered_set<const Dependency*> seen;  // the same one is on many lists
  for (const auto* file : files) {
    auto& folder = folders_[directory_of(file->path)];
    if (reader && file->crate && file->crate->name.text && file->metadata && file->metadata->rustc == *reader)
      folder.of_reader.try_emplace({*file->crate->name.text, file->kind}, file);
    folder.has_crates |= file->kind == Kind::rmeta || file->kind == Kind::rlib;
    folder.is_reached |= !behind_links_.contains(file->path);
    if (file->kind == Kind::proc_macro || !file->crate || !file->crate->dependencies) continue;
    for (const auto& needed : *file->crate->dependencies)
      if (seen.insert(&needed).second) needed_.insert(needed.svh);
  }
}

const CrateNeighbours::Folder& CrateNeighbours::folder_of(const Artifact& file) const {
  static const Folder none;
  const auto found = folders_.find(directory_of(file.path));
  return found == folders_.end() ? none : found->second;
}

bool CrateNeighbours::is_runtime_library(const Artifact& file) const {
  return file.kind == Kind::dylib && !folder_of(file).has_crates;
}

bool CrateNeighbours::is_only_linked(const Artifact& file) const {
  return behind_links_.contains(file.path) && !folder_of(file).is_reached;
}

const Artifact* CrateNeighbours::twin_of(const Artifact& file) const {
  if (!file.crate->name.text) return nullptr;
  const auto& of_reader = folder_of(file).of_reader;
  auto twin = of_reader.find({*file.crate->name.text, file.kind});
  if (twin == of_reader.end() && file.kind == Kind::dylib) twin = of_reader.find({*file.crate->name.text, Kind::rlib});
  return twin == of_reader.end() ? nullptr : twin->second;
}

}  // namespace rartifacts
