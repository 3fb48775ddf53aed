// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <cstdint>
#include <functional>

namespace rartifacts {

/// A file or link that a walk was asked to keep.
struct WalkEntry {
  std::string path;  ///< relative to the base
  bool is_link = false;
  std::uint64_t inode = 0;  ///< 0: not known
};

struct WalkRequest {
  std::vector<std::string> directories;  ///< where to start, relative to the base
  bool recurse = true;
  unsigned jobs = 0;
  /// Called on the walking threads for every name that is no directory; true keeps the entry.
  std::function<bool(std::string_view directory, std::string_view name)> wants;
  bool sniff = false;   ///< look into regular files that `wants` refused, and keep those that begin like an artifact
  bool watched = true;  ///< each directory that is opened costs its depth, as Landlock makes it
  std::function<void(std::uint64_t entries)> progress;  ///< called on the calling thread
};

struct WalkResult {
  std::vector<WalkEntry> entries;    ///< sorted by path, without duplicates
  std::vector<std::string> folders;  ///< directories with the name of a wanted file
  std::vector<Problem> problems;     ///< directories that could not be read
  std::uint64_t seen = 0;
};

/// Visits every directory of the file system below the starting points, on several threads. Links are reported, not followed.
WalkResult walk(int base, const WalkRequest& request);

}  // namespace rartifacts
