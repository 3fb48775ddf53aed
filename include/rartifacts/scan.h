// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>
#include <rartifacts/kernel.h>
#include <rartifacts/package.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rartifacts {

/// A path and why it could not be used.
struct Problem {
  std::string path;
  Error error;
};

/// A kernel build tree or headers tree inside of what was scanned: a directory that holds include/config/auto.conf.
struct KernelRoot {
  std::string path;         ///< relative to the base; empty when the base itself is the tree
  std::string config_path;  ///< the configuration that was read
  KernelConfig config;
  std::vector<std::string> places;  ///< the path itself, and where links to its directories lead
  std::vector<std::string>
      auxiliary;  ///< paths of the auxiliary files that the configuration calls for and that are there
  std::optional<std::string> release;      ///< include/config/kernel.release; read when there are modules to compare
  std::optional<std::string> target_json;  ///< text of scripts/target.json (rust/target.json before Linux 6.6)

  /// True when `file` is part of this tree.
  bool holds(std::string_view file) const;
};

struct ScanOptions {
  std::string base = ".";               ///< directory that all paths are relative to
  std::vector<std::string> paths;       ///< what to look at: files and directories, relative to `base`
  std::set<Kind> kinds;                 ///< what to look for; chosen by the ending of the name, unless `sniff`
  std::set<Kind> kernel_kinds;          ///< the same inside of a kernel tree
  bool sniff = false;                   ///< look into every file whatever its name
  bool sources = false;                 ///< also list what an editor needs of a kernel tree: Rust sources under rust/
  bool recurse = true;                  ///< go into subdirectories
  bool members = false;                 ///< list the members of archives
  bool link_facts = false;              ///< of objects, modules and archives in `paths`: what they bring to a linker
  SymbolNames exports;                  ///< what the kernel exports; empty: that of the only kernel in `paths`
  bool digests = false;                 ///< compute `sha256` of artifacts in packages: they pass by only once
  std::vector<std::string> path_leaks;  ///< texts to be counted in artifacts
  bool separate = false;                ///< every package is a root of its own
  bool outside = false;  ///< tell as well what links that lead out of the tree lead to; they stay problems
  unsigned jobs = 0;     ///< threads; 0: one per processor
  /// Called on the calling thread now and then with the number of directory entries seen so far.
  std::function<void(std::uint64_t entries)> progress;
};

/// What a scan found, sorted by path.
struct ScanResult {
  std::vector<Artifact> artifacts;
  std::vector<KernelRoot> kernels;
  std::vector<Directory> directory_links;  ///< links to directories through which a kernel tree reaches its files
  std::vector<std::string>
      strangers;  ///< in kernel trees: files and folders with the name of an artifact that are none, sorted
  std::vector<Problem> problems;
  PackageRoot packages;       ///< empty unless this is the inside of packages
  std::uint64_t entries = 0;  ///< directory entries seen
};

/// Walks the paths, looks into the files that can be of the wanted kinds, and tells what each is. Deterministic whatever the
/// number of threads. Links are not followed while walking; a link to a file is classified by what it leads to, and what it
/// leads to is listed as well.
///
/// Gives one result for what is on disk, if anything is, and one for the packages among the paths, which are installed together
/// unless `separate`. Paths in the latter are those inside; `PackageRoot::shown` makes them those that a user sees.
std::vector<ScanResult> scan_roots(const ScanOptions& options);

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
