// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/formats.h"

namespace rartifacts {

// Every path keeps its bytes: a reader of CSV gets what names the file, with `./` before a name that begins as a formula does.
Result<std::string> write_csv(const Manifest& manifest) {
  std::string out = "path,kind,side,size,sha256,crate,svh,triple,rustc,link_target\r\n";
  for (const auto* artifact : manifest.artifacts) {
    const Crate none;
    const auto& crate = artifact->crate ? *artifact->crate : none;
    out += fmt::format("{},{},{},{},{},{},{},{},{},{}\r\n", csv_path(artifact->path), name_of(artifact->kind),
                       name_of(artifact->side), artifact->size, artifact->sha256.value_or(""),
                       csv_field(crate.name.text.value_or("")), csv_field(crate.svh), csv_field(crate.triple),
                       csv_field(artifact->metadata ? artifact->metadata->rustc : ""),
                       csv_path(artifact->link_target.value_or("")));
    hand_over(manifest, out);
  }
  return out;
}

}  // namespace rartifacts
