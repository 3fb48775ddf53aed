// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/error.h>

namespace rartifacts {

std::string describe(const Error& error) {
  if (!error.offset) return error.what;
  return fmt::format("{} (at byte {})", error.what, *error.offset);
}

}  // namespace rartifacts
