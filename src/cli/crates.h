// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cli/exit_code.h"
#include "scan/crate_shelf.h"

namespace rartifacts {

/// Where a command that asks about one crate finds it.
struct CrateChoice {
  std::unique_ptr<CrateShelf> shelf;
  const Artifact* artifact = nullptr;  ///< the file that describes the crate
  const NamedItems* crate = nullptr;
};

/// Scans what the user named: a file, or a tree or package to look for crates in. Errors are those of the scan.
Result<std::unique_ptr<CrateShelf>> shelf_of(const std::string& path);
/// The crate that is meant: of a file its own, else `name`; without a name `kernel`.
Result<CrateChoice> choose_crate(const std::string& path, const std::string& name);

}  // namespace rartifacts
