// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>
#include <rartifacts/bytes.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "source/helpers.h"

namespace rartifacts {

/// What a file in a package is; nothing when it is no artifact.
using PackageLook = Result<std::optional<Artifact>>;

/// Looks at `packed`, the file `path` of a package: at what is in it when it is a packed module; `members`: with those of an archive.
PackageLook look_at_packaged(View packed, const std::string& path, bool members);

/// Packed modules, looked at by other threads while the package is read on: to unpack them takes longer than to read the package.
class ModuleLooks {
 public:
  /// A module of more bytes is rare, and is looked at as it comes.
  static constexpr std::uint64_t kMostPacked = std::uint64_t{1} << 20;

  /// `jobs` threads; 0 is one per processor. `members` as above.
  ModuleLooks(unsigned jobs, bool members) : jobs_(jobs), members_(members) {}

  /// Of `known`, path and permissions are filled in, and what is known of all of `packed`. What is found stands there after `finish`.
  std::shared_ptr<const PackageLook> add(std::vector<std::uint8_t> packed, Artifact known);
  /// True when one could not be kept: what follows is read in vain.
  bool has_failed() const { return has_failed_; }
  /// Waits until all have been looked at. Errors: of the first module that could not be kept.
  Result<void> finish();

 private:
  unsigned jobs_;
  bool members_;
  std::size_t count_ = 0;
  std::atomic<bool> has_failed_{false};
  std::mutex mutex_;
  std::map<std::size_t, Error> failures_;  ///< by the number of the module
  std::unique_ptr<Helpers> helpers_;       ///< once there is a module
};

}  // namespace rartifacts
