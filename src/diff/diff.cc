// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What changed between two sets
// =============================
//
// Crates are paired by name. Of one name there can be several in a set: an .rlib and its .rmeta, which are one crate because
// they have one SVH; two versions, which are two; or the same crate in two kernels, of which one may change. Those with the same
// SVH in both sets are the same crate, first of all those at the same place. What is left of a name is paired by place, by extra
// file name, and then in order; a pair is a crate that was rebuilt.
//
// alignment.cc tells which place of one set is which of the other.
#include <rartifacts/diff.h>
#include <rartifacts/graph.h>

#include <algorithm>
#include <map>

#include "diff/alignment.h"

namespace rartifacts {
namespace {

/// A crate of a set, in whatever files of one kernel it stands.
struct Holding {
  const Artifact* artifact = nullptr;   ///< the file that rustc would read
  const std::string* kernel = nullptr;  ///< that it stands in
  std::set<std::string> places;
};
using Holdings = std::map<std::string, std::vector<Holding>>;  // by name

std::string target_of(const Crate& crate) { return crate.custom_target.value_or(crate.triple); }

// Where kernels stand in either set. A manifest has no configuration, but the auxiliary files tell.
using Kernels = std::set<std::string>;

Kernels kernels_of(const ScanResult& scan, std::string_view root) {
  Kernels kernels;
  for (const auto& kernel : scan.kernels) kernels.insert(place_from(root, root_of(kernel)));
  for (const auto& artifact : scan.artifacts) {
    if (!artifact.recorded || artifact.kind != Kind::auxiliary) continue;
    auto place = place_from(root, artifact.path);
    for (const auto& row : auxiliary_table())
      if (place == row.path || place.ends_with('/' + std::string(row.path)))
        kernels.insert(place.substr(0, place.size() - row.path.size()));
  }
  return kernels;
}

class Inventory {
 public:
  /// `all` are the kernels of both sets.
  Inventory(const ScanResult& scan, std::string root, const Kernels& all)
      : scan_(scan), root_(std::move(root)), own_(kernels_of(scan, root_)), all_(all) {
    // In the order in which rustc prefers them.
    for (const auto kind : {Kind::rmeta, Kind::rlib, Kind::proc_macro, Kind::dylib})
      for (const auto& artifact : scan.artifacts)
        if (artifact.kind == kind && artifact.crate) hold(artifact);
    for (const auto& artifact : scan.artifacts) occupied_.insert(kernel_around(place_of(artifact.path)));
  }

  DiffSide facts() const {
    DiffSide side;
    for (const auto& [name, crates] : holdings_) {
      side.crates += crates.size();
      for (const auto& crate : crates) side.targets.insert(target_of(*crate.artifact->crate));
    }
    for (const auto& artifact : scan_.artifacts)
      if (artifact.metadata) side.compilers.insert(artifact.metadata->rustc);
    return side;
  }

  std::map<std::string, const Artifact*> files() const {
    std::map<std::string, const Artifact*> files;
    for (const auto& artifact : scan_.artifacts)
      if (!artifact.metadata && !artifact.crate) files.emplace(place_of(artifact.path), &artifact);
    return files;
  }

  // Without the configuration of a kernel nobody has looked for what stands in it beside crates.
  bool has_not_looked_for(const std::string& place, const Artifact& file) const {
    const auto* kernel = kernel_around(place);
    return file.kind == Kind::auxiliary && !(kernel && own_.contains(*kernel)) && occupied_.contains(kernel) &&
           std::ranges::none_of(scan_.artifacts, &Artifact::recorded);
  }

  Holdings& holdings() { return holdings_; }

 private:
  std::string place_of(std::string_view path) const { return place_from(root_, path); }

  // The innermost of all kernels that has this place; none when it is outside.
  const std::string* kernel_around(std::string_view place) const {
    const std::string* innermost = nullptr;
    for (const auto& kernel : all_) {
      const bool holds = place.starts_with(kernel) && (!kernel.empty() || !place.starts_with("../"));
      if (holds && (!innermost || kernel.size() > innermost->size())) innermost = &kernel;
    }
    return innermost;
  }

  void hold(const Artifact& artifact) {
    auto& crates = holdings_[display_name(artifact.crate->name)];
    auto place = place_of(artifact.path);
    const auto* kernel = kernel_around(place);
    const auto same = std::ranges::find_if(crates, [&](const Holding& other) {
      return other.kernel == kernel && other.artifact->crate->svh == artifact.crate->svh;
    });
    auto& holding = same != crates.end() ? *same : crates.emplace_back(&artifact, kernel);
    holding.places.insert(std::move(place));
  }

  const ScanResult& scan_;
  std::string root_;
  Kernels own_;
  const Kernels& all_;
  std::set<const std::string*> occupied_;  ///< kernels, or the outside, that have anything
  Holdings holdings_;
};

class Comparison {
 public:
  Comparison(Inventory before, Inventory after) : before_(std::move(before)), after_(std::move(after)) {}

  Difference run() {
    result_.before = before_.facts();
    result_.after = after_.facts();
    std::set<std::string> names;
    for (auto* side : {&before_, &after_})
      for (const auto& [name, crates] : side->holdings()) names.insert(name);
    for (const auto& name : names) compare(name, before_.holdings()[name], after_.holdings()[name]);
    compare_files();
    return std::move(result_);
  }

 private:
  using Crates = std::vector<Holding>;

  void compare(const std::string& name, Crates& before, Crates& after) {
    const auto same_svh = [](const Holding& a, const Holding& b) {
      return a.artifact->crate->svh == b.artifact->crate->svh;
    };
    const auto same_place = [](const Holding& a, const Holding& b) {
      return std::ranges::any_of(a.places, [&](const auto& place) { return b.places.contains(place); });
    };
    const auto same_extra = [](const Holding& a, const Holding& b) {
      return a.artifact->crate->extra_filename == b.artifact->crate->extra_filename;
    };
    const auto same = [&](const Holding& a, const Holding& b) { return same_svh(a, b) && same_place(a, b); };
    pair(name, before, after, same);
    pair(name, before, after, same_svh);
    pair(name, before, after, same_place);
    pair(name, before, after, same_extra);
    pair(name, before, after, [](const Holding&, const Holding&) { return true; });
    for (const auto& gone : before) result_.crates.push_back({name, {Change::removed}, gone.artifact, nullptr});
    for (const auto& added : after) result_.crates.push_back({name, {Change::added}, nullptr, added.artifact});
  }

  // Compares those for which `belong` holds, and takes them out.
  template <class Belong>
  void pair(const std::string& name, Crates& before, Crates& after, const Belong& belong) {
    std::erase_if(before, [&](const Holding& old) {
      const auto found = std::ranges::find_if(after, [&](const Holding& candidate) { return belong(old, candidate); });
      if (found == after.end()) return false;
      compare(name, old, *found);
      after.erase(found);
      return true;
    });
  }

  void compare(const std::string& name, const Holding& before, const Holding& after) {
    const auto& old = *before.artifact;
    const auto& now = *after.artifact;
    std::vector<Change> changes;
    if (old.crate->svh != now.crate->svh) {
      const bool same_rustc = old.metadata && now.metadata && old.metadata->rustc == now.metadata->rustc;
      changes.push_back(same_rustc ? Change::rebuilt : Change::other_rustc);
    }
    const bool both_custom = old.crate->custom_target && now.crate->custom_target;
    if (both_custom ? old.crate->custom_target != now.crate->custom_target : old.crate->triple != now.crate->triple)
      changes.push_back(Change::retargeted);
    if (std::ranges::none_of(before.places, [&](const auto& place) { return after.places.contains(place); }))
      changes.push_back(Change::moved);
    // A stub or an .rlib beside an .rmeta is the same crate in another form.
    const bool is_one_form = old.kind == now.kind && old.crate->is_stub == now.crate->is_stub;
    if (is_one_form && old.crate->svh == now.crate->svh && old.sha256 && now.sha256 && old.sha256 != now.sha256)
      changes.push_back(Change::other_content);
    if (!changes.empty()) return result_.crates.push_back({name, std::move(changes), &old, &now});
    ++result_.unchanged;
    for (const auto& place : before.places)
      if (!after.places.contains(place)) result_.files.push_back({place, Change::removed});
    for (const auto& place : after.places)
      if (!before.places.contains(place)) result_.files.push_back({place, Change::added});
  }

  void compare_files() {
    const auto before = before_.files();
    const auto after = after_.files();
    for (const auto& [place, old] : before) {
      const auto found = after.find(place);
      if (found == after.end()) report_lone(place, *old, Change::removed, after_);
      else if (!old->sha256 || !found->second->sha256) result_.not_compared.push_back(place + ": no digest of it");
      else if (*old->sha256 != *found->second->sha256) result_.files.push_back({place, Change::changed});
    }
    for (const auto& [place, now] : after)
      if (!before.contains(place)) report_lone(place, *now, Change::added, before_);
    std::ranges::sort(result_.files, {}, &FileChange::path);
  }

  void report_lone(const std::string& place, const Artifact& file, Change change, const Inventory& other) {
    if (!other.has_not_looked_for(place, file)) return result_.files.push_back({place, change});
    result_.not_compared.push_back(place + ": a tree without include/config/auto.conf is not searched for it");
  }

  Inventory before_;
  Inventory after_;
  Difference result_;
};

}  // namespace

// clang-format off
const std::array<ChangeRow, 8> change_table{{
    {Change::added,       "added",       "only NEW has it"},
    {Change::removed,     "removed",     "only OLD has it"},
    {Change::rebuilt,     "rebuilt",     "the SVH differs, rustc is the same: modules must be rebuilt"},
    {Change::other_rustc, "other-rustc", "the SVH differs, and so does the rustc that made it"},
    {Change::retargeted,  "retargeted",  "compiled for another target"},
    {Change::moved,       "moved",       "the same crate has another path"},
    {Change::other_content, "other-content", "the SVH is the same, the file is not: other codegen options, or another build directory"},
    {Change::changed,     "changed",     "the content differs, of a file that is not a crate"},
}};
// clang-format on

Difference diff(const ScanResult& before, const ScanResult& after) {
  const auto [old_root, new_root] = align(before, after);
  auto kernels = kernels_of(before, old_root);
  kernels.merge(kernels_of(after, new_root));
  return Comparison(Inventory(before, old_root, kernels), Inventory(after, new_root, kernels)).run();
}

}  // namespace rartifacts
