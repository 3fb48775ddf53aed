// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/link.h>
#include <rartifacts/object.h>

#include <algorithm>

#include "fuzz.h"

namespace rartifacts {

// Each line is a name. What can be written out is a name, and not longer than the limit.
void fuzz(Image& file) {
  auto bytes = file.fetch(0, file.size());
  if (!bytes) return;
  for (auto rest = as_text(*bytes); !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto name = demangle(line);
    require(!name || (is_rust_mangled(line) && name->text.size() <= 64 * 1024 + 3 * line.size()));
    if (const auto symbol = group_symbol(line); name) require(symbol.demangled == name->text);
  }
}

}  // namespace rartifacts
