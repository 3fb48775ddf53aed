// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/shared.h"

namespace rartifacts {
namespace {

void text_or_null(Json& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty()) json.null();
  else json.value(text);
}

}  // namespace

std::string write_json_report(const ReportInput& input) {
  Json json(2);
  json.begin_object().member("version", 1).path_member("root", input.root);
  json.member("artifacts", artifact_count(input)).member("verdict", is_healthy(input) ? "ok" : "findings");
  json.key("findings").begin_array();
  for (const auto& finding : input.audit.findings) {
    json.begin_object().member("rule", row_of(finding.rule).id).member("severity", name_of(finding.severity));
    json.path_member("path", finding.path);
    text_or_null(json, "crate", finding.crate);
    text_or_null(json, "rustc_error", finding.rustc_error);
    json.member("message", finding.message);
    write_evidence(json, finding);
    json.member("fix", finding.fix).member("waived", finding.waived);
    text_or_null(json, "waiver_reason", finding.waiver_reason);
    json.end_object();
  }
  json.end_array();
  json.key("unchecked").begin_array();
  for (const auto& crate : input.audit.unchecked)
    json.begin_object()
        .member("crate", crate.name)
        .member("svh", crate.svh)
        .path_member("needed_by", crate.needed_by)
        .end_object();
  json.end_array().end_object();
  return json.take() + '\n';
}

}  // namespace rartifacts
