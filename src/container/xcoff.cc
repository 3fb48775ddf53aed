// SPDX-License-Identifier: MIT OR Apache-2.0
//
// XCOFF (AIX), big-endian: a file header of 24 bytes (f_magic 0x01f7, f_nscns at 2, f_opthdr at 16) and section headers of
// 72 bytes (s_name[8], s_size at 24, s_scnptr at 32); in 32-bit files (0x01df) 20 and 40 bytes, s_scnptr at 20. rustc keeps metadata in `.info`, after its length as u32.
// Defined by: AIX <filehdr.h>, <scnhdr.h>; rustc_codegen_ssa back/metadata.rs, create_compressed_metadata_file_for_xcoff.
#include "container/sections.h"

namespace rartifacts {

Result<std::optional<View>> find_xcoff_section(View file, std::string_view name) {
  const auto magic = file.head(2);
  const bool is64 = magic.size() == 2 && load_be(magic, 0, 2) == 0x01f7;
  const std::size_t file_header = is64 ? 24 : 20;
  const std::size_t section_header = is64 ? 72 : 40;
  // The names that ELF and the others give these sections are not used here.
  if (name != ".rmeta" && name != ".rustc") return std::nullopt;
  auto header = file.fetch(0, file_header);
  if (!header) return pass(header);
  std::uint64_t at = file_header + load_be(*header, 16, 2);
  for (std::size_t i = 0; i < load_be(*header, 2, 2); ++i, at += section_header) {
    auto section = file.fetch(at, section_header);
    if (!section) return pass(section);
    const auto text = as_text(section->first(8));
    if (text.substr(0, text.find('\0')) != ".info") continue;
    const auto offset = is64 ? load_be(*section, 32, 8) : load_be(*section, 20, 4);
    auto length = file.fetch(offset, 4);
    if (!length) return pass(length);
    auto content = file.sub(offset + 4, load_be(*length, 0, 4));
    if (!content) return pass(content);
    return *content;
  }
  return std::nullopt;
}

}  // namespace rartifacts
