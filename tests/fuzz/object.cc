// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/object.h>

#include "fuzz.h"

namespace rartifacts {

void fuzz(Image& file) {
  const View view(file);
  (void)find_section(view, ".rustc");
  (void)find_section(view, ".rmeta");
  (void)read_elf(view);
  (void)elf_exports(view, {"__rustc_proc_macro_decls_"});
  (void)read_object(view);
}

}  // namespace rartifacts
