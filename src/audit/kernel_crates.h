// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>

#include <set>
#include <string>
#include <vector>

namespace rartifacts {

class Findings;

/// The crates that a module build would load from a kernel tree.
struct KernelCrates {
  std::set<const Artifact*> taken;
  std::string rustc;  ///< the compiler of most crates in the tree
};

/// Goes through the crates of a kernel tree as rustc does for a module; `files` are all crates in the tree, at least one, and `shelf`
/// has those of all trees.
KernelCrates find_kernel_crates(const ScanResult& result, const CrateFiles& shelf, const KernelRoot& kernel,
                                const AuditOptions& options, const std::vector<const Artifact*>& files,
                                Findings& findings);

/// True when rustc takes a file of that name for one of a crate.
bool is_crate_file(std::string_view file);

}  // namespace rartifacts
