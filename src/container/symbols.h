// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/container.h>

#include <functional>

namespace rartifacts {

/// A name in a symbol table.
struct ForeignSymbol {
  std::string_view name;  ///< as C spells it; valid during the call
  bool is_defined = false;
  bool is_file = false;  ///< the name of a source file or codegen unit
};

/// Calls `take` for each symbol of a COFF object, a PE image that still has its symbol table, a thin Mach-O file or an XCOFF
/// object, until it says false. Errors: `truncated`, `malformed`.
Result<void> for_each_foreign_symbol(View file, const std::function<bool(const ForeignSymbol&)>& take);

}  // namespace rartifacts
