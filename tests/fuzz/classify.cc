// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/classify.h>

#include <nlohmann/json.hpp>

#include "fuzz.h"
#include "mutate_elf.h"
#include "write/artifact_json.h"
#include "write/artifact_text.h"

namespace rartifacts {

// The whole way of a file, to the output: whatever is in it, the JSON is JSON and the text has no control characters.
void fuzz(Image& file) {
  auto artifact = classify(View(file), "libfuzz.rmeta");
  if (!artifact || !*artifact) return;
  if (auto members = read_members(View(file))) (*artifact)->members = std::move(*members);
  Json json(0);
  write_artifact(json, **artifact);
  require(nlohmann::json::accept(json.take()));
  for (const char c : artifact_text(**artifact)) require(c == '\n' || (c != 0x7f && (c < 0 || c >= 0x20)));
}

}  // namespace rartifacts

RARTIFACTS_MUTATOR(mutate_object)
