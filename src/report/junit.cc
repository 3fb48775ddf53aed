// SPDX-License-Identifier: MIT OR Apache-2.0
//
// JUnit XML as Ant's junit task began it and Jenkins reads it (jenkinsci/xunit-plugin, junit-10.xsd). There is one case
// per rule and file: class `rartifacts.RULE`, name PATH. No times of day: the same audit gives the same bytes.
#include <algorithm>
#include <map>

#include "report/shared.h"
#include "write/formats.h"

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

// Everything that is known, one fact per line.
std::string account_of(const Case& findings) {
  std::string text;
  for (const auto* finding : findings) {
    if (!text.empty()) text += '\n';
    text += fmt::format("{}: {} [{}]\n", name_of(finding->severity), printable(finding->message), codes_of(*finding));
    for (const auto& [name, value] : finding->evidence)
      text += fmt::format("{}: {}\n", printable(name), printable(value));
    if (!finding->fix.empty()) text += fmt::format("fix: {}\n", printable(finding->fix));
    if (finding->waived) text += fmt::format("waived: {}\n", printable(finding->waiver_reason));
  }
  return text;
}

// Line breaks between tags need no escaping, and the report is also read by people.
std::string lines_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = std::min(text.find('\n'), text.size());
    out += xml_escaped(text.substr(0, length));
    if (length < text.size()) out += '\n';
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return out;
}

// The first finding that made the case what it is.
const Finding& leader_of(const Case& findings, const ReportInput& input) {
  const auto first = std::ranges::find_if(findings, [&](const Finding* finding) { return decides(*finding, input); });
  return first == findings.end() ? *findings.front() : **first;
}

std::string write_case(std::string_view path, Rule rule, const Case& findings, const ReportInput& input) {
  auto out = fmt::format("    <testcase classname=\"rartifacts.{}\" name=\"{}\" time=\"0\"", row_of(rule).id,
                         xml_escaped(printable(path)));
  if (findings.empty()) return out + "/>\n";
  const auto text = lines_escaped(account_of(findings));
  const auto& leader = leader_of(findings, input);
  switch (outcome_of(findings, input)) {
    case Outcome::failed:
      out += fmt::format(">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n", name_of(leader.severity),
                         xml_escaped(printable(leader.message)), text);
      break;
    case Outcome::skipped:
      out += fmt::format(">\n      <skipped message=\"{}\">{}</skipped>\n",
                         xml_escaped(printable("waived: " + leader.waiver_reason)), text);
      break;
    case Outcome::passed: out += fmt::format(">\n      <system-out>{}</system-out>\n", text); break;
  }
  return out + "    </testcase>\n";
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_escaped(printable(value)));
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
