// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace rartifacts {

/// Writes the 16 digits of a hash. A list of dependencies is mostly hashes; fmt takes ten times as long for one.
inline void put_hex(char* into, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) *into++ = "0123456789abcdef"[value >> shift & 15];
}

inline void append_hex(std::string& text, std::uint64_t value) {
  char digits[16];
  put_hex(digits, value);
  text.append(digits, sizeof digits);
}

inline std::string hex_digits(std::uint64_t value) {
  std::string text;
  append_hex(text, value);
  return text;
}

inline std::string hex_digits(std::uint64_t first, std::uint64_t second) {
  std::string text;
  text.reserve(32);
  append_hex(text, first);
  append_hex(text, second);
  return text;
}

}  // namespace rartifacts
