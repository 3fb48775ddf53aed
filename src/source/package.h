// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan.h>

#include "source/source.h"

namespace rartifacts {

/// Packages that are installed together.
class PackageSource : public Source {
 public:
  /// What the rules for packages need beside the artifacts; once `walk` has read them.
  virtual PackageRoot take_root() = 0;
};

/// `files` are packages below the directory `base`, which the caller keeps open. They are read, each once from front to back, by
/// the first call of `walk`; so that nothing has to be kept but what is asked for, it is asked for then.
std::unique_ptr<PackageSource> open_packages(int base, std::vector<std::string> files, const ScanOptions& options);

}  // namespace rartifacts
