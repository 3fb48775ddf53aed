// SPDX-License-Identifier: MIT OR Apache-2.0
//
// COFF objects and PE images
// ==========================
//
//     PE:  "MZ" … e_lfanew at 0x3c → "PE\0\0" → file header → optional header → section table
//     COFF:                                     file header                   → section table
//
//     file header (20)    Machine, NumberOfSections, TimeDateStamp, PointerToSymbolTable, NumberOfSymbols,
//                         SizeOfOptionalHeader, Characteristics
//     section header (40) Name[8], VirtualSize, VirtualAddress, SizeOfRawData, PointerToRawData, …
//
// A name longer than 8 bytes is `/123`: offset 123 of the string table, which follows the symbol table. In an image
// SizeOfRawData is rounded up to the file alignment, so VirtualSize is the true length.
// Defined by: Microsoft, "PE Format".
#include <algorithm>
#include <charconv>

#include "container/sections.h"

namespace rartifacts {
namespace {

constexpr std::size_t kFileHeader = 20;
constexpr std::size_t kSectionHeader = 40;
constexpr std::size_t kSymbol = 18;

Result<std::string> section_name(View file, Bytes header, std::uint64_t string_table) {
  auto text = as_text(header.first(8));
  text = text.substr(0, text.find('\0'));
  if (!text.starts_with('/') || string_table == 0) return std::string(text);
  std::uint64_t offset = 0;
  const auto digits = text.substr(1);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), offset).ec != std::errc{}) return std::string(text);
  const std::uint64_t at = string_table + offset;
  constexpr std::uint64_t kLongest = 64;  // longer than every section name we ask for
  auto bytes = file.fetch(at, std::min(kLongest, at < file.size() ? file.size() - at : 0));
  if (!bytes) return pass(bytes);
  const auto name = as_text(*bytes);
  return std::string(name.substr(0, name.find('\0')));
}

}  // namespace

Result<std::optional<View>> find_coff_section(View file, std::string_view name) {
  std::uint64_t at = 0;
  bool is_image = false;
  auto start = file.fetch(0, kFileHeader);
  if (!start) return pass(start);
  if (as_text(*start).starts_with("MZ")) {
    auto dos = file.fetch(0, 64);
    if (!dos) return pass(dos);
    at = load_le(*dos, 0x3c, 4);
    auto signature = file.fetch(at, 4);
    if (!signature) return pass(signature);
    if (as_text(*signature) != std::string_view("PE\0\0", 4))
      return fail_at(at, ErrorKind::malformed, "no PE signature");
    at += 4;
    is_image = true;
  }
  auto header = file.fetch(at, kFileHeader);
  if (!header) return pass(header);
  const auto sections = load_le(*header, 2, 2);
  const auto symbols_at = load_le(*header, 8, 4);
  const std::uint64_t string_table = symbols_at == 0 ? 0 : symbols_at + load_le(*header, 12, 4) * kSymbol;
  at += kFileHeader + load_le(*header, 16, 2);
  for (std::size_t i = 0; i < sections; ++i, at += kSectionHeader) {
    auto section = file.fetch(at, kSectionHeader);
    if (!section) return pass(section);
    auto found = section_name(file, *section, string_table);
    if (!found) return pass(found);
    if (*found != name) continue;
    const auto virtual_size = load_le(*section, 8, 4);
    auto size = load_le(*section, 16, 4);
    if (is_image && virtual_size != 0) size = std::min(size, virtual_size);
    auto content = file.sub(load_le(*section, 20, 4), size);
    if (!content) return pass(content);
    return *content;
  }
  return std::nullopt;
}

}  // namespace rartifacts
