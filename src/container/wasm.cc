// SPDX-License-Identifier: MIT OR Apache-2.0
//
// WebAssembly modules: "\0asm", version, then sections of an id byte, a LEB128 size and the content. A custom section has
// id 0, and its content starts with its name (LEB128 length, bytes).
// Defined by: WebAssembly core specification, 5.5.
#include "container/sections.h"

namespace rartifacts {

namespace {

using TakeSection = std::function<Result<bool>(std::uint8_t id, View content)>;

// Until `take` says true.
Result<void> for_each_wasm_section(View file, const TakeSection& take) {
  std::uint64_t at = 8;
  while (at < file.size()) {
    Cursor section(file, at);
    const auto id = section.u8();
    const auto size = section.leb128(32);
    const auto content = section.position();
    if (!section.ok()) return section.error();
    if (size > file.size() - content) return fail_at(at, ErrorKind::truncated, "wasm section of {} bytes", size);
    auto view = file.sub(content, size);
    if (!view) return pass(view);
    auto is_enough = take(id, *view);
    if (!is_enough) return pass(is_enough);
    if (*is_enough) break;
    at = content + size;
  }
  return {};
}

}  // namespace

Result<std::optional<View>> find_wasm_section(View file, std::string_view name) {
  std::optional<View> found;
  auto walked = for_each_wasm_section(file, [&](std::uint8_t id, View content) -> Result<bool> {
    if (id != 0) return false;
    Cursor section(content, 0);
    const auto length = section.leb128(32);
    const auto text = as_text(section.raw(std::min<std::uint64_t>(length, content.size())));
    if (!section.ok()) return fail_at(content.begin(), ErrorKind::malformed, "wasm section name of impossible length");
    if (text != name) return false;
    auto rest = content.sub(section.position(), content.size() - section.position());
    if (!rest) return pass(rest);
    found = *rest;
    return true;
  });
  if (!walked) return pass(walked);
  return found;
}

Result<std::optional<View>> find_wasm_data(View file) {
  constexpr std::uint8_t kData = 11;
  std::optional<View> found;
  const auto head = file.head(8);
  if (head.size() < 8 || load_le(head, 6, 2) != 0) return found;  // a component has other sections
  auto walked = for_each_wasm_section(file, [&](std::uint8_t id, View content) -> Result<bool> {
    if (id == kData) found = content;
    return id == kData;
  });
  if (!walked) return pass(walked);
  return found;
}

}  // namespace rartifacts
