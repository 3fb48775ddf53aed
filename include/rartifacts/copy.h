// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/recorded.h>

#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What stands at one place of a copy.
struct Standing {
  enum class Type { nothing, file, directory, link, other } type = Type::nothing;
  std::uint64_t size = 0;
  unsigned mode = 0;
  std::optional<std::string> link_target;
  std::optional<std::string> broken;  ///< the link, or one on the way to it, leads nowhere or out of the copy: why
  std::optional<std::string> sha256;  ///< of a file that is as long as the manifest says
};

/// What stands where a manifest lists something, and what stands beside it.
struct Copy {
  std::vector<Standing> artifacts;    ///< one for each artifact of the manifest, in its order
  std::vector<Standing> directories;  ///< the same for its directories
  std::vector<std::string> extra;     ///< other files below the directories that hold listed ones, sorted
  std::vector<Problem> problems;      ///< what could not be looked at
};

struct CopyOptions {
  std::string directory;              ///< where the copy stands
  bool extras = true;                 ///< look for files that are not listed
  std::optional<std::string> ignore;  ///< a path that is no extra file: that of the manifest
  unsigned jobs = 0;                  ///< threads; 0: one per processor
};

/// Looks at a copy; no link is followed out of it.
Copy look_at_copy(const RecordedManifest& manifest, const CopyOptions& options);

}  // namespace rartifacts
#pragma GCC visibility pop
