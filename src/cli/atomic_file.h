// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string>
#include <string_view>

#include "cli/destination.h"

namespace rartifacts {

/// Puts `text` into `path` as a whole or not at all: a new file beside it, flushed to disk, then renamed over it, with the owner and
/// the permissions of what it replaces. Of a symbolic link, the file that it leads to is replaced; a link that stands in a folder that
/// is read is an error. Where a file can be written but not replaced (it is mounted there, or its folder is not ours), it is written
/// in place. What is no file, or is standard output (/dev/stdout), is written to directly.
Result<void> write_atomically(const std::string& path, std::string_view text, const InputPlaces& inputs);

/// A file that gets its lines while a run goes on. It takes the place of what stood there as soon as it is opened; for the rest, the same
/// holds as for `write_atomically`.
class GrowingFile {
 public:
  static Result<GrowingFile> open(const std::string& path, const InputPlaces& inputs);
  Result<void> write(std::string_view text) const;

 private:
  explicit GrowingFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace rartifacts
