// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/formats.h"

namespace rartifacts {
namespace {

// RFC 4180: quotes around whatever holds a separator, quotes doubled. Bytes are kept as they are.
std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

}  // namespace

Result<std::string> write_csv(const Manifest& manifest) {
  std::string out = "path,kind,side,size,sha256,crate,svh,triple,rustc,link_target\r\n";
  for (const auto* artifact : manifest.artifacts) {
    const Crate none;
    const auto& crate = artifact->crate ? *artifact->crate : none;
    out += fmt::format(
        "{},{},{},{},{},{},{},{},{},{}\r\n", field(artifact->path), name_of(artifact->kind), name_of(artifact->side),
        artifact->size, artifact->sha256.value_or(""), crate.name.text.value_or(""), crate.svh, field(crate.triple),
        field(artifact->metadata ? artifact->metadata->rustc : ""), field(artifact->link_target.value_or("")));
  }
  return out;
}

}  // namespace rartifacts
