// SPDX-License-Identifier: MIT OR Apache-2.0
//
// SARIF 2.1.0: one run, all rules of the table, one result per finding.
// Defined by: docs.oasis-open.org/sarif/sarif/v2.1.0. What GitHub asks for besides: docs.github.com, "SARIF support for
// code scanning" (a place with a line for every result, and `primaryLocationLineHash` to know a result again).
#include "report/shared.h"

namespace rartifacts {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

std::string_view level_of(Severity severity) { return severity == Severity::info ? "note" : name_of(severity); }

// A message string, in which `{0}` would be a placeholder (section 3.11.5).
void write_message(Json& json, std::string_view name, std::string_view text) {
  std::string plain;
  for (const char c : text) plain.append(c == '{' || c == '}' ? 2 : 1, c);
  json.key(name).begin_object().member("text", plain).end_object();
}

// A URI reference (RFC 3986): relative for what is below the base, `file:` for the rest. A colon in a first segment
// would end a scheme, so it is encoded as well.
std::string uri_of(const std::string& path) {
  return (path.starts_with('/') ? "file://" : "") + percent_encoded(path, "/");
}

void write_rule(Json& json, const RuleRow& row) {
  json.begin_object().member("id", row.id);
  write_message(json, "shortDescription", row.says);
  write_message(json, "fullDescription", row.why);
  write_message(json, "help", row.fix);
  json.key("defaultConfiguration").begin_object().member("level", level_of(row.severity)).end_object();
  if (!row.rustc_error.empty())
    json.key("properties").begin_object().member("rustc_error", row.rustc_error).end_object();
  json.end_object();
}

void write_location(Json& json, const std::string& path) {
  json.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
  json.key("artifactLocation").begin_object().member("uri", uri_of(path)).end_object();
  json.key("region").begin_object().member("startLine", 1).end_object();
  json.end_object().end_object().end_array();
}

void write_result(Json& json, const Finding& finding, const ReportInput& input, Fingerprints& fingerprints) {
  json.begin_object().member("ruleId", row_of(finding.rule).id);
  json.member("ruleIndex", static_cast<std::size_t>(finding.rule)).member("level", level_of(finding.severity));
  write_message(json, "message", finding.message);
  write_location(json, place_of(finding, input));
  json.key("partialFingerprints")
      .begin_object()
      .member("primaryLocationLineHash", fingerprints.next(finding))
      .end_object();
  // Section 3.27.23: when one result of a run has this, all have.
  json.key("suppressions").begin_array();
  if (finding.waived)
    json.begin_object().member("kind", "external").member("justification", finding.waiver_reason).end_object();
  json.end_array();
  json.key("properties").begin_object();
  if (!finding.crate.empty()) json.member("crate", finding.crate);
  if (!finding.rustc_error.empty()) json.member("rustc_error", finding.rustc_error);
  write_evidence(json, finding);
  json.member("fix", finding.fix).end_object();
  json.end_object();
}

}  // namespace

std::string write_sarif_report(const ReportInput& input) {
  Json json(2);
  json.begin_object().member("$schema", kSchema).member("version", "2.1.0");
  json.key("runs").begin_array().begin_object();
  json.key("tool").begin_object().key("driver").begin_object();
  json.member("name", "rartifacts").member("version", input.version).key("rules").begin_array();
  for (const auto& row : rule_table) write_rule(json, row);
  json.end_array().end_object().end_object();
  json.key("results").begin_array();
  Fingerprints fingerprints;
  for (const auto& finding : input.audit.findings) write_result(json, finding, input, fingerprints);
  json.end_array();
  json.key("properties").begin_object().path_member("root", input.root);
  json.member("artifacts", artifact_count(input)).member("verdict", verdict_of(input)).end_object();
  json.end_object().end_array().end_object();
  return json.take() + '\n';
}

}  // namespace rartifacts
