// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/package.h>
#include <rartifacts/scan.h>

#include <cstdint>
#include <string>
#include <vector>

namespace rartifacts {

/// Compares what the packages `files`, below the directory `base`, have under the paths that several of them ship. These are known by
/// their hashes only (`keys`, sorted, of PackagePaths), so the packages are read again; when there are none, nothing is. Packages that
/// cannot be read are added to `problems`.
std::vector<PathClash> compare_clashes(int base, const std::vector<std::string>& files,
                                       const std::vector<std::uint64_t>& keys, std::vector<Problem>& problems);

}  // namespace rartifacts
