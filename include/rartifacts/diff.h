// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan_result.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// How a crate or a file of one set differs from that of the other.
enum class Change {
  added,
  removed,
  rebuilt,        ///< another SVH, from the same rustc
  other_rustc,    ///< another SVH, from another rustc
  retargeted,     ///< compiled for another target
  moved,          ///< the same crate stands elsewhere
  other_content,  ///< the same SVH in a file with other bytes: rustc does not tell them apart, a linker does
  changed,        ///< a file that is no crate: another content
};
struct ChangeRow {
  Change change;
  std::string_view name;
  std::string_view what;
};
/// One row for each, in the order of the enumerators.
extern const std::array<ChangeRow, 8> change_table;

/// A crate that is not the same in both sets. `before` or `after` is empty when it was added or removed; of the files that
/// hold a crate they are the one that rustc would read. They point into the scans.
struct CrateChange {
  std::string name;
  std::vector<Change> changes;  ///< in the order of the enumerators, never empty
  const Artifact* before = nullptr;
  const Artifact* after = nullptr;
};

/// A file that is no crate: target.json, generated sources, helpers as bitcode. Or one of several files of a crate that is the
/// same otherwise.
struct FileChange {
  std::string path;  ///< from the root: `../` when it is outside
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

/// Compares two sets; opens no file. A crate is the same for rustc when name and SVH are: where two files of one kind with one
/// SVH have other digests, that is `other_content`. Each of several kernels has crates of its own. Paths count from the root of the kernel
/// tree where a set has one, or else from where most paths of both sets are the same. Files that are no crates are compared by
/// `sha256`. What only one set has, because nobody looks for it in a tree without configuration, is in `not_compared`. Both
/// scans must outlive the result.
Difference diff(const ScanResult& before, const ScanResult& after);

}  // namespace rartifacts
#pragma GCC visibility pop
