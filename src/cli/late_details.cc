// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/late_details.h"

#include <fcntl.h>

#include <algorithm>
#include <set>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "classify/kept_size.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kMostDetails = std::uint64_t{16} << 20;  ///< that stay where they are
constexpr std::size_t kReadTogether = 64;

// What a link leads to has the details.
const std::string& file_of(const Artifact& artifact) { return artifact.resolved ? *artifact.resolved : artifact.path; }

}  // namespace

LateDetails::LateDetails(ScanOptions& options) : options_(options) {
  options.condense = [this](Artifact& artifact, const ScanResult&) { condense(artifact); };
  options_.condense = [this](Artifact& artifact, const ScanResult&) {
    auto details = take_details(artifact);
    const std::lock_guard lock(mutex_);
    at_hand_[artifact.path] = std::move(details);
  };
}

LateDetails::Details LateDetails::take_details(Artifact& artifact) {
  return {std::exchange(artifact.module, {}), std::exchange(artifact.link, {}),
          std::exchange(artifact.native_libraries, {}), std::exchange(artifact.exports, {})};
}

void LateDetails::condense(Artifact& artifact) {
  if (artifact.module) artifact.module.edit().checksums = {};  // shown by nobody
  const auto all = kept_size(artifact);
  auto details = take_details(artifact);
  const auto size = all - kept_size(artifact);
  const std::lock_guard lock(mutex_);
  if (kept_ + size > kMostDetails) {
    dropped_[artifact.path] = size;
    return;
  }
  kept_ += size;
  artifact.module = std::move(details.module);
  artifact.link = std::move(details.link);
  artifact.native_libraries = std::move(details.native_libraries);
  artifact.exports = std::move(details.exports);
}

void LateDetails::restore(std::span<Artifact> artifacts) {
  if (artifacts.empty() || !dropped_.contains(file_of(artifacts.front()))) return;
  if (!at_hand_.contains(file_of(artifacts.front()))) {
    at_hand_.clear();
    options_.paths.clear();
    std::uint64_t all = 0;
    std::set<FileVersion> files;
    for (const auto& artifact : artifacts.first(std::min(artifacts.size(), kReadTogether))) {
      const auto found = dropped_.find(file_of(artifact));
      if (found == dropped_.end()) continue;
      // The names of one file share its details, unless each may be the name of a crate.
      const auto status = stat_below(AT_FDCWD, join_path(options_.base, found->first));
      if (artifact.crate || !status || files.insert(version_of(*status)).second) {
        all += found->second;
        if (!options_.paths.empty() && all > kMostDetails) break;
      }
      options_.paths.push_back(found->first);
    }
    const Budget::Meanwhile meanwhile;
    std::ranges::move(scan(options_).problems, std::back_inserter(problems_));
    for (const auto& path : options_.paths) at_hand_.try_emplace(path);  // what could not be read is asked for once
  }
  const auto found = at_hand_.find(file_of(artifacts.front()));
  auto& artifact = artifacts.front();
  artifact.module = found->second.module;
  artifact.link = found->second.link;
  artifact.native_libraries = found->second.native_libraries;
  artifact.exports = found->second.exports;
}

void LateDetails::drop(Artifact& artifact) {
  if (dropped_.contains(file_of(artifact))) take_details(artifact);
}

}  // namespace rartifacts
