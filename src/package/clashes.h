// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>
#include <rartifacts/package.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rartifacts {

/// Compares what the packages `files`, below the directory `base`, have under the paths that several of them ship. These are known by
/// their hashes only (`keys`, sorted, of PackagePaths), so the packages are read again; when there are none, nothing is. Every pair
/// of packages is compared. `is_directory` tells what a path is when its links are followed. Packages that cannot be read, and
/// more differences than can be listed, are added to `problems`.
using IsDirectory = std::function<bool(const std::string& path)>;
std::vector<PathClash> compare_clashes(int base, const std::vector<std::string>& files,
                                       const std::vector<std::uint64_t>& keys, const IsDirectory& is_directory,
                                       std::vector<Problem>& problems);

}  // namespace rartifacts
