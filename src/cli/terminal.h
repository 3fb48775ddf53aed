// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan.h>

#include <chrono>
#include <string_view>

#include "cli/exit_code.h"

namespace rartifacts {

bool stdout_is_terminal();
/// Colour is for terminals whose user has not set NO_COLOR (no-color.org) or TERM=dumb.
bool wants_color();

/// Writes all of `text` to standard output. When that fails, because the disk is full or the reader has gone, says so and
/// returns `ExitCode::input`.
ExitCode print(std::string_view text);
/// True once this run has taken more than a limit allows: what it knows is not all, so it must not say anything of it.
bool is_over_limit();

/// The same for what programs read, which keeps every byte of a name: a terminal is shown it as `printable_lines`.
ExitCode print_list(std::string_view text);

/// `rartifacts: PATH: what is wrong` on standard error, one line whatever the path holds.
void report(const Problem& problem);
/// The same for what is no single path.
void complain(std::string_view what);

/// Shows how many entries were seen, on a terminal and once a second has passed; wipes itself out at the end.
class Progress {
 public:
  Progress();
  ~Progress();
  void operator()(std::uint64_t entries);
  /// The same for packages: `auditing: 12 of 140 packages`.
  void of_packages(std::size_t done, std::size_t all);

 private:
  bool is_due();
  std::chrono::steady_clock::time_point last_;
  bool enabled_;
  bool shown_ = false;
};

}  // namespace rartifacts
