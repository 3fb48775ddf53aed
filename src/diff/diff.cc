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
#include <tuple>

#include "bytes/budget.h"
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
/// About what malloc gives for one with one place, with what is said of it; and for a place in a list of them.
constexpr std::uint64_t kHolding = 320, kPlace = 96;

std::string target_of(const Crate& crate) { return crate.custom_target.value_or(crate.triple); }

// Where kernels stand in either set. A manifest has no configuration, but the auxiliary files tell.
using Kernels = std::set<std::string, std::less<>>;

Kernels kernels_of(const ScanResult& scan, std::string_view root) {
  Kernels kernels;
  for (const auto& kernel : scan.kernels) kernels.insert(place_from(root, root_of(kernel)));
  for (const auto& artifact : scan.artifacts) {
    if (!artifact.recorded || artifact.kind != Kind::auxiliary) continue;
    auto place = place_from(root, artifact.path);
    for (const auto& row : auxiliary_table())
      if (place == row.path || place.ends_with('/' + std::string(row.path))) {
        if (!keep(kPlace + place.size())) return kernels;
        kernels.insert(place.substr(0, place.size() - row.path.size()));
      }
  }
  return kernels;
}

class Inventory {
 public:
  /// `all` are the kernels of both sets.
  Inventory(const ScanResult& scan, std::string root, const Kernels& all)
      : scan_(scan), root_(std::move(root)), own_(kernels_of(scan, root_)), all_(all) {
    // In the order in which rustc prefers them.
    Known known;
    for (const auto kind : {Kind::rmeta, Kind::rlib, Kind::proc_macro, Kind::dylib})
      for (const auto& artifact : scan.artifacts)
        if (artifact.kind == kind && artifact.crate) hold(artifact, known);
    for (const auto& artifact : scan.artifacts) occupied_.insert(kernel_around(place_of(artifact.path)));
    is_recorded_ = std::ranges::any_of(scan.artifacts, &Artifact::recorded);
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
      if (!artifact.metadata && !artifact.crate) {
        auto place = place_of(artifact.path);
        if (!keep(kPlace + place.size())) break;
        files.emplace(std::move(place), &artifact);
      }
    return files;
  }

  // Without the configuration of a kernel nobody has looked for what stands in it beside crates.
  bool has_not_looked_for(const std::string& place, const Artifact& file) const {
    const auto* kernel = kernel_around(place);
    return file.kind == Kind::auxiliary && !is_recorded_ && !(kernel && own_.contains(*kernel)) &&
           occupied_.contains(kernel);
  }

  Holdings& holdings() { return holdings_; }

 private:
  /// Which of the crates of a name is the one of a kernel with an SVH.
  using Known = std::map<std::tuple<const std::vector<Holding>*, const std::string*, std::string_view>, std::size_t>;

  std::string place_of(std::string_view path) const { return place_from(root_, path); }

  // The innermost of all kernels that has this place; none when it is outside.
  const std::string* kernel_around(std::string_view place) const {
    const bool is_outside = place.starts_with("../");
    auto root = place;
    do {
      if (root.ends_with('/')) root.remove_suffix(1);
      root = root.substr(0, root.rfind('/') + 1);
      const auto found = all_.find(root);
      if (found != all_.end() && !(root.empty() && is_outside)) return &*found;
    } while (!root.empty() && work(64 + root.size()));
    return nullptr;
  }

  void hold(const Artifact& artifact, Known& known) {
    auto place = place_of(artifact.path);
    auto name = display_name(artifact.crate->name);
    if (!keep(kHolding + place.size() + name.size())) return;
    auto& crates = holdings_[std::move(name)];
    const auto* kernel = kernel_around(place);
    const auto [same, is_new] = known.try_emplace({&crates, kernel, artifact.crate->svh}, crates.size());
    if (is_new) crates.emplace_back(&artifact, kernel);
    crates[same->second].places.insert(std::move(place));
  }

  const ScanResult& scan_;
  std::string root_;
  Kernels own_;
  const Kernels& all_;
  std::set<const std::string*> occupied_;  ///< kernels, or the outside, that have anything
  bool is_recorded_ = false;
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
  using Keys = std::vector<std::pair<std::string_view, std::string_view>>;

  void compare(const std::string& name, Crates& before, Crates& after) {
    const auto svh = [](const Holding& crate) { return std::string_view(crate.artifact->crate->svh); };
    pair(name, before, after, [&](const Holding& crate) {
      Keys keys;
      for (const auto& place : crate.places) keys.emplace_back(svh(crate), place);
      return keys;
    });
    pair(name, before, after, [&](const Holding& crate) { return Keys{{svh(crate), {}}}; });
    pair(name, before, after, [](const Holding& crate) {
      Keys keys;
      for (const auto& place : crate.places) keys.emplace_back(place, "");
      return keys;
    });
    pair(name, before, after, [](const Holding& crate) { return Keys{{crate.artifact->crate->extra_filename, {}}}; });
    pair(name, before, after, [](const Holding&) { return Keys{{}}; });
    for (const auto& gone : before) result_.crates.push_back({name, {Change::removed}, gone.artifact, nullptr});
    for (const auto& added : after) result_.crates.push_back({name, {Change::added}, nullptr, added.artifact});
  }

  // Compares those that have a key in common, each with the first there is, and takes them out.
  template <class KeysOf>
  void pair(const std::string& name, Crates& before, Crates& after, const KeysOf& keys_of) {
    if (before.empty() || after.empty()) return;
    std::map<Keys::value_type, std::vector<std::size_t>> having;  // from the last to the first
    for (auto i = after.size(); i-- > 0;)
      for (const auto& key : keys_of(after[i])) having[key].push_back(i);
    std::erase_if(before, [&](const Holding& old) {
      auto first = after.size();
      for (const auto& key : keys_of(old)) {
        const auto found = having.find(key);
        if (found == having.end()) continue;
        auto& left = found->second;
        while (!left.empty() && !after[left.back()].artifact) left.pop_back();
        if (!left.empty()) first = std::min(first, left.back());
      }
      if (first == after.size()) return false;
      compare(name, old, after[first]);
      after[first].artifact = nullptr;
      return true;
    });
    std::erase_if(after, [](const Holding& crate) { return !crate.artifact; });
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
