// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/bytes.h>

#include <cstring>

namespace rartifacts {

std::size_t utf8_sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const auto is_tail = [&](std::size_t i) { return (at(i) & 0xc0U) == 0x80; };
  if (lead >= 0xc2 && lead <= 0xdf) return is_tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool is_second = lead == 0xe0 ? at(1) >= 0xa0 : lead == 0xed ? at(1) <= 0x9f : true;
    return is_second && is_tail(1) && is_tail(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool is_second = lead == 0xf0 ? at(1) >= 0x90 : lead == 0xf4 ? at(1) <= 0x8f : true;
    return is_second && is_tail(1) && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    // Nearly all text is ASCII: eight characters at a time.
    std::uint64_t eight = 0;
    for (; text.size() >= sizeof eight; text.remove_prefix(sizeof eight)) {
      std::memcpy(&eight, text.data(), sizeof eight);
      if ((eight & 0x8080808080808080U) != 0) break;
    }
    if (text.empty()) break;
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      text.remove_prefix(1);
      continue;
    }
    const auto length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace rartifacts
