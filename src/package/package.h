// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/package.h>

#include "source/source.h"

namespace rartifacts {

/// Packages that are installed together.
class PackageSource : public Source {
 public:
  /// What the rules for packages need beside the artifacts; once `walk` has read them.
  virtual PackageRoot take_root() = 0;
};

/// What is to be known of each artifact besides what it is. A package is read once, so it is said before.
struct PackageOptions {
  bool digests = false;                 ///< `Artifact::sha256`
  bool members = false;                 ///< members of archives
  std::vector<std::string> path_leaks;  ///< texts to be counted
};

/// `files` are packages below the directory `base`, which the caller keeps open. They are read, each once from front to back, by
/// the first call of `walk`; so that nothing has to be kept but what is asked for, it is asked for then.
std::unique_ptr<PackageSource> open_packages(int base, std::vector<std::string> files, PackageOptions options);

}  // namespace rartifacts
