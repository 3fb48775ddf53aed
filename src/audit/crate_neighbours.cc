// SPDX-License-Identifier: MIT OR Apache-2.0
#include "audit/crate_neighbours.h"

#include <algorithm>

#include "bytes/path.h"

namespace rartifacts {

CrateNeighbours::CrateNeighbours(const std::vector<const Artifact*>& files) {
  for (const auto* file : files)
    if (file->resolved) behind_links_.insert(*file->resolved);
  std::unordered_set<const Dependency*> seen;  // the same one is on many lists
  for (const auto* file : files) {
    auto& folder = folders_[directory_of(file->path)];
    folder.files.push_back(file);
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

const Artifact* CrateNeighbours::twin_of(const Artifact& file, std::string_view rustc) const {
  const auto does_for = [&](Kind other) {
    return other == file.kind || (file.kind == Kind::dylib && other == Kind::rlib);
  };
  const auto& files = folder_of(file).files;
  const auto twin = std::ranges::find_if(files, [&](const Artifact* other) {
    return other->crate && other->metadata && other->metadata->rustc == rustc && does_for(other->kind) &&
           other->crate->name.text && other->crate->name.text == file.crate->name.text;
  });
  return twin == files.end() ? nullptr : *twin;
}

}  // namespace rartifacts
