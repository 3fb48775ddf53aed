// SPDX-License-Identifier: MIT OR Apache-2.0
#include "kernel/root.h"

#include <algorithm>

#include "bytes/path.h"

namespace rartifacts {

bool is_known_text(std::string_view path) {
  return (file_name_of(path) == kConfigFile && directory_of(path).ends_with(kConfigDirectory)) ||
         path.ends_with("/target.json") || path.ends_with("include/config/kernel.release");
}

bool KernelRoot::holds(std::string_view file) const {
  return std::ranges::any_of(places, [&](const auto& place) { return is_below(file, place); });
}

}  // namespace rartifacts
