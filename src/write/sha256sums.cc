// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/formats.h"

namespace rartifacts {

// As coreutils writes it: a line with an escaped name starts with a backslash.
Result<std::string> write_sha256sums(const Manifest& manifest) {
  std::string out;
  for (const auto* artifact : manifest.artifacts) {
    std::string name;
    for (const char c : guarded(artifact->path)) {
      if (c == '\\') name += "\\\\";
      else if (c == '\n') name += "\\n";
      else if (c == '\r') name += "\\r";
      else name += c;
    }
    if (name != guarded(artifact->path)) out += '\\';
    out += fmt::format("{}  {}\n", artifact->sha256.value_or(""), name);
  }
  return out;
}

}  // namespace rartifacts
