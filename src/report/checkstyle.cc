// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Checkstyle's XML: one <file> per path with its <error>s, as reviewdog, Jenkins (Warnings Next Generation) and many editors read it.
// Defined by: checkstyle/checkstyle, XMLLogger.java. What is waived is left out.
#include <map>

#include "report/shared.h"

namespace rartifacts {

std::string write_checkstyle_report(const ReportInput& input) {
  std::map<std::string_view, std::string> files;
  for (const auto& finding : input.audit.findings) {
    if (finding.waived) continue;
    const auto advice = finding.fix.empty() ? "" : "; fix: " + finding.fix;
    files[place_of(finding, input)] +=
        fmt::format("    <error line=\"1\" severity=\"{}\" message=\"{}\" source=\"rartifacts.{}\"/>\n",
                    name_of(finding.severity), xml_escaped(finding.message + advice), row_of(finding.rule).id);
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n";
  for (const auto& [path, errors] : files)
    out += fmt::format("  <file name=\"{}\">\n{}  </file>\n", xml_escaped(path), errors);
  return out + "</checkstyle>\n";
}

}  // namespace rartifacts
