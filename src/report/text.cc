// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/shared.h"

namespace rartifacts {
namespace {

// What compilers use: bold places, red errors, magenta warnings, cyan for the rest.
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGood = "\x1b[1;32m";
constexpr std::string_view kSeverities[] = {"\x1b[1;36m", "\x1b[1;35m", "\x1b[1;31m"};

std::string colored(bool color, std::string_view code, std::string_view text) {
  return color ? fmt::format("{}{}\x1b[0m", code, text) : std::string(text);
}

}  // namespace

std::string write_text_report(const ReportInput& input) {
  std::string out;
  for (const auto& finding : input.audit.findings) {
    if (finding.waived) continue;
    const auto code = kSeverities[static_cast<std::size_t>(finding.severity)];
    out += fmt::format("{} {} {} [{}]\n", colored(input.color, kBold, printable(place_of(finding, input)) + ':'),
                       colored(input.color, code, fmt::format("{}:", name_of(finding.severity))),
                       printable(finding.message), printable(codes_of(finding)));
    if (!finding.fix.empty()) out += fmt::format("    fix: {}\n", printable(finding.fix));
  }
  const auto worst = kSeverities[static_cast<std::size_t>(Severity::error)];
  return out + colored(input.color, is_healthy(input) ? kGood : worst, "verdict: " + printable(verdict_of(input))) +
         '\n';
}

}  // namespace rartifacts
