// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/kernel.h>
#include <rartifacts/object.h>

#include "fuzz.h"

namespace rartifacts {

void fuzz(Image& file) {
  const auto text = as_text(View(file).head(file.size()));
  const auto config = KernelConfig::parse(text);
  (void)auxiliary_files(config, true);
  (void)is_rust_mangled(text);
}

}  // namespace rartifacts
