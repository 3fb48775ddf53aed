// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

namespace rartifacts {

inline constexpr std::uint64_t kBigSymbol = 20;

/// Where the tables of a COFF object, a bigobj or a PE image stand.
struct CoffHeader {
  bool is_image = false;
  std::uint16_t machine = 0;
  std::uint16_t characteristics = 0;
  std::uint64_t optional_at = 0;  ///< the optional header, which only images have
  std::uint64_t sections_at = 0;
  std::uint64_t section_count = 0;
  std::uint64_t symbols_at = 0;  ///< 0: stripped
  std::uint64_t symbol_count = 0;
  std::uint64_t symbol_size = 18;
};
/// Errors: `truncated`, `malformed`.
Result<CoffHeader> read_coff_header(View file);

/// True when `head` starts as a bigobj does; also of MSVC's objects for code generation at link time, which have no sections.
bool is_big_coff(Bytes head);
/// True when `head` starts as a member of an import library does.
bool is_coff_import(Bytes head);

}  // namespace rartifacts
