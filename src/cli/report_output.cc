// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/report_output.h"

#include <algorithm>

#include "cli/atomic_file.h"
#include "cli/suggestion.h"
#include "cli/terminal.h"
#include "report/shared.h"
#include "write/escape.h"

namespace rartifacts {
namespace {

// One line, for scripts.
std::string one_line(const ReportInput& input, bool healthy) {
  const auto at_fault =
      std::ranges::find_if(input.audit.findings, [&](const Finding& finding) { return decides(finding, input); });
  if (healthy || at_fault == input.audit.findings.end()) return fmt::format("{}: ok\n", printable(input.root));
  return fmt::format("{}: {}: {} [{}]\n", printable(input.root), printable(at_fault->path),
                     printable(at_fault->message), row_of(at_fault->rule).id);
}

}  // namespace

bool is_in_lines(const ReportWish& wish) { return wish.format->name == "ndjson"; }

Result<std::vector<ReportWish>> report_wishes(const std::vector<std::string>& texts, bool is_quiet) {
  std::vector<ReportWish> wishes;
  for (const auto& text : texts) {
    const auto name = text.substr(0, text.find('='));
    const auto* format = report_of(name);
    if (!format)
      return fail(ErrorKind::unsupported, "--report {}: there is no format {}{}", text, name,
                  suggestion(name, report_table(), &ReportFormat::name));
    wishes.push_back({format, text.size() > name.size() ? text.substr(name.size() + 1) : ""});
  }
  const auto to_stdout = std::ranges::count(wishes, std::string(), &ReportWish::file);
  if (to_stdout > 1)
    return fail(ErrorKind::unsupported,
                "two reports for standard output: give one of them a file, as in json=out.json");
  if (to_stdout > 0 && is_quiet)
    return fail(ErrorKind::unsupported,
                "--quiet and a report, both for standard output: give the report a file, as in json=out.json");
  if (to_stdout == 0 && !is_quiet) wishes.insert(wishes.begin(), {report_of("text"), ""});
  return wishes;
}

ExitCode write_reports(const ReportInput& input, const std::vector<ReportWish>& wishes, bool is_quiet,
                       const InputPlaces& inputs) {
  const bool healthy = is_healthy(input);
  if (is_quiet)
    if (const auto printed = print(one_line(input, healthy)); printed != ExitCode::done) return printed;
  for (const auto& wish : wishes) {
    if (is_in_lines(wish)) continue;
    const auto text = wish.format->write(input);
    if (wish.file.empty()) {
      if (const auto printed = print(text); printed != ExitCode::done) return printed;
    } else if (auto written = write_atomically(wish.file, text, inputs); !written) {
      return report({wish.file, written.error()}), ExitCode::input;
    }
  }
  return healthy ? ExitCode::done : ExitCode::findings;
}

}  // namespace rartifacts
