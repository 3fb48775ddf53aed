// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <map>
#include <set>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace rartifacts {

/// What stands around a crate: the files of a set by their folder, by what links lead to, and by who needs them. Looks into the artifacts.
class CrateNeighbours {
 public:
  CrateNeighbours() = default;
  explicit CrateNeighbours(const std::vector<const Artifact*>& files);

  /// A library among no crates is there for programs to run with. What it was compiled from is linked into it.
  bool is_runtime_library(const Artifact& file) const;
  /// In a folder that is only reached through links, which stand where rustc looks.
  bool is_only_linked(const Artifact& file) const;
  /// Some crate has this hash among those that it needs. A proc macro has been linked with what it needs.
  bool is_needed(std::string_view svh) const { return needed_.contains(svh); }
  /// The same crate in the same folder, made by `rustc`. An .rlib does for a dynamic library too.
  const Artifact* twin_of(const Artifact& file, std::string_view rustc) const;

 private:
  struct Folder {
    std::vector<const Artifact*> files;
    bool has_crates = false;  ///< .rmeta or .rlib
    bool is_reached = false;  ///< a file in it is there by itself, and not only because a link leads to it
  };
  const Folder& folder_of(const Artifact& file) const;

  std::map<std::string_view, Folder> folders_;
  std::set<std::string_view> behind_links_;
  std::unordered_set<std::string_view> needed_;
};

}  // namespace rartifacts
