// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/recorded.h>
#include <rartifacts/scan.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

enum class Discrepancy { missing, changed, wrong_type, wrong_mode, wrong_link, broken_link, extra };
struct DiscrepancyRow {
  Discrepancy discrepancy;
  std::string_view name;
  std::string_view what;
};
/// One row for each, in the order of the enumerators.
extern const std::array<DiscrepancyRow, 7> discrepancy_table;

/// One thing that is not as the manifest says.
struct Deviation {
  Discrepancy discrepancy;
  std::string path;
  std::string message;  ///< one line: what is, and what should be
};

struct Verification {
  std::vector<Deviation> deviations;      ///< sorted by path
  std::vector<std::string> not_compared;  ///< what the manifest says nothing of
  std::size_t files = 0, links = 0, directories = 0;
};

/// Compares a copy with the manifest it was made from; opens no file. `any_mode`: permissions may differ.
Verification verify(const RecordedManifest& manifest, const Copy& copy, bool any_mode);

}  // namespace rartifacts
