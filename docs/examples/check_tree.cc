// SPDX-License-Identifier: MIT OR Apache-2.0
// check_tree TREE [WAIVERS]: prints what rustc would refuse in a tree, without the findings that WAIVERS lists.
#include <rartifacts/audit.h>
#include <rartifacts/scan.h>
#include <rartifacts/scan_result.h>
#include <rartifacts/select.h>
#include <rartifacts/waivers.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  auto options = rartifacts::scan_for(rartifacts::Profile::all);
  options.paths = {argv[1]};
  auto result = rartifacts::scan(options);
  auto audit = rartifacts::audit(result, rartifacts::AuditOptions());
  if (argc > 2) {
    const auto waivers = value_or_exit(rartifacts::parse_waivers(text_of(argv[2])));
    const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    rartifacts::apply_waivers(audit, waivers, argv[2], today);
  }
  bool is_refused = false;
  for (const auto& finding : audit.findings) {
    if (finding.waived) continue;
    std::printf("%s: %s [%s]\n", finding.path.c_str(), finding.message.c_str(),
                std::string(rartifacts::row_of(finding.rule).id).c_str());
    is_refused = is_refused || finding.severity == rartifacts::Severity::error;
  }
  return is_refused ? 1 : 0;
}
