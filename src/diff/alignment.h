// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan.h>

#include <string>
#include <string_view>
#include <utility>

namespace rartifacts {

/// The directory of a set that its places count from, with the slash at its end, or empty: of the set before, and of that after.
std::pair<std::string, std::string> align(const ScanResult& before, const ScanResult& after);

/// `path` as it is named from `root`: what is outside begins with `../`.
std::string place_from(std::string_view root, std::string_view path);

/// Where a kernel stands, as a root: its path and a slash, or empty.
std::string root_of(const KernelRoot& kernel);

}  // namespace rartifacts
