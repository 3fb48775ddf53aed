// SPDX-License-Identifier: MIT OR Apache-2.0
//
// GitLab's Code Quality: an array of issues, shown in the merge request.
// Defined by: docs.gitlab.com, "Code Quality", "Code Quality report format". An issue needs a line; binaries have none, so it is 1.
#include "report/shared.h"

namespace rartifacts {
namespace {

std::string_view codequality_severity(Severity severity) {
  switch (severity) {
    case Severity::error: return "critical";
    case Severity::warning: return "minor";
    case Severity::info: break;
  }
  return "info";
}

}  // namespace

std::string write_codequality_report(const ReportInput& input) {
  Json json(2);
  json.begin_array();
  Fingerprints fingerprints;
  for (const auto& finding : input.audit.findings) {
    const auto fingerprint =
        fingerprints.next(finding);  // counted for waived ones too, so that a waiver changes no other
    if (finding.waived) continue;
    const auto advice = finding.fix.empty() ? "" : "; fix: " + finding.fix;
    json.begin_object().member("description", finding.message + advice);
    json.member("check_name", row_of(finding.rule).id).member("fingerprint", fingerprint);
    json.member("severity", codequality_severity(finding.severity));
    json.key("location").begin_object().member("path", place_of(finding, input));
    json.key("lines").begin_object().member("begin", 1).end_object().end_object().end_object();
  }
  json.end_array();
  return json.take() + '\n';
}

}  // namespace rartifacts
