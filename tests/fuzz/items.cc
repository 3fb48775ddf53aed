// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/interface.h>

#include "fuzz.h"

namespace rartifacts {

// Whatever the bytes are: parents come before their children, names are text, and going through all of it ends.
void fuzz(Image& file) {
  auto items = Items::open(View(file));
  if (!items) return;
  for (DefIndex i = 1; i < items->size(); ++i) {
    require(items->parent(i) < i);
    if (const auto name = items->name(i)) require(is_utf8(*name));
    items->visibility(i);
    if (const auto span = items->span(i)) require(span->file < items->source_files()->size());
  }
  items->listing();
  const NamedItems crate{"fuzzed", &*items};
  if (const auto interface = public_interface(crate, true, [](const Dependency&) { return nullptr; }))
    for (const auto& item : *interface) require(item.path.starts_with("fuzzed::"));
  require(items->prove().has_value() == Items::read(View(file)).has_value());
}

}  // namespace rartifacts
