// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What changed between two sets
// =============================
//
// Crates are paired by name. Of one name there can be several in a set: an .rlib and its .rmeta, which are one crate because
// they have one SVH; or two versions, which are two. Those with the same SVH in both sets are the same crate. What is left of a
// name is paired by place, by extra file name, and then in order; a pair is a crate that was rebuilt.
//
// A headers package has its tree below /usr/src/linux-headers-<version>, a build tree has it at the top. So places are told
// from the root of the kernel; where that is not known (a manifest), from the directory that holds all, `rust/` not counted.
#include <rartifacts/diff.h>
#include <rartifacts/graph.h>

#include <algorithm>
#include <map>

#include "source/directory.h"

namespace rartifacts {
namespace {

/// A crate of a set, in whatever files it stands.
struct Holding {
  const Artifact* artifact = nullptr;  ///< the file that rustc would read
  std::set<std::string> places;        ///< below the root
};
using Holdings = std::map<std::string, std::vector<Holding>>;  // by name

std::string target_of(const Crate& crate) { return crate.custom_target.value_or(crate.triple); }

bool is_inside(std::string_view path, std::string_view directory) {
  return directory.empty() ||
         (path.starts_with(directory) && path.size() > directory.size() && path[directory.size()] == '/');
}

std::string_view common_directory(const std::vector<Artifact>& artifacts) {
  if (artifacts.empty()) return {};
  auto common = directory_of(artifacts.front().path);
  for (const auto& artifact : artifacts)
    while (!is_inside(artifact.path, common)) common = directory_of(common);
  return file_name_of(common) == "rust" ? directory_of(common) : common;
}

class Inventory {
 public:
  explicit Inventory(const ScanResult& scan) : scan_(scan), common_(common_directory(scan.artifacts)) {
    // In the order in which rustc prefers them.
    for (const auto kind : {Kind::rmeta, Kind::rlib, Kind::proc_macro, Kind::dylib})
      for (const auto& artifact : scan.artifacts)
        if (artifact.kind == kind && artifact.crate) hold(artifact);
  }

  std::string place_of(std::string_view path) const {
    auto root = common_;
    for (const auto& kernel : scan_.kernels)
      if (is_inside(path, kernel.path)) root = kernel.path;
    return std::string(root.empty() ? path : path.substr(root.size() + 1));
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

  Holdings& holdings() { return holdings_; }

 private:
  void hold(const Artifact& artifact) {
    auto& crates = holdings_[display_name(artifact.crate->name)];
    const auto same = std::ranges::find_if(
        crates, [&](const Holding& other) { return other.artifact->crate->svh == artifact.crate->svh; });
    auto& holding = same != crates.end() ? *same : crates.emplace_back(&artifact);
    holding.places.insert(place_of(artifact.path));
  }

  const ScanResult& scan_;
  std::string_view common_;
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
    if (changes.empty()) ++result_.unchanged;
    else result_.crates.push_back({name, std::move(changes), &old, &now});
  }

  void compare_files() {
    const auto before = before_.files();
    const auto after = after_.files();
    for (const auto& [place, old] : before) {
      const auto found = after.find(place);
      if (found == after.end()) result_.files.push_back({place, Change::removed});
      else if (!old->sha256 || !found->second->sha256) result_.not_compared.push_back(place + ": no digest of it");
      else if (*old->sha256 != *found->second->sha256) result_.files.push_back({place, Change::changed});
    }
    for (const auto& [place, now] : after)
      if (!before.contains(place)) result_.files.push_back({place, Change::added});
    std::ranges::sort(result_.files, {}, &FileChange::path);
  }

  Inventory before_;
  Inventory after_;
  Difference result_;
};

}  // namespace

// clang-format off
const std::array<ChangeRow, 7> change_table{{
    {Change::added,       "added",       "only NEW has it"},
    {Change::removed,     "removed",     "only OLD has it"},
    {Change::rebuilt,     "rebuilt",     "another SVH, from the same rustc: modules must be built anew"},
    {Change::other_rustc, "other-rustc", "another SVH, from another rustc"},
    {Change::retargeted,  "retargeted",  "compiled for another target"},
    {Change::moved,       "moved",       "the same crate stands elsewhere"},
    {Change::changed,     "changed",     "a file that is no crate has another content"},
}};
// clang-format on

Difference diff(const ScanResult& before, const ScanResult& after) {
  return Comparison(Inventory(before), Inventory(after)).run();
}

}  // namespace rartifacts
