// SPDX-License-Identifier: MIT OR Apache-2.0
//
// JUnit XML as Ant's junit task began it and Jenkins reads it (jenkinsci/xunit-plugin, junit-10.xsd). There is one case
// per rule and file: class `rartifacts.RULE`, name PATH. No times of day: the same audit gives the same bytes.
#include <algorithm>
#include <map>

#include "report/shared.h"

namespace rartifacts {
namespace {

// What was found by one rule in one file; nothing when it passed.
using Case = std::vector<const Finding*>;
using Cases = std::map<std::pair<std::string_view, Rule>, Case>;

Cases cases_of(const ReportInput& input) {
  Cases cases;
  for (const auto& [rule, path] : input.audit.passed) cases[{path, rule}];
  for (const auto& finding : input.audit.findings) cases[{place_of(finding, input), finding.rule}].push_back(&finding);
  return cases;
}

enum class Outcome { passed, failed, skipped };

Outcome outcome_of(const Case& findings, const ReportInput& input) {
  if (std::ranges::any_of(findings, [&](const Finding* finding) { return decides(*finding, input); }))
    return Outcome::failed;
  const bool is_waived =
      !findings.empty() && std::ranges::all_of(findings, [](const Finding* finding) { return finding->waived; });
  return is_waived ? Outcome::skipped : Outcome::passed;
}

// Everything that is known, one fact per line, as the text of an element.
std::string account_of(const Case& findings) {
  std::string text;
  for (const auto* finding : findings) {
    if (!text.empty()) text += '\n';
    text += fmt::format("{}: {} [{}]\n", name_of(finding->severity), xml_escaped(finding->message),
                        xml_escaped(codes_of(*finding)));
    for (const auto& [name, value] : finding->evidence)
      text += fmt::format("{}: {}\n", xml_escaped(name), xml_escaped(value));
    if (!finding->fix.empty()) text += fmt::format("fix: {}\n", xml_escaped(finding->fix));
    if (finding->waived) text += fmt::format("waived: {}\n", xml_escaped(finding->waiver_reason));
  }
  return text;
}

// The first finding that made the case what it is.
const Finding& leader_of(const Case& findings, const ReportInput& input) {
  const auto first = std::ranges::find_if(findings, [&](const Finding* finding) { return decides(*finding, input); });
  return first == findings.end() ? *findings.front() : **first;
}

std::string write_case(std::string_view path, Rule rule, const Case& findings, const ReportInput& input) {
  auto out = fmt::format("    <testcase classname=\"rartifacts.{}\" name=\"{}\" time=\"0\"", row_of(rule).id,
                         xml_escaped(path));
  if (findings.empty()) return out + "/>\n";
  const auto text = account_of(findings);
  const auto& leader = leader_of(findings, input);
  switch (outcome_of(findings, input)) {
    case Outcome::failed:
      out += fmt::format(">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n", name_of(leader.severity),
                         xml_escaped(leader.message), text);
      break;
    case Outcome::skipped:
      out += fmt::format(">\n      <skipped message=\"{}\">{}</skipped>\n",
                         xml_escaped("waived: " + leader.waiver_reason), text);
      break;
    case Outcome::passed: out += fmt::format(">\n      <system-out>{}</system-out>\n", text); break;
  }
  return out + "    </testcase>\n";
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_escaped(value));
}

}  // namespace

std::string write_junit_report(const ReportInput& input) {
  const auto cases = cases_of(input);
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::string body;
  for (const auto& [key, findings] : cases) {
    const auto outcome = outcome_of(findings, input);
    failures += outcome == Outcome::failed;
    skipped += outcome == Outcome::skipped;
    body += write_case(key.first, key.second, findings, input);
  }
  auto out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"rartifacts\" tests=\"{0}\" failures=\"{1}\" errors=\"0\" time=\"0\">\n"
      "  <testsuite name=\"rartifacts audit\" tests=\"{0}\" failures=\"{1}\" errors=\"0\" skipped=\"{2}\" time=\"0\">\n"
      "    <properties>\n",
      cases.size(), failures, skipped);
  out += property("root", input.root) + property("version", input.version) +
         property("fail-on", name_of(input.fail_on)) + property("verdict", verdict_of(input));
  return out + "    </properties>\n" + body + "  </testsuite>\n</testsuites>\n";
}

}  // namespace rartifacts
