// SPDX-License-Identifier: MIT OR Apache-2.0
#include "object/punycode.h"

#include <algorithm>
#include <cstdint>

#include "bytes/unicode.h"

namespace rartifacts {
namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) out += static_cast<char>(c);
  else if (c < 0x800) out += static_cast<char>(0xc0 | c >> 6), tail(0);
  else if (c < 0x10000) out += static_cast<char>(0xe0 | c >> 12), tail(6), tail(0);
  else out += static_cast<char>(0xf0 | c >> 18), tail(12), tail(6), tail(0);
}

}  // namespace

std::optional<std::string> punycode(std::string_view text) {
  constexpr std::size_t kMaxCharacters = 256;
  std::u32string all;
  const auto split = text.rfind('_');
  for (const char c : split == text.npos ? "" : text.substr(0, split)) all += static_cast<char32_t>(c);
  auto rest = split == text.npos ? text : text.substr(split + 1);
  std::uint64_t bias = 72;
  std::uint64_t damp = 700;
  std::uint64_t at = 0;
  std::uint64_t c = 0x80;
  if (rest.empty()) return std::nullopt;
  while (!rest.empty()) {
    std::uint64_t delta = 0;
    std::uint64_t weight = 1;
    for (std::uint64_t k = 36;; k += 36) {
      if (rest.empty() || weight > 0xffffffff) return std::nullopt;
      const char digit = rest[0];
      rest.remove_prefix(1);
      const bool is_letter = digit >= 'a' && digit <= 'z';
      if (!is_letter && !is_digit(digit)) return std::nullopt;
      const auto value = static_cast<std::uint64_t>(is_letter ? digit - 'a' : digit - '0' + 26);
      delta += value * weight;
      const std::uint64_t threshold = k <= bias ? 1 : std::min<std::uint64_t>(k - bias, 26);
      if (value < threshold) break;
      weight *= 36 - threshold;
    }
    const std::uint64_t length = all.size() + 1;
    at += delta;
    c += at / length;
    at %= length;
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || length > kMaxCharacters) return std::nullopt;
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(at++), static_cast<char32_t>(c));
    delta /= damp;
    damp = 2;
    delta += delta / length;
    for (bias = 0; delta > 35 * 26 / 2; bias += 36) delta /= 35;
    bias += 36 * delta / (delta + 38);
  }
  std::string out;
  for (const char32_t one : all) append_utf8(out, one);
  return out;
}

}  // namespace rartifacts
