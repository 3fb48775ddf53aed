// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/shared.h"

namespace rartifacts {
namespace {

void text_or_null(Json& json, std::string_view name, const std::string& text) {
  if (text.empty()) json.key(name).null();
  else json.path_member(name, text);  // it may hold one
}

}  // namespace

void write_finding(Json& json, const Finding& finding) {
  json.member("rule", row_of(finding.rule).id).member("severity", name_of(finding.severity));
  json.path_member("path", finding.path);
  text_or_null(json, "crate", finding.crate);
  text_or_null(json, "rustc_error", finding.rustc_error);
  json.path_member("message", finding.message);
  write_evidence(json, finding);
  json.path_member("fix", finding.fix).member("waived", finding.waived);
  text_or_null(json, "waiver_reason", finding.waiver_reason);
}

void write_unchecked(Json& json, const std::vector<UncheckedCrate>& crates) {
  json.key("unchecked").begin_array();
  for (const auto& crate : crates)
    json.begin_object()
        .path_member("crate", crate.name)
        .member("svh", crate.svh)
        .path_member("needed_by", crate.needed_by)
        .end_object();
  json.end_array();
}

std::string write_json_report(const ReportInput& input) {
  Json json(2);
  json.begin_object().member("version", 1).path_member("root", input.root);
  json.member("artifacts", artifact_count(input)).member("verdict", is_healthy(input) ? "ok" : "findings");
  if (input.sets.size() > 1) {
    json.key("sets").begin_array();
    for (const auto& set : input.sets) {
      json.begin_object().path_member("path", set.name).member("verdict", verdict_word(set, input.fail_on));
      json.member("artifacts", artifacts_in(set, input.fail_on));
      for (const auto severity : {Severity::error, Severity::warning, Severity::info})
        json.member(name_of(severity), set.tally.open[static_cast<std::size_t>(severity)]);
      json.member("waived", set.tally.waived).end_object();
    }
    json.end_array();
  }
  json.key("findings").begin_array();
  for (const auto& finding : input.audit.findings) {
    json.begin_object();
    write_finding(json, finding);
    json.end_object();
  }
  json.end_array();
  write_unchecked(json, input.audit.unchecked);
  json.end_object();
  return json.take() + '\n';
}

}  // namespace rartifacts
