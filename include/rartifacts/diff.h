// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rartifacts {

/// How a crate or a file of one set differs from that of the other.
enum class Change {
  added,
  removed,
  rebuilt,      ///< another SVH, from the same rustc
  other_rustc,  ///< another SVH, from another rustc
  retargeted,   ///< compiled for another target
  moved,        ///< the same crate stands elsewhere below the root
  changed,      ///< a file that is no crate: another content
};
struct ChangeRow {
  Change change;
  std::string_view name;
  std::string_view what;
};
/// One row for each, in the order of the enumerators.
extern const std::array<ChangeRow, 7> change_table;

/// A crate that is not the same in both sets. `before` or `after` is empty when it was added or removed; of the files that
/// hold a crate they are the one that rustc would read. They point into the scans.
struct CrateChange {
  std::string name;
  std::vector<Change> changes;  ///< in the order of the enumerators, never empty
  const Artifact* before = nullptr;
  const Artifact* after = nullptr;
};

/// A file that is no crate: target.json, generated sources, helpers as bitcode.
struct FileChange {
  std::string path;  ///< below the root
  Change change;
};

/// What one of the sets is.
struct DiffSide {
  std::size_t crates = 0;
  std::set<std::string> compilers;
  std::set<std::string> targets;  ///< custom targets by the name that rustc has for them
};

struct Difference {
  DiffSide before, after;
  std::vector<CrateChange> crates;  ///< sorted by name
  std::vector<FileChange> files;    ///< sorted by path
  std::size_t unchanged = 0;        ///< crates that are the same
  std::vector<std::string> not_compared;
};

/// Compares two sets; opens no file. A crate is the same when name and SVH are, which is all that rustc asks: two files with
/// one SVH may differ in their bytes. Paths count from the root of the kernel tree, or from the directory that holds all.
/// Files that are no crates are compared by `sha256`. Both scans must outlive the result.
Difference diff(const ScanResult& before, const ScanResult& after);

}  // namespace rartifacts
