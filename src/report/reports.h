// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>

#include <span>
#include <string>
#include <string_view>

#include "report/judged_set.h"

namespace rartifacts {

/// What a report is made of.
struct ReportInput {
  const Audit& audit;
  const ScanResult& scan;                  ///< for the manifest and the crate graph in the page
  std::vector<const Artifact*> artifacts;  ///< what would ship, sorted by path
  std::string root;                        ///< what was audited, as the user named it
  Severity fail_on = Severity::error;      ///< the threshold of the verdict
  std::string version;                     ///< of rartifacts
  bool color = false;                      ///< for `text`
  /// Where the findings are of sets that were judged one by one: one row each, shown when there are several. Then `scan` and `artifacts` are empty.
  std::vector<SetRow> sets = {};
};

/// True when nothing that is not waived reaches the threshold.
bool is_healthy(const ReportInput& input);

/// A form a report can be written in.
struct ReportFormat {
  std::string_view name;
  std::string_view what;
  std::string (*write)(const ReportInput& input);
  bool shows_passed = false;  ///< tells of rules that found nothing, too
};

/// One row per format.
std::span<const ReportFormat> report_table();
const ReportFormat* report_of(std::string_view name);

// One writer per format, each in a file of its own name.
std::string write_text_report(const ReportInput& input);
std::string write_json_report(const ReportInput& input);
std::string write_junit_report(const ReportInput& input);
std::string write_sarif_report(const ReportInput& input);
std::string write_github_report(const ReportInput& input);
std::string write_codequality_report(const ReportInput& input);
std::string write_checkstyle_report(const ReportInput& input);
std::string write_markdown_report(const ReportInput& input);
std::string write_html_report(const ReportInput& input);
std::string write_ndjson_report(const ReportInput& input);

}  // namespace rartifacts
