// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/items.h>

#include <string>
#include <string_view>

namespace rartifacts {

/// The declaration of an item in the source that it is in, on one line, without comments and what its block holds. `span` is what rustc recorded of it, which
/// begins in `source`, and ends before `where`, before the type of an alias, and before all that a macro takes.
std::string declaration_text(std::string_view source, const SourceSpan& span, ItemKind kind, std::string_view name);

}  // namespace rartifacts
