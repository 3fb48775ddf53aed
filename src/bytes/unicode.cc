// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bytes/unicode.h"

#include <algorithm>
#include <array>

namespace rartifacts {
namespace {

struct CodeRange {
  char32_t first, last;
};

// General categories Cc, Cf, Zl and Zp of Unicode 15, and what is reserved for format characters beside them.
constexpr std::array kSteering{
    CodeRange{0x0000, 0x001f},   CodeRange{0x007f, 0x009f},   CodeRange{0x00ad, 0x00ad},   CodeRange{0x0600, 0x0605},
    CodeRange{0x061c, 0x061c},   CodeRange{0x06dd, 0x06dd},   CodeRange{0x070f, 0x070f},   CodeRange{0x0890, 0x0891},
    CodeRange{0x08e2, 0x08e2},   CodeRange{0x180e, 0x180e},   CodeRange{0x200b, 0x200f},   CodeRange{0x2028, 0x202e},
    CodeRange{0x2060, 0x206f},   CodeRange{0xfdd0, 0xfdef},   CodeRange{0xfeff, 0xfeff},   CodeRange{0xfff0, 0xfffb},
    CodeRange{0x110bd, 0x110bd}, CodeRange{0x110cd, 0x110cd}, CodeRange{0x13430, 0x1343f}, CodeRange{0x1bca0, 0x1bca3},
    CodeRange{0x1d173, 0x1d17a}, CodeRange{0xe0000, 0xe0fff},
};

constexpr std::array kWhiteSpace{
    CodeRange{0x0009, 0x000d}, CodeRange{0x0020, 0x0020}, CodeRange{0x0085, 0x0085}, CodeRange{0x00a0, 0x00a0},
    CodeRange{0x1680, 0x1680}, CodeRange{0x2000, 0x200a}, CodeRange{0x2028, 0x2029}, CodeRange{0x202f, 0x202f},
    CodeRange{0x205f, 0x205f}, CodeRange{0x3000, 0x3000},
};

template <class Table>
bool is_in_ranges(const Table& table, char32_t c) {
  const auto range = std::ranges::lower_bound(table, c, {}, &CodeRange::last);
  return range != table.end() && range->first <= c;
}

}  // namespace

char32_t code_point(std::string_view sequence) {
  const auto at = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(sequence[i])); };
  if (sequence.size() == 1) return at(0);
  // The lead byte has as many ones in front as the sequence has bytes, and a zero behind them.
  char32_t c = at(0) & (0x7fU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) c = c << 6 | (at(i) & 0x3f);
  return c;
}

bool is_steering(char32_t c) {
  constexpr char32_t kLastOfPlane = 0xfffe;  // U+nFFFE and U+nFFFF are noncharacters
  return is_in_ranges(kSteering, c) || (c & kLastOfPlane) == kLastOfPlane;
}

bool is_white_space(char32_t c) { return is_in_ranges(kWhiteSpace, c); }

}  // namespace rartifacts
