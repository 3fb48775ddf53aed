// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Workflow commands: `::error file=PATH,title=TITLE::MESSAGE`, one per line of the log.
// Defined by: docs.github.com, "Workflow commands for GitHub Actions"; escaping: actions/toolkit,
// packages/core/src/command.ts.
#include "report/shared.h"

namespace rartifacts {
std::string write_github_report(const ReportInput& input) {
  static constexpr std::string_view kCommands[] = {"notice", "warning", "error"};
  std::string out;
  for (const auto& finding : input.audit.findings) {
    if (finding.waived) continue;
    const auto command = kCommands[static_cast<std::size_t>(finding.severity)];
    const auto advice = finding.fix.empty() ? "" : "\nfix: " + finding.fix;
    out += fmt::format("::{} file={},title={}::{}\n", command, github_property(place_of(finding, input)),
                       github_property(codes_of(finding)), github_message(finding.message + advice));
  }
  return out + "verdict: " + verdict_of(input) + '\n';
}

}  // namespace rartifacts
