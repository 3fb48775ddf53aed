// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/artifact.h>

#include <nlohmann/json.hpp>

#include "fuzz.h"
#include "mutate_elf.h"
#include "write/object_json.h"
#include "write/object_text.h"

namespace rartifacts {

void fuzz(Image& file) {
  (void)has_own_c(View(file));
  auto module = read_module(View(file));
  if (!module) return;
  Json json(0);
  json.begin_object();
  write_module(json, *module);
  json.end_object();
  require(nlohmann::json::accept(json.take()));
  for (const char c : module_text(*module)) require(c == '\n' || (c != 0x7f && (c < 0 || c >= 0x20)));
}

}  // namespace rartifacts

RARTIFACTS_MUTATOR(mutate_elf)
