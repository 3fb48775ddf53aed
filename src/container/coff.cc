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
// A bigobj has room for more than 65279 sections: Sig1 0, Sig2 0xffff, Version, Machine, …, ClassID, and then 32-bit numbers. With
// the same beginning and version 0 it is no object but what an import library holds: the name of a function and of its DLL.
//
// A name longer than 8 bytes is `/123`: offset 123 of the string table, which follows the symbol table. In an image
// SizeOfRawData is rounded up to the file alignment, so VirtualSize is the true length.
// Defined by: Microsoft, "PE Format".
#include <algorithm>
#include <charconv>

#include "container/coff_header.h"
#include "container/sections.h"

namespace rartifacts {
namespace {

constexpr std::size_t kFileHeader = 20;
constexpr std::size_t kSectionHeader = 40;

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

// ANON_OBJECT_HEADER_BIGOBJ, winnt.h
constexpr std::string_view kBigObject{"\xc7\xa1\xba\xd1\xee\xba\xa9\x4b\xaf\x20\xfa\xf6\x6a\xa4\xdc\xb8", 16};
constexpr std::size_t kBigFileHeader = 56;

}  // namespace

bool is_big_coff(Bytes head) {
  return head.size() >= 28 && load_le(head, 0, 4) == 0xffff0000 && load_le(head, 4, 2) >= 1 &&
         as_text(head.subspan(12, 16)) == kBigObject;
}

// IMPORT_OBJECT_HEADER: Sig1 0, Sig2 0xffff, Version 0, Machine.
bool is_coff_import(Bytes head) {
  return head.size() >= 20 && load_le(head, 0, 4) == 0xffff0000 && load_le(head, 4, 2) == 0 &&
         load_le(head, 6, 2) != 0 && load_le(head, 12, 4) > 0 && (load_le(head, 18, 2) >> 5) == 0;
}

Result<CoffHeader> read_coff_header(View file) {
  CoffHeader found;
  std::uint64_t at = 0;
  auto start = file.fetch(0, kFileHeader);
  if (!start) return pass(start);
  if (is_big_coff(file.head(64))) {
    auto header = file.fetch(0, kBigFileHeader);
    if (!header) return pass(header);
    found.machine = static_cast<std::uint16_t>(load_le(*header, 6, 2));
    found.section_count = load_le(*header, 44, 4);
    found.symbols_at = load_le(*header, 48, 4);
    found.symbol_count = load_le(*header, 52, 4);
    found.sections_at = kBigFileHeader;
    found.symbol_size = kBigSymbol;
    return found;
  }
  if (as_text(*start).starts_with("MZ")) {
    auto dos = file.fetch(0, 64);
    if (!dos) return pass(dos);
    at = load_le(*dos, 0x3c, 4);
    auto signature = file.fetch(at, 4);
    if (!signature) return pass(signature);
    if (as_text(*signature) != std::string_view("PE\0\0", 4))
      return fail_at(at, ErrorKind::malformed, "no PE signature");
    at += 4;
    found.is_image = true;
  }
  auto header = file.fetch(at, kFileHeader);
  if (!header) return pass(header);
  found.machine = static_cast<std::uint16_t>(load_le(*header, 0, 2));
  found.section_count = load_le(*header, 2, 2);
  found.symbols_at = load_le(*header, 8, 4);
  found.symbol_count = load_le(*header, 12, 4);
  found.characteristics = static_cast<std::uint16_t>(load_le(*header, 18, 2));
  found.optional_at = at + kFileHeader;
  found.sections_at = found.optional_at + load_le(*header, 16, 2);
  return found;
}

Result<std::optional<View>> find_coff_section(View file, std::string_view name) {
  auto header = read_coff_header(file);
  if (!header) return pass(header);
  const auto string_table =
      header->symbols_at == 0 ? 0 : header->symbols_at + header->symbol_count * header->symbol_size;
  auto at = header->sections_at;
  for (std::uint64_t i = 0; i < header->section_count; ++i, at += kSectionHeader) {
    auto section = file.fetch(at, kSectionHeader);
    if (!section) return pass(section);
    auto found = section_name(file, *section, string_table);
    if (!found) return pass(found);
    if (*found != name) continue;
    const auto virtual_size = load_le(*section, 8, 4);
    auto size = load_le(*section, 16, 4);
    if (header->is_image && virtual_size != 0) size = std::min(size, virtual_size);
    auto content = file.sub(load_le(*section, 20, 4), size);
    if (!content) return pass(content);
    return *content;
  }
  return std::nullopt;
}

}  // namespace rartifacts
