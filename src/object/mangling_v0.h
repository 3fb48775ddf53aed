// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/object.h>

namespace rartifacts {

/// True when `rest`, a symbol without its `_R`, is a whole v0 name. Takes time in proportion to its length.
bool is_v0(std::string_view rest);
/// The same, written out. Nothing: it is none, or writing it out takes more than any compiler's names do.
std::optional<RustName> demangle_v0(std::string_view rest);

}  // namespace rartifacts
