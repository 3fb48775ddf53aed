// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Reports in lines
// ================
//
// What `audit --report ndjson` writes while it goes, and `report` reads: one JSON object per line. Each says what it is (`kind`), in
// which version of this form (`version`, 1), and most of them of what (`set`: a package, or all that was named):
//
//     run        a run of audit begins: `root`, `rartifacts` (its version), `fail_on`
//     passed     of a file: `path`, `rules` that found nothing
//     finding    the members that a finding has in `--report json`
//     problem    something could not be read: `path`, `message`; nothing is known of the set then
//     set        the end of a set: `verdict` (ok, findings, nothing, unreadable), `entries` seen, `shipping` and `judged`
//                (numbers of artifacts), `crates`, `unchecked`, `lacks_config`
//     end        the run has ended: number of `sets`; without it, it was broken off
//
// The lines of several runs may stand in one file, one behind the other or mixed.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "report/judged_set.h"

namespace rartifacts {

/// The first line of a run.
std::string ndjson_run(std::string_view root, std::string_view version, Severity fail_on);
/// All lines of a set.
std::string ndjson_set(const JudgedSet& set, Severity fail_on);
/// The last line of a run.
std::string ndjson_end(std::size_t sets);

/// Parts of a report, as they are read back.
class ReportParts {
 public:
  /// `keeps_passed`: false drops rules that found nothing.
  explicit ReportParts(bool keeps_passed) : keeps_passed_(keeps_passed) {}
  /// Reads what is left of an open file; `name` is what the user calls it. Errors: `malformed` with the line for what is no such line,
  /// `unsupported` for a later version, `truncated` when a run has no end, `empty`, `too_large`, `io`. Nothing is taken over then.
  Result<void> read(int fd, const std::string& name);
  /// All sets, sorted by name. When parts tell of sets of the same name, these have the name of their part in front of it, and so have
  /// their paths. Error: that leaves two of one name.
  Result<std::vector<JudgedSet>> take();
  /// What all runs were about, or `.`.
  std::string root() const;

 private:
  struct Part {
    std::string label;
    std::vector<JudgedSet> sets;
  };
  bool keeps_passed_;
  std::vector<Part> parts_;
  std::set<std::string> roots_;
};

}  // namespace rartifacts
