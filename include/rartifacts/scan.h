// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan_options.h>
#include <rartifacts/scan_result.h>

#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// Walks the paths, looks into the files that can be of the wanted kinds, and tells what each is. Deterministic whatever the
/// number of threads. Links are not followed while walking; a link to a file is classified by what it leads to, and what it
/// leads to is listed as well.
///
/// Gives one result for what is on disk, if anything is, and one for the packages among the paths, which are installed together
/// unless `separate`. Paths in the latter are those inside; `PackageRoot::shown` makes them those that a user sees.
std::vector<ScanResult> scan_roots(const ScanOptions& options);

/// The same in parts, each a scan of its own: what is on disk, if anything is, and every package. Sorted by path.
std::vector<ScanOptions> apart(const ScanOptions& options);

/// The same in one, as it is shown.
ScanResult scan(const ScanOptions& options);

/// Gives all paths of a result the names of the packages they are in.
void show_packages(ScanResult& result);
/// One result of several, as it is shown.
ScanResult joined(std::vector<ScanResult> roots);

/// Computes `sha256` of each artifact that has none. Problems are appended.
void add_digests(const std::string& base, std::vector<Artifact*> artifacts, unsigned jobs,
                 std::vector<Problem>& problems);

/// What stands at each of `paths`: a directory and its mode, or a link and its text. Problems are appended.
std::vector<Directory> listed_directories(const std::string& base, const std::vector<std::string>& paths,
                                          std::vector<Problem>& problems);

}  // namespace rartifacts
#pragma GCC visibility pop
