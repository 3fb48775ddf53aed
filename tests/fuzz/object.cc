// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/elf.h>
#include <rartifacts/object.h>

#include "fuzz.h"
#include "mutate_elf.h"

namespace rartifacts {

void fuzz(Image& file) {
  const View view(file);
  (void)find_section(view, ".rustc");
  (void)find_section(view, ".rmeta");
  if (const auto facts = read_elf(view)) require(facts->debug_bytes <= file.size());
  (void)program_machine(view);
  (void)elf_exports(view, {"__rustc_proc_macro_decls_"});
  (void)read_object(view);
}

}  // namespace rartifacts

RARTIFACTS_MUTATOR(mutate_elf)
