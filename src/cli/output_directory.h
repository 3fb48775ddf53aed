// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <set>
#include <string>
#include <vector>

#include "source/directory.h"

namespace rartifacts {

/// Files that come to stand in a directory together. Each is written into a hidden folder inside of it, and all are moved to
/// their names once all are complete; until then nobody sees any. No link in the directory is followed, also to no folder.
class OutputDirectory {
 public:
  /// Opens `path`, and makes it when it is not there.
  static Result<OutputDirectory> open(const std::string& path);
  OutputDirectory(OutputDirectory&& other) noexcept = default;
  OutputDirectory& operator=(OutputDirectory&& other) noexcept = delete;
  /// Removes what has not been moved, and the directory itself when it was made here and is empty.
  ~OutputDirectory();

  /// True when something has this name already.
  bool holds(const std::string& name) const { return stat_below(directory_.get(), name).has_value(); }
  /// A new file that will be called `name`; folders in it are made.
  Result<Descriptor> create(const std::string& name);
  /// Moves all files to their names. What stands there is replaced when `replace`, and is an error otherwise; then those that
  /// were moved already are taken away again.
  Result<void> commit(bool replace);

 private:
  OutputDirectory(std::string path, Descriptor directory) : path_(std::move(path)), directory_(std::move(directory)) {}
  Result<void> make_staging();

  std::string path_;
  bool is_new_ = false;
  Descriptor directory_;
  Descriptor staging_;
  std::string staging_name_;
  std::vector<std::string> names_;
  std::set<std::string, std::less<>> folders_;  ///< that were made for them
};

/// Copies `length` bytes at `offset` of one file to another, through a buffer.
Result<void> copy_range(int from, std::uint64_t offset, std::uint64_t length, int to);

}  // namespace rartifacts
