// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/graph.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

bool same_name(const CrateName& a, const CrateName& b) {
  return !a.text || !b.text || *a.text == *b.text;  // a name that cannot be read is decided by the SVH
}

// rustc reads the .rmeta before the .rlib before the dynamic library.
int container_rank(Kind kind) { return kind == Kind::rmeta ? 0 : kind == Kind::rlib ? 1 : 2; }

}  // namespace

/// Crates by SVH or name, all of them and those of each folder, the preferred ones first.
class CrateGraph::Index {
 public:
  void add(std::string_view key, std::string_view folder, std::size_t node) {
    all_[key].push_back(node);
    by_folder_[{key, folder}].push_back(node);
  }
  std::span<const std::size_t> anywhere(std::string_view key) const {
    const auto found = all_.find(key);
    return found == all_.end() ? std::span<const std::size_t>() : found->second;
  }
  std::span<const std::size_t> in_folder(std::string_view key, std::string_view folder) const {
    const auto found = by_folder_.find({key, folder});
    return found == by_folder_.end() ? std::span<const std::size_t>() : found->second;
  }

 private:
  std::map<std::string_view, std::vector<std::size_t>> all_;
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> by_folder_;
};

std::string display_name(const CrateName& name) {
  if (name.text) return *name.text;
  return name.predefined ? unknown_word(*name.predefined) : "?";
}

CrateGraph::CrateGraph(const std::vector<const Artifact*>& artifacts) {
  for (const auto* artifact : artifacts)
    if (artifact->crate) nodes_.push_back({artifact, {}});
  std::vector<std::size_t> by_rank(nodes_.size());
  std::iota(by_rank.begin(), by_rank.end(), 0);
  std::ranges::sort(by_rank, {}, [&](std::size_t node) {
    const auto& artifact = *nodes_[node].artifact;
    return std::pair(container_rank(artifact.kind), std::string_view(artifact.path));
  });
  Index by_svh;
  Index by_name;
  for (const auto i : by_rank) {
    const auto& artifact = *nodes_[i].artifact;
    const auto folder = directory_of(artifact.path);
    by_svh.add(artifact.crate->svh, folder, i);
    if (artifact.crate->name.text) by_name.add(*artifact.crate->name.text, folder, i);
  }
  for (auto& node : nodes_) {
    if (!node.artifact->crate->dependencies) continue;
    for (const auto& dependency : *node.artifact->crate->dependencies) {
      CrateEdge edge{&dependency, CrateEdge::State::missing, 0};
      if (const auto same = nearest(node, dependency, by_svh, dependency.svh)) {
        edge.state = CrateEdge::State::found;
        edge.node = *same;
      } else if (const auto other =
                     dependency.name.text ? nearest(node, dependency, by_name, *dependency.name.text) : std::nullopt) {
        edge.state = CrateEdge::State::mismatch;
        edge.node = *other;
      }
      node.edges.push_back(edge);
    }
  }
  find_users();
}

CrateGraph::CrateGraph(const std::vector<const Artifact*>& artifacts, const CrateFinder& find) {
  std::map<const Artifact*, std::size_t> by_file;
  std::map<std::pair<std::string, std::string_view>, std::size_t> by_crate;  // a crate may stand in several files
  for (const auto* artifact : artifacts) {
    if (!artifact->crate) continue;
    by_file.emplace(artifact, nodes_.size());
    by_crate.emplace(
        std::pair<std::string, std::string_view>(display_name(artifact->crate->name), artifact->crate->svh),
        nodes_.size());
    nodes_.push_back({artifact, {}});
  }
  const auto node_of = [&](const Artifact& file) -> std::optional<std::size_t> {
    if (const auto known = by_file.find(&file); known != by_file.end()) return known->second;
    const auto known = by_crate.find({display_name(file.crate->name), file.crate->svh});
    return known == by_crate.end() ? std::nullopt : std::optional(known->second);
  };
  for (auto& node : nodes_) {
    if (!node.artifact->crate->dependencies) continue;
    for (const auto& dependency : *node.artifact->crate->dependencies) {
      const auto found = find(*node.artifact, dependency);
      const auto place = found.artifact ? node_of(*found.artifact) : std::nullopt;
      const auto state = !place                ? CrateEdge::State::missing
                         : found.has_other_svh ? CrateEdge::State::mismatch
                                               : CrateEdge::State::found;
      node.edges.push_back({&dependency, state, place.value_or(0)});
    }
  }
  find_users();
}

// rustc searches the folders it is given, so a candidate beside the crate that needs it comes first.
std::optional<std::size_t> CrateGraph::nearest(const CrateNode& from, const Dependency& dependency, const Index& index,
                                               std::string_view key) const {
  for (const auto& candidates : {index.in_folder(key, directory_of(from.artifact->path)), index.anywhere(key)})
    for (const auto node : candidates) {
      add_work(64);
      if (nodes_[node].artifact != from.artifact && same_name(nodes_[node].artifact->crate->name, dependency.name))
        return node;
    }
  return std::nullopt;
}

// Of each node those that need it; then who lacks something, and all who need one that does.
void CrateGraph::find_users() {
  std::uint64_t edges = 0;
  for (const auto& node : nodes_) edges += node.edges.size();
  (void)keep(edges * (sizeof(CrateEdge) + sizeof(std::size_t)));  // if that was too much, the next charge says so
  users_.resize(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    for (const auto& edge : nodes_[i].edges) {
      if (edge.state != CrateEdge::State::found) continue;
      auto& users = users_[edge.node];
      if (users.empty() || users.back() != i) users.push_back(i);
    }
  is_incomplete_.resize(nodes_.size());
  std::vector<std::size_t> todo;
  const auto lacks = [](const CrateEdge& edge) { return edge.state != CrateEdge::State::found; };
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (std::ranges::any_of(nodes_[i].edges, lacks)) todo.push_back(i);
  while (!todo.empty()) {
    const auto node = todo.back();
    todo.pop_back();
    if (is_incomplete_[node]) continue;
    is_incomplete_[node] = true;
    todo.insert(todo.end(), users_[node].begin(), users_[node].end());
  }
}

std::vector<std::size_t> CrateGraph::closure(std::vector<std::size_t> roots) const {
  std::vector<bool> reached(nodes_.size());
  add_work(nodes_.size());
  while (!roots.empty()) {
    const auto node = roots.back();
    roots.pop_back();
    if (reached[node]) continue;
    reached[node] = true;
    add_work(16 * (1 + nodes_[node].edges.size()));
    for (const auto& edge : nodes_[node].edges)
      if (edge.state == CrateEdge::State::found) roots.push_back(edge.node);
  }
  for (std::size_t i = 0; i < reached.size(); ++i)
    if (reached[i]) roots.push_back(i);
  return roots;
}

namespace {

using NamesBySvh = std::map<std::string_view, std::string_view>;
using NamesByExtra = std::map<std::string_view, std::optional<std::string_view>>;  // nothing: several crates share it

class DependencyNames {
 public:
  void learn(const Crate& crate) {
    by_svh_.emplace(crate.svh, *crate.name.text);
    if (crate.extra_filename.empty()) return;
    const auto [known, is_new] = by_extra_.emplace(crate.extra_filename, *crate.name.text);
    if (!is_new && known->second != *crate.name.text) known->second.reset();
  }

  /// A better name than it has.
  std::optional<CrateName> name_for(const Dependency& dependency) const {
    auto name = dependency.name;
    if (!name.predefined) return std::nullopt;
    if (const auto same = by_svh_.find(dependency.svh); same != by_svh_.end()) {
      name.text = same->second;
      name.source = CrateName::Source::svh;
    } else if (const auto file = by_extra_.find(dependency.extra_filename);
               !name.text && file != by_extra_.end() && file->second) {
      name.text = *file->second;
      name.source = CrateName::Source::file_name;
    }
    if (name.text == dependency.name.text && name.source == dependency.name.source) return std::nullopt;
    return name;
  }

 private:
  NamesBySvh by_svh_;
  NamesByExtra by_extra_;
};

}  // namespace

void name_dependencies(std::span<Artifact> artifacts) {
  DependencyNames names;
  for (const auto& artifact : artifacts)
    if (artifact.crate && artifact.crate->name.text) names.learn(*artifact.crate);
  const auto name_for = [&](const Dependency& dependency) { return names.name_for(dependency); };
  std::unordered_map<const Dependency*, bool> asked;  // the same one is on many lists
  const auto changes = [&](const Dependency& dependency) {
    if (!dependency.name.predefined) return false;
    const auto [known, is_new] = asked.try_emplace(&dependency);
    if (is_new) known->second = name_for(dependency).has_value();
    return known->second;
  };
  std::map<const Crate*, std::pair<Shared<Crate>, Shared<Crate>>> done;  // before and after: twins go on sharing
  for (auto& artifact : artifacts) {
    if (!artifact.crate || !artifact.crate->dependencies) continue;
    const auto [known, is_new] = done.try_emplace(artifact.crate.get(), artifact.crate, artifact.crate);
    auto& named = known->second.second;
    if (is_new && std::ranges::any_of(*named->dependencies, changes)) named.edit().dependencies->rename(name_for);
    artifact.crate = named;
  }
}

}  // namespace rartifacts
