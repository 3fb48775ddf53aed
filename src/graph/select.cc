// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What must ship together
// =======================
//
// A list of names would be wrong with the next kernel: 6.12.y gained `ffi` and lost `alloc` within a stable series. The crates
// say themselves what they need. Kbuild gives every module `--extern kernel` and `-L rust/`, so everything a module build
// reads of crates is reachable from `kernel` by the names and SVHs in the metadata.
//
// Whatever is not reachable is a leftover (a libmacros.so of the previous build) or an input of a proc macro (libsyn.rlib).
// One case needs a second root: a target crate beside `kernel` that modules may name themselves. It is taken when nothing
// needs it, everything it needs is there with the right SVH, and nothing it brings along has the name of a crate that was
// taken already: two crates of one name would be E0464, and a whole older generation left in the tree looks complete too.
#include <rartifacts/graph.h>
#include <rartifacts/select.h>

#include <algorithm>
#include <map>
#include <set>

#include "bytes/budget.h"
#include "kernel/root.h"

namespace rartifacts {
namespace {

constexpr std::string_view kRootCrate = "kernel";

bool is_target_crate(const Crate& crate, const Crate& kernel) {
  return crate.triple == kernel.triple && crate.target_json == kernel.target_json;
}

// Why a root is not complete, in the words of its first broken edge, and what to do.
std::string broken_edge(const CrateGraph& graph, std::size_t root) {
  for (const auto node : graph.closure({root})) {
    for (const auto& edge : graph.nodes()[node].edges) {
      if (edge.state == CrateEdge::State::found) continue;
      const auto& name = display_name(edge.dependency->name);
      if (edge.state == CrateEdge::State::missing)
        return fmt::format(
            "needs crate {} with SVH {}, which is not here: add it from the same build, or build the tree again", name,
            edge.dependency->svh);
      const auto& other = *graph.nodes()[edge.node].artifact;
      return fmt::format("needs crate {} with SVH {}, but {} has {}: take both from one build", name,
                         edge.dependency->svh, other.path, other.crate->svh);
    }
  }
  return {};
}

class KernelSelection {
 public:
  using ByPath = std::multimap<std::string_view, Artifact*>;
  KernelSelection(const KernelRoot& kernel, const std::vector<const Artifact*>& crates, const ByPath& by_path,
                  Selection& selection)
      : kernel_(kernel), by_path_(by_path), selection_(selection), graph_(crates) {}

  void run() {
    if (!kernel_.config.is_set("RUST"))
      return problem(kernel_.config_path, "CONFIG_RUST is not set: this kernel has no Rust artifacts to ship");
    const auto roots = main_roots();
    if (roots.empty()) return;
    auto chosen = graph_.closure(roots);
    const Crate& kernel = *graph_.nodes()[roots.front()].artifact->crate;
    for (const auto extra : other_roots(chosen, kernel)) {
      const auto more = graph_.closure({extra});
      chosen.insert(chosen.end(), more.begin(), more.end());
    }
    std::ranges::sort(chosen);
    chosen.erase(std::ranges::unique(chosen).begin(), chosen.end());
    for (const auto node : chosen) take(graph_.nodes()[node].artifact->path);
    for (const auto& path : kernel_.auxiliary) take(path);
  }

 private:
  void problem(std::string path, std::string what) {
    selection_.problems.push_back({std::move(path), Error{ErrorKind::malformed, std::move(what), std::nullopt}});
  }

  // Of several files with one SVH the outermost: the others are staged copies.
  std::vector<std::size_t> each_svh_once(std::vector<std::size_t> nodes) const {
    std::ranges::sort(nodes, {}, [&](std::size_t node) {
      const auto& path = graph_.nodes()[node].artifact->path;
      return std::pair(std::ranges::count(path, '/'), std::string_view(path));
    });
    std::set<std::string_view> seen;
    std::erase_if(nodes, [&](std::size_t node) { return !seen.insert(crate_of(node).svh).second; });
    return nodes;
  }

  // The files that are crate `kernel` and complete.
  std::vector<std::size_t> main_roots() {
    std::vector<std::size_t> complete;
    std::vector<std::size_t> broken;
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      const auto& crate = *graph_.nodes()[i].artifact->crate;
      if (crate.name.text != kRootCrate || crate.is_proc_macro.value_or(false)) continue;
      (graph_.is_complete(i) && crate.dependencies ? complete : broken).push_back(i);
    }
    const auto roots = each_svh_once(std::move(complete));
    if (!roots.empty()) return roots;
    for (const auto node : broken) {
      const auto& artifact = *graph_.nodes()[node].artifact;
      problem(artifact.path, artifact.crate->dependencies
                                 ? broken_edge(graph_, node)
                                 : "its dependencies cannot be read, so what must ship with it is unknown");
    }
    if (broken.empty())
      problem(kernel_.config_path,
              "CONFIG_RUST=y, but there is no metadata of crate kernel: build the tree first (make prepare "
              "modules_prepare)");
    return roots;
  }

  std::vector<std::size_t> other_roots(const std::vector<std::size_t>& chosen, const Crate& kernel) const {
    std::map<std::string, std::string_view> taken;  // name to SVH
    for (const auto node : chosen) taken.emplace(display_name(crate_of(node).name), crate_of(node).svh);
    const auto fits = [&](std::size_t node) {
      add_work(256);
      const auto known = taken.find(display_name(crate_of(node).name));
      return known == taken.end() || known->second == crate_of(node).svh;
    };
    std::vector<std::size_t> roots;
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      const auto& crate = crate_of(i);
      const bool is_candidate = graph_.nodes()[i].artifact->kind == Kind::rmeta && crate.dependencies &&
                                !crate.dependencies->empty() && is_target_crate(crate, kernel) &&
                                !taken.contains(display_name(crate.name));
      add_work(256);
      if (is_candidate && graph_.needed_by(i).empty() && graph_.is_complete(i) &&
          std::ranges::all_of(graph_.closure({i}), fits))
        roots.push_back(i);
    }
    return each_svh_once(std::move(roots));
  }

  const Crate& crate_of(std::size_t node) const { return *graph_.nodes()[node].artifact->crate; }

  // Takes a file and, when it is a link, what the link leads to; the scan has put both into the result.
  void take(const std::string& path) {
    const auto [begin, end] = by_path_.equal_range(path);
    for (auto found = begin; found != end; ++found) {
      selection_.artifacts.push_back(found->second);
      if (found->second->resolved) take(*found->second->resolved);
    }
  }

  const KernelRoot& kernel_;
  const ByPath& by_path_;
  Selection& selection_;
  CrateGraph graph_;
};

// The crates of each kernel. Links last, so that a crate is named by its own file where both are there.
std::vector<std::vector<const Artifact*>> crates_by_kernel(const ScanResult& result, const KernelIndex& index) {
  std::vector<std::vector<const Artifact*>> all(result.kernels.size());
  for (const bool are_links : {false, true})
    for (const auto& artifact : result.artifacts)
      if (artifact.crate && artifact.link_target.has_value() == are_links)
        for (const auto kernel : index.holding(artifact.path)) all[kernel].push_back(&artifact);
  return all;
}

bool is_of_side(const Artifact& artifact, Profile profile) {
  if (profile == Profile::oot_host) return artifact.side == Side::host;
  if (profile == Profile::oot_target) return artifact.side == Side::target;
  return true;
}

}  // namespace

const std::array<ProfileRow, 5> profile_table{{
    {Profile::oot, "oot", "what building an out-of-tree module reads (default)"},
    {Profile::oot_host, "oot-host", "of these, what runs inside rustc: proc macros"},
    {Profile::oot_target, "oot-target", "of these, what describes the target: metadata, target.json, generated files"},
    {Profile::ide, "ide", "oot, and the sources that rust-analyzer reads"},
    {Profile::all, "all", "every artifact, leftovers and objects included"},
}};

std::optional<Profile> profile_of(std::string_view name) {
  const auto* row = std::ranges::find(profile_table, name, &ProfileRow::name);
  return row == profile_table.end() ? std::nullopt : std::optional(row->profile);
}

ScanOptions scan_for(Profile profile) {
  ScanOptions options;
  options.kinds = {Kind::rmeta, Kind::rlib, Kind::proc_macro, Kind::dylib};
  options.kernel_kinds = {Kind::rmeta, Kind::proc_macro};
  if (profile == Profile::all) {
    for (const auto& row : kind_table) options.kinds.insert(row.kind);
    options.kernel_kinds = options.kinds;
  }
  options.sources = profile == Profile::ide;
  return options;
}

Selection select(ScanResult& result, Profile profile) {
  Selection selection;
  if (profile == Profile::all) {
    for (auto& artifact : result.artifacts) selection.artifacts.push_back(&artifact);
    return selection;
  }
  const KernelIndex index(result.kernels);
  const auto crates = crates_by_kernel(result, index);
  KernelSelection::ByPath by_path;
  for (auto& artifact : result.artifacts) by_path.emplace(artifact.path, &artifact);
  for (std::size_t i = 0; i < result.kernels.size(); ++i)
    KernelSelection(result.kernels[i], crates[i], by_path, selection).run();
  for (auto& artifact : result.artifacts) {
    const bool is_source = profile == Profile::ide && artifact.is_source;
    const bool is_elsewhere = artifact.metadata && index.holding(artifact.path).empty();
    if (is_source || is_elsewhere || artifact.recorded) selection.artifacts.push_back(&artifact);
  }
  std::ranges::sort(selection.artifacts, {}, &Artifact::path);
  selection.artifacts.erase(std::ranges::unique(selection.artifacts).begin(), selection.artifacts.end());
  std::erase_if(selection.artifacts, [&](const Artifact* artifact) { return !is_of_side(*artifact, profile); });
  return selection;
}

void tell_sides(ScanResult& result) {
  const KernelIndex index(result.kernels);
  std::vector<Shared<Crate>> mains(result.kernels.size());
  for (const auto& artifact : result.artifacts)
    if (artifact.crate && artifact.crate->name.text == kRootCrate)
      for (const auto kernel : index.holding(artifact.path))
        if (!mains[kernel]) mains[kernel] = artifact.crate;
  for (auto& artifact : result.artifacts)
    if (artifact.crate)
      for (const auto kernel : index.holding(artifact.path))
        if (mains[kernel] && !is_target_crate(*artifact.crate, *mains[kernel])) artifact.side = Side::host;
}

}  // namespace rartifacts
