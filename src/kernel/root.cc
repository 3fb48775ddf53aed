// SPDX-License-Identifier: MIT OR Apache-2.0
#include "kernel/root.h"

#include <algorithm>

#include "bytes/budget.h"
#include "bytes/path.h"

namespace rartifacts {

bool is_known_text(std::string_view path) {
  return (file_name_of(path) == kConfigFile && directory_of(path).ends_with(kConfigDirectory)) ||
         path.ends_with("/target.json") || path.ends_with(kReleaseFile) || !modules_of_config(path).empty();
}

std::vector<std::string> modules_of_config(std::string_view path) {
  constexpr std::string_view kInBoot = "config-";
  const auto name = file_name_of(path);
  const auto folder = directory_of(path);
  if (name == "config") {
    const auto modules = directory_of(folder);
    const bool is_theirs = file_name_of(modules) == "modules" && file_name_of(directory_of(modules)) == "lib";
    return is_theirs ? std::vector{std::string(folder)} : std::vector<std::string>();
  }
  if (!name.starts_with(kInBoot) || file_name_of(folder) != "boot") return {};
  const auto above = directory_of(folder);
  const auto release = name.substr(kInBoot.size());
  return {join_path(above, fmt::format("lib/modules/{}", release)),
          join_path(above, fmt::format("usr/lib/modules/{}", release))};
}

bool KernelRoot::holds(std::string_view file) const {
  return std::ranges::any_of(places, [&](const auto& place) { return is_below(file, place); });
}

KernelIndex::KernelIndex(const std::vector<KernelRoot>& kernels) {
  for (std::size_t i = 0; i < kernels.size(); ++i)
    for (const auto& place : kernels[i].places) add(place == "." ? "" : place, i);
}

std::vector<std::size_t> KernelIndex::holding(std::string_view path) const {
  std::vector<std::size_t> found;
  if (by_place_.empty()) return found;
  for (;; path = directory_of(path)) {
    add_work(32 + path.size());
    if (const auto place = by_place_.find(path); place != by_place_.end())
      found.insert(found.end(), place->second.begin(), place->second.end());
    if (path.empty()) break;
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

}  // namespace rartifacts
