// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/ndjson.h"

#include "report/shared.h"

namespace rartifacts {
namespace {

Json line_of(std::string_view kind) {
  Json json;
  json.begin_object().member("kind", kind).member("version", 1);
  return json;
}

std::string ended(Json& json) { return json.end_object().take() + '\n'; }

// Rules of one file stand together.
std::string passed_lines(const JudgedSet& set) {
  std::string out;
  const auto& passed = set.audit.passed;
  for (std::size_t i = 0; i < passed.size();) {
    const auto& path = passed[i].second;
    auto json = line_of("passed");
    json.path_member("set", set.name).path_member("path", path).key("rules").begin_array();
    for (; i < passed.size() && passed[i].second == path; ++i) json.value(row_of(passed[i].first).id);
    json.end_array();
    out += ended(json);
  }
  return out;
}

}  // namespace

std::string ndjson_run(std::string_view root, std::string_view version, Severity fail_on) {
  auto json = line_of("run");
  json.path_member("root", root).member("rartifacts", version).member("fail_on", name_of(fail_on));
  return ended(json);
}

std::string ndjson_set(const JudgedSet& set, Severity fail_on) {
  auto out = passed_lines(set);
  for (const auto& finding : set.audit.findings) {
    auto json = line_of("finding");
    json.path_member("set", set.name);
    write_finding(json, finding);
    out += ended(json);
  }
  for (const auto& problem : set.problems) {
    auto json = line_of("problem");
    json.path_member("set", set.name).path_member("path", problem.path).path_member("message", describe(problem.error));
    out += ended(json);
  }
  auto json = line_of("set");
  json.path_member("set", set.name).member("verdict", verdict_word(set_row(set), fail_on));
  json.member("entries", set.entries).member("shipping", set.shipping).member("judged", set.judged);
  json.member("crates", set.audit.crates);
  write_unchecked(json, set.audit.unchecked);
  json.member("lacks_config", set.audit.lacks_config);
  return out + ended(json);
}

std::string ndjson_end(std::size_t sets) {
  auto json = line_of("end");
  json.member("sets", sets);
  return ended(json);
}

std::string write_ndjson_report(const ReportInput& input) {
  const JudgedSet all{.name = input.root,
                      .audit = input.audit,
                      .problems = {},
                      .entries = input.scan.entries,
                      .shipping = input.artifacts.size(),
                      .judged = judged_artifacts(input).size()};
  return ndjson_run(input.root, input.version, input.fail_on) + ndjson_set(all, input.fail_on) + ndjson_end(1);
}

}  // namespace rartifacts
