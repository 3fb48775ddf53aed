// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "package/stream.h"
#include "source/directory.h"

namespace rartifacts {

/// What is below a directory, in the order of a package: each directory before what is in it, all sorted by name. No link is followed,
/// and of what is neither file, directory nor link only type and name are told.
class DirectoryEntries {
 public:
  /// The caller keeps `base` open.
  explicit DirectoryEntries(int base) : base_(base), ahead_{""} {}

  /// As `PackageStream::next` and `read`.
  Result<std::optional<PackageEntry>> next();
  Result<std::size_t> read(std::span<std::uint8_t> into);

 private:
  Result<void> enter(const std::string& path);

  int base_;
  std::vector<std::string> ahead_;  ///< the next one last
  std::string path_;                ///< of the entry that `next` gave last
  std::optional<OpenedFile> file_;  ///< the same, once it is read
  std::uint64_t read_ = 0;          ///< bytes of it
};

}  // namespace rartifacts
