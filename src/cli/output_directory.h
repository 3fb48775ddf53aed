// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string>
#include <vector>

#include "cli/destination.h"
#include "cli/temporary.h"

namespace rartifacts {

/// Files that come to stand in a directory together. Each is written into a hidden folder inside of it, and all are moved to
/// their names once all are complete; until then nobody sees any. No link in the directory is followed, to a folder neither, and none
/// on the way to it that stands in a folder that is read.
class OutputDirectory {
 public:
  /// Opens `path`, and makes it when it is not there.
  static Result<OutputDirectory> open(const std::string& path, const InputPlaces& inputs);
  OutputDirectory(OutputDirectory&& other) noexcept = default;
  OutputDirectory& operator=(OutputDirectory&& other) noexcept = delete;
  /// Removes what has not been moved, and the directory itself when it was made here and is empty.
  ~OutputDirectory();

  /// True when something has this name already.
  bool holds(const std::string& name) const { return stat_below(directory_.get(), name).has_value(); }
  /// A new file that will be called `name`; folders in it are made.
  Result<Descriptor> create(const std::string& name);
  /// Moves all files to their names. What stands there is replaced when `replace`, and gives its owner and permissions to what
  /// replaces it; otherwise it is an error, and those that were moved already are taken away again.
  Result<void> commit(bool replace);

 private:
  OutputDirectory(Destination place, Descriptor directory)
      : place_(std::move(place)), directory_(std::move(directory)) {}
  void take_after(int folder, const std::string& name, const std::string& staged) const;

  Destination place_;
  bool is_new_ = false;
  Descriptor directory_;
  TemporaryFolder staging_;
  std::vector<std::string> names_;
};

/// Copies `length` bytes at `offset` of one file to another, through a buffer.
struct CopyError {
  Error error;
  bool is_of_output = false;
};
std::expected<void, CopyError> copy_range(int from, std::uint64_t offset, std::uint64_t length, int to);

}  // namespace rartifacts
