// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/graph.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "bytes/path.h"

namespace rartifacts {
namespace {

bool same_name(const CrateName& a, const CrateName& b) {
  return !a.text || !b.text || *a.text == *b.text;  // a name that cannot be read is decided by the SVH
}

// rustc reads the .rmeta before the .rlib before the dynamic library.
int container_rank(Kind kind) { return kind == Kind::rmeta ? 0 : kind == Kind::rlib ? 1 : 2; }

}  // namespace

std::string display_name(const CrateName& name) {
  if (name.text) return *name.text;
  return name.predefined ? fmt::format("predefined#{}", *name.predefined) : "?";
}

CrateGraph::CrateGraph(const std::vector<const Artifact*>& artifacts) {
  for (const auto* artifact : artifacts)
    if (artifact->crate) nodes_.push_back({artifact, {}});
  Index by_svh;
  Index by_name;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto& crate = *nodes_[i].artifact->crate;
    by_svh[crate.svh].push_back(i);
    if (crate.name.text) by_name[*crate.name.text].push_back(i);
  }
  for (auto& node : nodes_) {
    if (!node.artifact->crate->dependencies) continue;
    for (const auto& dependency : *node.artifact->crate->dependencies) {
      CrateEdge edge{&dependency, CrateEdge::State::missing, 0};
      if (const auto same = nearest(node, dependency, by_svh[dependency.svh])) {
        edge.state = CrateEdge::State::found;
        edge.node = *same;
      } else if (const auto other =
                     dependency.name.text ? nearest(node, dependency, by_name[*dependency.name.text]) : std::nullopt) {
        edge.state = CrateEdge::State::mismatch;
        edge.node = *other;
      }
      node.edges.push_back(edge);
    }
  }
}

// rustc searches the folders it is given, so a candidate beside the crate that needs it comes first.
std::optional<std::size_t> CrateGraph::nearest(const CrateNode& from, const Dependency& dependency,
                                               std::span<const std::size_t> candidates) const {
  std::optional<std::size_t> best;
  const auto folder = directory_of(from.artifact->path);
  const auto rank = [&](std::size_t node) {
    const auto& artifact = *nodes_[node].artifact;
    return std::tuple{directory_of(artifact.path) != folder, container_rank(artifact.kind),
                      std::string_view(artifact.path)};
  };
  for (const auto node : candidates) {
    if (nodes_[node].artifact == from.artifact || !same_name(nodes_[node].artifact->crate->name, dependency.name))
      continue;
    if (!best || rank(node) < rank(*best)) best = node;
  }
  return best;
}

std::vector<std::size_t> CrateGraph::closure(std::vector<std::size_t> roots) const {
  std::vector<bool> reached(nodes_.size());
  while (!roots.empty()) {
    const auto node = roots.back();
    roots.pop_back();
    if (reached[node]) continue;
    reached[node] = true;
    for (const auto& edge : nodes_[node].edges)
      if (edge.state == CrateEdge::State::found) roots.push_back(edge.node);
  }
  for (std::size_t i = 0; i < reached.size(); ++i)
    if (reached[i]) roots.push_back(i);
  return roots;
}

bool CrateGraph::is_complete(std::size_t root) const {
  return std::ranges::all_of(closure({root}), [&](std::size_t node) {
    return std::ranges::all_of(nodes_[node].edges,
                               [](const auto& edge) { return edge.state == CrateEdge::State::found; });
  });
}

std::vector<std::size_t> CrateGraph::needed_by(std::size_t node) const {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (std::ranges::any_of(nodes_[i].edges, [&](const auto& edge) {
          return edge.state == CrateEdge::State::found && edge.node == node;
        }))
      all.push_back(i);
  return all;
}

void name_dependencies(std::span<Artifact> artifacts) {
  std::map<std::string_view, std::string_view> by_svh;
  std::map<std::string_view, std::optional<std::string_view>> by_extra;  // nothing: several crates share it
  for (const auto& artifact : artifacts) {
    if (!artifact.crate || !artifact.crate->name.text) continue;
    const auto& crate = *artifact.crate;
    by_svh.emplace(crate.svh, *crate.name.text);
    if (crate.extra_filename.empty()) continue;
    const auto [known, is_new] = by_extra.emplace(crate.extra_filename, *crate.name.text);
    if (!is_new && known->second != *crate.name.text) known->second.reset();
  }
  for (auto& artifact : artifacts) {
    if (!artifact.crate || !artifact.crate->dependencies) continue;
    for (auto& dependency : *artifact.crate->dependencies) {
      if (!dependency.name.predefined) continue;
      if (const auto same = by_svh.find(dependency.svh); same != by_svh.end()) {
        dependency.name.text = same->second;
        dependency.name.source = CrateName::Source::svh;
      } else if (const auto file = by_extra.find(dependency.extra_filename);
                 !dependency.name.text && file != by_extra.end() && file->second) {
        dependency.name.text = *file->second;
        dependency.name.source = CrateName::Source::file_name;
      }
    }
  }
}

}  // namespace rartifacts
