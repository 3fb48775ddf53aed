// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

struct ScanResult;

/// What a scan is asked for.
struct ScanOptions {
  std::string base = ".";          ///< directory that all paths are relative to
  std::vector<std::string> paths;  ///< what to look at: files and directories, relative to `base`
  std::set<Kind> kinds;            ///< what to look for; chosen by the ending of the name, unless `sniff`
  std::set<Kind> kernel_kinds;     ///< the same inside of a kernel tree
  std::set<Kind> package_kinds;    ///< what to look for in packages besides
  bool sniff = false;              ///< look into every file whatever its name
  bool sources = false;            ///< also list what an editor needs of a kernel tree: Rust sources under rust/
  bool recurse = true;             ///< go into subdirectories
  bool members = false;            ///< list the members of archives
  bool link_facts = false;         ///< of objects, modules and archives in `paths`: what they bring to a linker
  std::shared_ptr<const ExportTable> exports;  ///< what the kernel exports; none: that of the only kernel in `paths`
  bool digests = false;                        ///< compute `sha256` of artifacts in packages: they pass by only once
  std::vector<std::string> path_leaks;         ///< texts to be counted in artifacts, and in all other compiled files
  bool separate = false;                       ///< every package is a root of its own
  bool together = false;                       ///< directories are taken for packages, and installed together
  bool around =
      false;  ///< tell of the kernel tree that a named file stands in, and take Module.symvers for a name of one
  bool outside = false;  ///< tell as well what links that lead out of the tree lead to; they stay problems
  unsigned jobs = 0;     ///< threads; 0: one per processor
  /// Called on the calling thread now and then with the number of directory entries seen so far.
  std::function<void(std::uint64_t entries)> progress;
  /// Called on the calling thread when the directories among `paths` are listed and no file has been read yet; no other thread of the
  /// scan is there. A caller that lets nothing watch the walk until then sets it: depth costs nothing then, else it is charged.
  std::function<void()> listed;
  /// Called on the reading threads with each file on disk that was read, and with the kernels that are known: it may drop what the
  /// caller has no use for. What is left is kept until the end, and of thousands of files that is much.
  std::function<void(Artifact& artifact, const ScanResult& so_far)> condense;
};

}  // namespace rartifacts
#pragma GCC visibility pop
