// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan_result.h>

#include "source/source.h"

namespace rartifacts {

/// Finds the kernel tree that a named file stands in, unless one is known. True when the file is itself a list of exports.
bool take_around(const Source& source, const std::string& path, std::optional<KernelRoot>& around);

/// Finds kernel trees and installed kernels by the configurations among `entries`. A kernel inside of a kernel
/// (debian/linux-headers-…/ in a build tree) is part of the outer one.
void find_kernels(const Source& source, const std::vector<WalkEntry>& entries, ScanResult& result);

/// Reads Module.symvers of each tree that has one.
void read_exports(const Source& source, ScanResult& result);

/// Reads the release of each tree when there are modules to compare with it.
void read_releases(const Source& source, ScanResult& result);

}  // namespace rartifacts
