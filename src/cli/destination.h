// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/operands.h"
#include "source/directory.h"

namespace rartifacts {

/// The folders that are read: what stands in them may be a stranger's.
class InputPlaces {
 public:
  InputPlaces() = default;
  /// The folders that were named, and those of the files that were named. A package or a manifest is a file alone.
  explicit InputPlaces(const Operands& operands);
  /// True when the open folder is one of them or stands below one.
  bool hold(int folder) const;

 private:
  std::vector<std::pair<dev_t, ino_t>> folders_;
};

/// Where something is to be written: a name in an open folder. The name may be free; it is a link only when `is_magic`.
struct Destination {
  Descriptor folder;
  std::string name;       ///< `.` when the path is the folder itself
  bool is_magic = false;  ///< a link of /proc: not text, but the open file it stands for
  bool is_input = false;  ///< the folder is one that is read
};

/// Follows the links of a path, but none that stands in a folder that is read: whoever made the folder would choose what is
/// overwritten. Errors: `escaping` for such a link; `io`.
Result<Destination> find_destination(const std::string& path, const InputPlaces& inputs);

}  // namespace rartifacts
