// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/interface.h>

#include "diff/declaration.h"
#include "fuzz.h"

namespace rartifacts {

// A place in a source, which a crate records, and the source, which is whatever stands there now. What was believed to be a path of an
// item is believed again, and comes out the same.
void fuzz(Image& file) {
  constexpr std::size_t kPlace = 5;
  const auto text = as_text(View(file).head(file.size()));
  if (const auto path = item_path(text)) require(item_path(*path) == path);
  if (text.size() < kPlace) return;
  const auto number = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const SourceSpan span{.offset = number(0) + number(1) * std::uint64_t{256},
                        .length = number(2) + number(3) * std::uint64_t{256}};
  const auto kind = static_cast<ItemKind>(number(4) % (static_cast<unsigned>(ItemKind::primitive) + 1));
  const auto source = text.substr(kPlace);
  if (span.offset > source.size()) return;
  constexpr std::size_t kRule = 8;  // what is written in place of what a rule of a macro makes
  require(declaration_text(source, span, kind, "name").size() <= (1 + kRule) * source.size() + kRule);
}

}  // namespace rartifacts
