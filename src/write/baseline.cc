// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/bytes.h>
#include <rartifacts/waivers.h>

#include <algorithm>

#include "write/escape.h"

namespace rartifacts {
namespace {

// TOML is UTF-8. A byte that is not stands as the pattern for any byte: in the C locale fnmatch takes a byte for a character.
std::string as_pattern(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto length = utf8_sequence(path);
    if (std::string_view("*?[]\\").contains(path.front())) out += '\\';
    out += length == 0 ? "?" : path.substr(0, length);
    path.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace

std::string write_baseline(const Audit& audit) {
  std::string out = "# Findings that were there when this baseline was written.\n";
  for (const auto& finding : audit.findings) {
    if (finding.waived) continue;
    out += fmt::format("\n[[waiver]]\nrule = {}\npath = {}\n", toml_string(row_of(finding.rule).id),
                       toml_string(as_pattern(finding.path)));
    if (!finding.crate.empty()) out += fmt::format("crate = {}\n", toml_string(finding.crate));
    out += "reason = \"in the baseline\"\n";
  }
  return out;
}

}  // namespace rartifacts
