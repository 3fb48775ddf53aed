// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/reports.h"

#include <algorithm>
#include <array>

#include "report/shared.h"

namespace rartifacts {

// clang-format off
constexpr std::array kReports{
    //            name           what                                                                write                     passed
    ReportFormat{"text",        "one line per finding and what to do, for people",                   write_text_report},
    ReportFormat{"json",        "the verdict and all findings as one object",                        write_json_report},
    ReportFormat{"junit",       "JUnit XML: one case per rule and artifact, for Jenkins and GitLab", write_junit_report,       true},
    ReportFormat{"sarif",       "SARIF 2.1.0, for code scanning",                                    write_sarif_report},
    ReportFormat{"github",      "annotations of a GitHub workflow",                                  write_github_report},
    ReportFormat{"codequality", "GitLab's Code Quality, for merge requests",                         write_codequality_report},
    ReportFormat{"checkstyle",  "Checkstyle's XML, for reviewdog and Jenkins",                       write_checkstyle_report},
    ReportFormat{"markdown",    "a table of the findings, for the summary of a CI job",              write_markdown_report},
    ReportFormat{"html",        "one page with findings, crate graph and manifest, for a browser",   write_html_report,        true},
    ReportFormat{"ndjson",      "one object per line, as each package ends; `report` makes the others of it", write_ndjson_report, true},
};
// clang-format on

std::span<const ReportFormat> report_table() { return kReports; }

const ReportFormat* report_of(std::string_view name) {
  const auto* row = std::ranges::find(kReports, name, &ReportFormat::name);
  return row == kReports.end() ? nullptr : row;
}

bool is_healthy(const ReportInput& input) {
  return std::ranges::none_of(input.audit.findings, [&](const Finding& finding) { return decides(finding, input); });
}

}  // namespace rartifacts
