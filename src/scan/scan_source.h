// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan.h>

#include <string>
#include <vector>

#include "source/source.h"

namespace rartifacts {

/// What the user named, by what it is.
struct NamedInputs {
  std::vector<std::string> directories;
  std::vector<std::string> files;
  std::vector<std::string> packages;
  std::vector<std::string> manifests;
  std::vector<Problem> problems;
};

/// The scan of one source; `operands.packages` is not looked at.
ScanResult scan_source(const ScanOptions& options, Source& source, const NamedInputs& operands);

}  // namespace rartifacts
