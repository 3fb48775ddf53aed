// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>
#include <rartifacts/audit.h>

#include "manual/roff.h"

namespace rartifacts {

std::string rules_manual(HelpPages pages, const ManualEdition& edition) {
  constexpr std::string_view kRulesPage = "rartifacts-rules";
  auto out = roff_head(kRulesPage, 7, edition, "what `rartifacts audit` checks") + roff_title("Description") +
             roff_text(fmt::format(
                 "`rartifacts audit` checks a set of Rust artifacts against {} rules. Each has a name, which "
                 "waivers, baselines and reports refer to, and a severity, which `--severity` changes. The "
                 "error code, where there is one, is that of the rustc error which the rule foresees.",
                 rule_table.size())) +
             '\n' + roff_title("Rules");
  for (const auto& row : rule_table) {
    const auto code = row.rustc_error.empty() ? "" : fmt::format(", {}", row.rustc_error);
    out += fmt::format(".SS {}\n{}{}: {}.\n.PP\n{}\n.PP\nFix: {}.\n", roff_literal(row.id), name_of(row.severity), code,
                       roff_text(row.says), roff_text(row.why), roff_text(row.fix));
  }
  return out + roff_see_also(kRulesPage, pages);
}

}  // namespace rartifacts
