// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rartifacts {

/// What stands around a crate: the files of a set by their folder, by what links lead to, and by who needs them. Looks into the artifacts.
class CrateNeighbours {
 public:
  CrateNeighbours() = default;
  /// `reader` is the rustc that will read the set, where that is known.
  CrateNeighbours(const std::vector<const Artifact*>& files, const std::optional<std::string>& reader);

  /// A library among no crates is there for programs to run with. What it was compiled from is linked into it.
  bool is_runtime_library(const Artifact& file) const;
  /// In a folder that is only reached through links, which stand where rustc looks.
  bool is_only_linked(const Artifact& file) const;
  bool is_behind_link(std::string_view path) const { return behind_links_.contains(path); }
  /// Some crate has this hash among those that it needs. A proc macro has been linked with what it needs.
  bool is_needed(std::string_view svh) const { return needed_.contains(svh); }
  /// The same crate in the same folder, made by the reader. An .rlib does for a dynamic library too.
  const Artifact* twin_of(const Artifact& file) const;

 private:
  struct Folder {
    std::map<std::pair<std::string_view, Kind>, const Artifact*> of_reader;  ///< by the name of the crate
    bool has_crates = false;                                                 ///< .rmeta or .rlib
    bool is_reached = false;  ///< a file in it is there by itself, and not only because a link leads to it
  };
  const Folder& folder_of(const Artifact& file) const;

  std::map<std::string_view, Folder> folders_;
  std::set<std::string_view> behind_links_;
  std::unordered_set<std::string_view> needed_;
};

}  // namespace rartifacts
