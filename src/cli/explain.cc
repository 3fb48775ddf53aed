// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "cli/commands.h"
#include "cli/suggestion.h"
#include "cli/terminal.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

constexpr std::string_view kMarkdownHead =
    "<!-- SPDX-License-Identifier: MIT OR Apache-2.0 -->\n<!-- made by: rartifacts explain --markdown -->\n"
    "# Rules of `rartifacts audit`\n";

std::string as_text(const RuleRow& row) {
  return fmt::format("{}: {}\n\n{}\n\nfix: {}\nseverity: {}{}{}\n", row.id, row.says, row.why, row.fix,
                     name_of(row.severity), row.rustc_error.empty() ? "" : "\nrustc: error ", row.rustc_error);
}

std::string as_markdown(const RuleRow& row) {
  return fmt::format("\n## {}\n\n{}{}{}: {}.\n\n{}\n\nFix: {}.\n", row.id, name_of(row.severity),
                     row.rustc_error.empty() ? "" : ", ", row.rustc_error, row.says, row.why, row.fix);
}

std::string as_line(const RuleRow& row) {
  return fmt::format("{:<33} {:<8} {}\n", row.id, name_of(row.severity), row.says);
}

// `E0463`, in any case: the rules that foresee it.
std::string rules_behind(std::string_view code) {
  std::string out;
  const auto same = [](char a, char b) { return a == b || (a == 'E' && b == 'e'); };
  for (const auto& row : rule_table)
    if (!row.rustc_error.empty() && std::ranges::equal(row.rustc_error, code, same)) out += as_line(row);
  return out;
}

}  // namespace

ExitCode run_explain(const ExplainCommand& command) {
  const auto rule = rule_of(command.rule);
  if (!command.rule.empty() && !rule) {
    if (const auto rules = rules_behind(command.rule); !rules.empty()) return print(rules);
    complain(fmt::format("there is no rule {}{} (rartifacts explain lists them)", printable(command.rule),
                         did_you_mean(command.rule, rule_table, &RuleRow::id)));
    return ExitCode::usage;
  }
  std::string out = command.markdown ? std::string(kMarkdownHead) : "";
  for (const auto& row : rule_table) {
    if (rule && row.rule != *rule) continue;
    if (command.markdown) out += as_markdown(row);
    else out += rule ? as_text(row) : as_line(row);
  }
  return print(out);
}

}  // namespace rartifacts
