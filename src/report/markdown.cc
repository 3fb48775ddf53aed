// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Markdown for the summary of a CI job ($GITHUB_STEP_SUMMARY) or a comment: the verdict, and a table of what was found.
// Defined by: github.github.com/gfm.
#include <algorithm>

#include "report/shared.h"
#include "write/escape.h"

namespace rartifacts {
std::string write_markdown_report(const ReportInput& input) {
  auto out = fmt::format("### rartifacts: {}\n\n{}: {}\n", is_healthy(input) ? "ok" : "findings",
                         markdown_code(input.root), markdown_escaped(verdict_of(input)));
  const auto& findings = input.audit.findings;
  if (std::ranges::all_of(findings, &Finding::waived)) return out;
  out += "\n| severity | rule | file | what | fix |\n|---|---|---|---|---|\n";
  for (const auto& finding : findings) {
    if (finding.waived) continue;
    out += fmt::format("| {} | {} | {} | {} | {} |\n", name_of(finding.severity), markdown_code(codes_of(finding)),
                       markdown_code(place_of(finding, input)), markdown_escaped(finding.message),
                       markdown_escaped(finding.fix));
  }
  return out;
}

}  // namespace rartifacts
