// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Two crates core of one target: whoever uses crates of both gets `found duplicate lang item`.
#include <rartifacts/graph.h>
#include <rartifacts/locate.h>

#include <map>
#include <set>

#include "audit/findings.h"
#include "bytes/path.h"

namespace rartifacts {

void compare_cores(const std::vector<const Artifact*>& files, const std::set<const Artifact*>& skipped,
                   Findings& findings) {
  using Users = std::map<std::string, const Artifact*>;  // by SVH of core
  std::map<std::tuple<std::string, std::string, std::string>, Users> cores;
  for (const auto* file : files) {
    if (!file->crate || !file->crate->dependencies || skipped.contains(file)) continue;
    for (const auto& needed : *file->crate->dependencies)
      if (needed.name.text && std::string_view(*needed.name.text) == "core")
        cores[{std::string(directory_of(file->path)), file->metadata->rustc, target_text(*file->crate)}].emplace(
            needed.svh, file);
  }
  for (const auto& [place, users] : cores) {
    if (users.size() < 2) continue;
    const auto& one = *users.begin()->second;
    const auto& other = *std::next(users.begin())->second;
    if (auto* added =
            findings.add(Severity::warning, Rule::duplicate_crate, other.path, "core",
                         fmt::format("{} and {} were compiled against two different crates core: no crate can use both",
                                     name_in(one.path), name_in(other.path)),
                         {{one.path, users.begin()->first}, {other.path, std::next(users.begin())->first}}))
      added->rustc_error = "E0152";
  }
}

}  // namespace rartifacts
