// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "manual/manual.h"

namespace rartifacts {

/// `text` for a page: nothing in it is taken for a command, what stands in backticks is bold.
std::string roff_text(std::string_view text);
/// `text` to be copied: a dash is a dash, a quote a quote.
std::string roff_literal(std::string_view text);
/// The same in bold.
std::string roff_bold(std::string_view text);

/// The first lines of a page, up to its NAME.
std::string roff_head(std::string_view name, int section, const ManualEdition& edition, std::string_view summary);
/// SEE ALSO: every page but the own one.
std::string roff_see_also(std::string_view name, HelpPages pages);

/// `.SH TITLE`
std::string roff_title(std::string_view title);
/// The page with its long lines broken at spaces, except for commands, tags, and what stands between `.nf` and `.fi`.
std::string roff_filled(std::string_view page);
/// A tagged paragraph; both are roff already.
std::string roff_item(std::string_view tag, std::string_view text);

}  // namespace rartifacts
