// SPDX-License-Identifier: MIT OR Apache-2.0
//
// deb-changes(5), deb-buildinfo(5): fields as in a control file, perhaps within a signature. Both list files alike:
//
//     Checksums-Sha256:
//      e3b0c442… 1234 linux-headers-7.2_7.2-1_amd64.deb
#include "package/built_packages.h"

#include <algorithm>

namespace rartifacts {

bool is_build_record(std::string_view path) { return path.ends_with(".changes") || path.ends_with(".buildinfo"); }

std::vector<std::string> built_packages(std::string_view text) {
  std::vector<std::string> names;
  bool is_in_list = false;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(' ')) {
      is_in_list = line.starts_with("Checksums-Sha256:");
      continue;
    }
    const auto name = line.substr(line.rfind(' ') + 1);
    if (is_in_list && name.ends_with(".deb") && name.find('/') == name.npos) names.emplace_back(name);
  }
  return names;
}

}  // namespace rartifacts
