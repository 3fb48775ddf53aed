// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// One recorded dependency and what there is to satisfy it.
struct CrateEdge {
  enum class State {
    found,     ///< a crate of that name and SVH is there
    mismatch,  ///< a crate of that name is there, with another SVH: rustc says E0460 or E0463
    missing,   ///< no crate of that name: rustc says E0463
  };
  const Dependency* dependency = nullptr;
  State state = State::missing;
  std::size_t node = 0;  ///< found: the crate; mismatch: the one with the other SVH
};

/// A file that describes a crate.
struct CrateNode {
  const Artifact* artifact = nullptr;
  std::vector<CrateEdge> edges;  ///< in the order the metadata lists them; empty for proc macros and stubs
};

/// What a search has found for a dependency.
struct FoundCrate {
  const Artifact* artifact = nullptr;  ///< nothing: rustc would find no file of that name
  bool has_other_svh = false;
};
using CrateFinder = std::function<FoundCrate(const Artifact& user, const Dependency& needed)>;

/// The crates of a tree and how they need each other, by name *and* SVH as rustc compares them. Looks at the artifacts it was
/// built from, which must outlive it.
class CrateGraph {
 public:
  explicit CrateGraph(const std::vector<const Artifact*>& artifacts);
  /// The same with the edges that `find` tells, in place of all that would be possible.
  CrateGraph(const std::vector<const Artifact*>& artifacts, const CrateFinder& find);

  const std::vector<CrateNode>& nodes() const { return nodes_; }
  /// Everything reachable from `roots`, themselves included, as sorted indices.
  std::vector<std::size_t> closure(std::vector<std::size_t> roots) const;
  /// True when everything reachable from `root` is there with the right SVH.
  bool is_complete(std::size_t root) const { return !is_incomplete_[root]; }
  /// Indices of the crates that need `node` directly or otherwise (every dependency list is transitive).
  const std::vector<std::size_t>& needed_by(std::size_t node) const { return users_[node]; }

 private:
  class Index;
  std::optional<std::size_t> nearest(const CrateNode& from, const Dependency& dependency, const Index& index,
                                     std::string_view key) const;
  void find_users();

  std::vector<CrateNode> nodes_;
  std::vector<std::vector<std::size_t>> users_;
  std::vector<bool> is_incomplete_;
};

/// The name of a crate for people: its text, else `predefined#635`.
std::string display_name(const CrateName& name);

/// Names predefined dependencies after the crates at hand: the one with that SVH, else the only one with that extra
/// filename. Better witnesses than the table of the compiler, so they overrule it.
void name_dependencies(std::span<Artifact> artifacts);

}  // namespace rartifacts
#pragma GCC visibility pop
