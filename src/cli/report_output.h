// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/destination.h"
#include "cli/exit_code.h"
#include "report/reports.h"

namespace rartifacts {

/// `json=out.json`, or `json` for standard output.
struct ReportWish {
  const ReportFormat* format;
  std::string file;  ///< empty: standard output
};

/// What `--report` asks for, and the text for people where nothing else goes to standard output.
Result<std::vector<ReportWish>> report_wishes(const std::vector<std::string>& texts, bool is_quiet);

/// Writes every report, and before that, when `is_quiet`, one line for scripts. Those that are written line by line as a run goes on
/// are passed over. The exit status is that of the verdict.
ExitCode write_reports(const ReportInput& input, const std::vector<ReportWish>& wishes, bool is_quiet,
                       const InputPlaces& inputs);

/// True for the form that is written line by line.
bool is_in_lines(const ReportWish& wish);

}  // namespace rartifacts
