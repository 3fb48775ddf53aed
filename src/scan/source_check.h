// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/items.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rartifacts {

enum class SourceState {
  same,
  changed,
  missing,
  unreadable,  ///< it is there and cannot be read, or its checksum is of a sort that is not computed
};
std::string_view name_of(SourceState state);

/// A recorded source file beside the one at hand.
struct CheckedSource {
  SourceFile recorded;
  std::string place;  ///< the path that was looked at, below the directory
  SourceState state = SourceState::missing;
  std::optional<Error> error;  ///< of one that is unreadable
  std::string content;         ///< of one that is the same, when asked for
};

/// Where recorded paths stand now: what lies in the directory `first` lies in `second` instead. Of two that hold it is the last, as with
/// rustc's --remap-path-prefix.
using Remaps = std::vector<std::pair<std::string, std::string>>;
std::string remapped(std::string_view path, const Remaps& remaps);

/// Compares recorded checksums with the files below `directory`. Recorded paths are mostly absolute, of the machine that built:
/// the directory that has the most of them there is taken for `directory`. Error: the directory cannot be opened, or
/// there is more in it to read than it takes on disk.
Result<std::vector<CheckedSource>> check_sources(const std::vector<std::optional<SourceFile>>& recorded,
                                                 const std::string& directory, const Remaps& remaps, bool keep_content);

}  // namespace rartifacts
