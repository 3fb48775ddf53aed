// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/metadata.h>

#include "fuzz.h"

namespace rartifacts {

void fuzz(Image& file) {
  const auto section = read_rustc_section(View(file));
  if (section) (void)read_metadata(section->blob);
}

}  // namespace rartifacts
