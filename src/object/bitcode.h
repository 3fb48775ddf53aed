// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <optional>
#include <string>

namespace rartifacts {

/// What LLVM bitcode, raw or wrapped, shows of rustc.
struct BitcodeTraces {
  std::optional<std::string> signature;  ///< `rustc version 1.96.0 (…)`, of `!llvm.ident` or the debug information
  std::optional<std::string> symbol;     ///< a mangled name
};
/// Errors: as of reading the file.
Result<BitcodeTraces> read_bitcode(View file);

}  // namespace rartifacts
