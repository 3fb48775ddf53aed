// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Workflow commands: `::error file=PATH,title=TITLE::MESSAGE`, one per line of the log.
// Defined by: docs.github.com, "Workflow commands for GitHub Actions"; escaping: actions/toolkit,
// packages/core/src/command.ts.
#include "report/shared.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

// `special` as %XX. Other control characters and bytes that are not UTF-8 are shown, since the log is text.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  while (!text.empty()) {
    const auto length = text.find_first_of(special);
    out += printable(text.substr(0, length));
    if (length == std::string_view::npos) break;
    out += fmt::format("%{:02X}", static_cast<unsigned char>(text[length]));
    text.remove_prefix(length + 1);
  }
  return out;
}

std::string as_message(std::string_view text) { return escaped(text, "%\r\n"); }
std::string as_property(std::string_view text) { return escaped(text, "%\r\n:,"); }

}  // namespace

std::string write_github_report(const ReportInput& input) {
  static constexpr std::string_view kCommands[] = {"notice", "warning", "error"};
  std::string out;
  for (const auto& finding : input.audit.findings) {
    if (finding.waived) continue;
    const auto command = kCommands[static_cast<std::size_t>(finding.severity)];
    const auto advice = finding.fix.empty() ? "" : "\nfix: " + finding.fix;
    out += fmt::format("::{} file={},title={}::{}\n", command, as_property(place_of(finding, input)),
                       as_property(codes_of(finding)), as_message(finding.message + advice));
  }
  return out + "verdict: " + verdict_of(input) + '\n';
}

}  // namespace rartifacts
