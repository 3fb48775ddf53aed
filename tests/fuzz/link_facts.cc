// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/artifact.h>
#include <rartifacts/audit.h>

#include <nlohmann/json.hpp>

#include "fuzz.h"
#include "mutate_elf.h"
#include "write/object_json.h"
#include "write/object_text.h"

namespace rartifacts {

// Symbols, relocations and debug information, to the output.
void fuzz(Image& file) {
  Artifact artifact;
  artifact.kind = Kind::object;
  const ExportTable exports("0x0\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n");
  auto link = read_link_facts(View(file), &exports);
  if (!link || !*link) return;
  artifact.link = std::move(**link);
  Json json(0);
  json.begin_object();
  write_object(json, artifact);
  json.end_object();
  require(nlohmann::json::accept(json.take()));
  for (const char c : link_text(artifact)) require(c == '\n' || (c != 0x7f && (c < 0 || c >= 0x20)));
}

}  // namespace rartifacts

RARTIFACTS_MUTATOR(mutate_object)
