// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>
#include <rartifacts/kernel.h>
#include <rartifacts/package.h>

#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What a scan found, sorted by path.
struct ScanResult {
  std::vector<Artifact> artifacts;
  std::vector<KernelRoot> kernels;
  std::vector<KernelRoot>
      images;  ///< kernels of which the configuration and the modules are there, when modules are wanted
  /// The kernel tree that the named files stand in, or what a named Module.symvers tells of one; its files were not looked at.
  std::optional<KernelRoot> around;
  std::vector<Directory> directory_links;  ///< links to directories through which a kernel tree reaches its files
  /// Files with the name of an artifact that are none: in kernel trees all, elsewhere of crates and libraries; sorted.
  std::vector<std::string> strangers;
  std::vector<std::string> folders;  ///< folders with such a name; sorted
  /// What rustc writes for make beside the crates of a cargo target directory, `deps/NAME-HASH.d`. Not looked into; sorted.
  std::vector<std::string> dep_infos;
  std::vector<Problem> problems;
  /// Compiled files of no wanted kind, when `path_leaks` were asked for; only `path` and `path_leaks` are filled.
  std::vector<Artifact> others;
  PackageRoot packages;       ///< empty unless this is the inside of packages
  std::uint64_t entries = 0;  ///< directory entries seen
};

}  // namespace rartifacts
#pragma GCC visibility pop
