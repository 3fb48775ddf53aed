// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/formats.h"

namespace rartifacts {

Result<std::string> write_sha256sums(const Manifest& manifest) {
  std::string out;
  for (const auto* artifact : manifest.artifacts) out += sha256sum_line(artifact->sha256.value_or(""), artifact->path);
  return out;
}

}  // namespace rartifacts
