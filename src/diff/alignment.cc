// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Which place of one set is which of another
// ==========================================
//
// A headers package has its tree below /usr/src/linux-headers-<version>, a build tree has it at the top, and a manifest that was
// made of a package has the package before it: `headers.tar:include/…`. Where a set has one kernel, places count from the root of
// it. Otherwise the roots are those with which the most files of one set have the place of a file in the other, and of those the
// ones that leave the least out. They are found by votes: each two files of one name vote for what stands before the end that
// their paths share.
//
// Such a root holds the whole set, or is that of a kernel; or else a directory that was renamed in both sets would not be seen.
#include "diff/alignment.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "bytes/budget.h"

namespace rartifacts {
namespace {

/// Names that are everywhere, such as mod.rs, say little, and each two files of them would be too many.
constexpr std::size_t kMostPairs = 4096;

bool is_separator(char c) { return c == '/' || c == ':'; }
std::size_t shared_start(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}
bool is_boundary(std::string_view path, std::size_t at) { return at == 0 || is_separator(path[at - 1]); }

struct Paths {
  explicit Paths(const ScanResult& scan) {
    for (const auto& kernel : scan.kernels) kernels.insert(root_of(kernel));
    if (kernels.size() == 1) root = *kernels.begin();
    if (!scan.artifacts.empty()) common = scan.artifacts.front().path;
    for (const auto& artifact : scan.artifacts) {
      const std::string_view path = artifact.path;
      common = common.substr(0, shared_start(common, path));
      by_name[path.substr(path.find_last_of("/:") + 1)].push_back(path);
    }
  }

  bool can_have(std::string_view directory) const {
    return common.starts_with(directory) || kernels.contains(directory);
  }

  std::set<std::string, std::less<>> kernels;
  std::optional<std::string> root;  ///< that of the only kernel
  std::string_view common;          ///< what all paths begin with
  std::map<std::string_view, std::vector<std::string_view>> by_name;
};

using Roots = std::pair<std::string_view, std::string_view>;
using Votes = std::map<Roots, std::size_t>;

std::optional<Roots> vote(const Paths& before, std::string_view old, const Paths& after, std::string_view now) {
  const auto differ = std::ranges::mismatch(old.rbegin(), old.rend(), now.rbegin(), now.rend());
  auto same = static_cast<std::size_t>(differ.in1 - old.rbegin());
  while (same > 0 && !(is_boundary(old, old.size() - same) && is_boundary(now, now.size() - same))) --same;
  for (const auto& [side, path] : {std::pair(&before, old), std::pair(&after, now)}) {
    if (!side->root) continue;
    if (!path.starts_with(*side->root) || path.size() - side->root->size() > same) return std::nullopt;
    same = path.size() - side->root->size();
  }
  const Roots roots{old.substr(0, old.size() - same), now.substr(0, now.size() - same)};
  const bool is_free = !before.root && !after.root;
  if (is_free && !(before.can_have(roots.first) && after.can_have(roots.second))) return std::nullopt;
  return roots;
}

Result<void> count_votes(const Paths& before, const Paths& after, Votes& votes) {
  constexpr std::uint64_t kNode = 96;
  for (const auto& [name, old_paths] : before.by_name) {
    const auto found = after.by_name.find(name);
    if (found == after.by_name.end() || old_paths.size() * found->second.size() > kMostPairs) continue;
    for (const auto old : old_paths)
      for (const auto now : found->second) {
        if (auto charged = work(64 + old.size() + now.size()); !charged) return charged;
        const auto roots = vote(before, old, after, now);
        if (!roots) continue;
        const auto [counted, is_new] = votes.try_emplace(*roots);
        ++counted->second;
        if (!is_new) continue;
        if (auto kept = keep(kNode); !kept) return kept;
      }
  }
  return {};
}

}  // namespace

std::pair<std::string, std::string> align(const ScanResult& before, const ScanResult& after) {
  const Paths old_side(before);
  const Paths new_side(after);
  Roots best{old_side.root ? *old_side.root : std::string_view(), new_side.root ? *new_side.root : std::string_view()};
  if (old_side.root && new_side.root) return {std::string(best.first), std::string(best.second)};
  const Budget::Meanwhile meanwhile;
  Votes votes;
  if (!count_votes(old_side, new_side, votes)) return {};  // nothing will be said of it
  std::size_t most = 0;
  for (const auto& [roots, count] : votes) {
    const bool is_shorter = roots.first.size() + roots.second.size() < best.first.size() + best.second.size();
    if (count < most || (count == most && !is_shorter)) continue;
    most = count;
    best = roots;
  }
  return {std::string(best.first), std::string(best.second)};
}

std::string place_from(std::string_view root, std::string_view path) {
  std::size_t same = shared_start(root, path);
  while (!is_boundary(root, same)) --same;
  std::string place;
  for (const char c : root.substr(same))
    if (is_separator(c)) place += "../";
  return place.append(path.substr(same));
}

std::string root_of(const KernelRoot& kernel) { return kernel.path.empty() ? "" : kernel.path + '/'; }

}  // namespace rartifacts
