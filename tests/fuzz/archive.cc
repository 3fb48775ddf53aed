// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/archive.h>

#include "fuzz.h"
#include "mutate_ar.h"

namespace rartifacts {

void fuzz(Image& file) {
  const View view(file);
  auto reader = ArchiveReader::open(view);
  if (!reader) return;
  std::uint64_t last = 0;
  for (;;) {
    const auto member = reader->next();
    if (!member || !*member) return;
    require((*member)->header > last || last == 0);  // always forward, or a loop could be made
    last = (*member)->header;
    require((*member)->external || view.sub((*member)->offset, (*member)->size).has_value());
  }
}

}  // namespace rartifacts

RARTIFACTS_MUTATOR(mutate_ar)
