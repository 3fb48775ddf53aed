// SPDX-License-Identifier: MIT OR Apache-2.0
//
// WebAssembly modules: "\0asm", version, then sections of an id byte, a LEB128 size and the content. A custom section has
// id 0, and its content starts with its name (LEB128 length, bytes).
// Defined by: WebAssembly core specification, 5.5.
#include "container/sections.h"

namespace rartifacts {

Result<std::optional<View>> find_wasm_section(View file, std::string_view name) {
  std::uint64_t at = 8;
  while (at < file.size()) {
    Cursor section(file, at);
    const auto id = section.u8();
    const auto size = section.leb128(32);
    const auto content = section.position();
    if (!section.ok()) return section.error();
    if (size > file.size() - content) return fail_at(at, ErrorKind::truncated, "wasm section of {} bytes", size);
    if (id == 0) {
      const auto length = section.leb128(32);
      const auto found = as_text(section.raw(std::min<std::uint64_t>(length, size)));
      if (!section.ok() || section.position() > content + size)
        return fail_at(at, ErrorKind::malformed, "wasm section name of impossible length");
      if (found == name) {
        auto view = file.sub(section.position(), content + size - section.position());
        if (!view) return pass(view);
        return *view;
      }
    }
    at = content + size;
  }
  return std::nullopt;
}

}  // namespace rartifacts
