// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace rartifacts {

/// What was judged by itself, a package for one, and what came out.
struct JudgedSet {
  std::string name;  ///< as the user named it; raw bytes
  Audit audit;
  std::vector<Problem> problems;  ///< what could not be read; then nothing is known of the set
  bool is_judged = true;          ///< false: there is nothing in it that is judged
  std::uint64_t entries = 0;      ///< directory entries seen
  std::size_t shipping = 0;       ///< artifacts that would ship
  std::size_t judged = 0;         ///< those, and what was judged besides
};

/// How findings weigh, without the findings.
struct Tally {
  std::array<std::size_t, 3> open{};  ///< not waived, by severity
  std::size_t waived = 0;

  void count(const Finding& finding);
  /// True when nothing that is not waived reaches the threshold.
  bool is_healthy(Severity fail_on) const;
};
Tally tally_of(const std::vector<Finding>& findings);

/// What a report says of one set of several.
struct SetRow {
  std::string name;
  Tally tally;
  bool is_readable = true;
  bool is_judged = true;
  std::size_t shipping = 0;
  std::size_t judged = 0;
};
/// `ok`, `findings`, `nothing` or `unreadable`.
std::string_view verdict_word(const SetRow& row, Severity fail_on);
SetRow set_row(const JudgedSet& set);
/// How many the verdict is about: of a healthy set what would ship.
std::size_t artifacts_in(const SetRow& row, Severity fail_on);

/// Several sets on their way into one report.
class JoinedSets {
 public:
  /// What is left out needs no memory, however many sets there are.
  struct Keeps {
    bool findings = true;  ///< false: only the first that decides the verdict
    bool passed = true;    ///< the rules that found nothing
  };
  JoinedSets(Severity fail_on, Keeps keeps) : fail_on_(fail_on), keeps_(keeps) {}

  /// What is kept is charged to the budget.
  Result<void> add(JudgedSet&& set);
  /// Sorts out what was needed by several.
  void finish();

  Audit audit;               ///< findings in the order of the sets
  std::vector<SetRow> rows;  ///< none when there are no findings to go with them
  std::uint64_t entries = 0;
  bool is_judged = false;   ///< something was
  bool is_readable = true;  ///< everything was

 private:
  Severity fail_on_;
  Keeps keeps_;
};

}  // namespace rartifacts
