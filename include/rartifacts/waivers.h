// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// A finding that somebody has looked at and lives with. In a file (TOML 1.0):
///
///     [[waiver]]
///     rule = "stale-artifact"
///     path = "rust/old/*"                  # as fnmatch(3); `*` matches slashes too
///     crate = "core"                       # optional
///     reason = "kept for the other flavour"
///     expires = 2027-01-31                 # optional: the last day on which it holds
struct Waiver {
  Rule rule = Rule::no_artifacts;
  std::string path;
  std::optional<std::string> crate;
  std::string reason;
  std::optional<std::chrono::year_month_day> expires;
  std::uint32_t line = 0;  ///< in its file
};

/// Reads a file of waivers. Errors: `malformed`, with the line, for anything that is not exactly the form above.
Result<std::vector<Waiver>> parse_waivers(std::string_view text);

/// Marks the findings that `waivers` excuse, and notes in `used`, one for each of them, those that excuse one. For sets that are judged
/// one by one: each is marked with the same `used`, and at the end `waiver_findings` has what is to be said of the waivers.
void mark_waived(Audit& audit, const std::vector<Waiver>& waivers, std::chrono::year_month_day today,
                 std::vector<bool>& used);
/// Findings about `file`: waivers that are not in `used`, or whose day has passed.
std::vector<Finding> waiver_findings(const std::vector<Waiver>& waivers, const std::vector<bool>& used,
                                     const std::string& file, std::chrono::year_month_day today);
/// Both at once.
void apply_waivers(Audit& audit, const std::vector<Waiver>& waivers, const std::string& file,
                   std::chrono::year_month_day today);

/// Marks the findings that stand in a baseline: a file of waivers that `write_baseline` has made. Nobody minds unused ones.
void apply_baseline(Audit& audit, const std::vector<Waiver>& baseline);

/// A file of waivers for everything that was found and is not waived.
std::string write_baseline(const Audit& audit);

}  // namespace rartifacts
#pragma GCC visibility pop
