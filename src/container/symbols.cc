// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Symbol tables of COFF, Mach-O and XCOFF
// =======================================
//
//     COFF      PointerToSymbolTable, NumberOfSymbols; 18 bytes each (20 in a bigobj), names up to 8 bytes in place, others in the
//               string table behind the last symbol, which starts with its own length. Auxiliary records follow a symbol; those of
//               a `.file` symbol are its name
//     Mach-O    LC_SYMTAB: symoff, nsyms, stroff, strsize; nlist of 12 bytes, 16 in 64-bit files. Names begin with `_`
//     XCOFF     f_symptr, f_nsyms; 18 bytes each, in 64-bit files all names in the string table
//
// Defined by: Microsoft, "PE Format"; <mach-o/nlist.h>; AIX <syms.h>.
#include "container/symbols.h"

#include <algorithm>

#include "bytes/size_limits.h"
#include "container/coff_header.h"
#include "container/elf_file.h"

namespace rartifacts {
namespace {

constexpr std::uint8_t kClassFile = 103;  ///< IMAGE_SYM_CLASS_FILE, C_FILE

std::string_view up_to_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

using Take = std::function<bool(const ForeignSymbol&)>;

Result<void> coff_symbols(View file, const Take& take) {
  auto header = read_coff_header(file);
  if (!header) return pass(header);
  if (header->symbols_at == 0 || header->symbol_count == 0) return {};
  const auto count = header->symbol_count;
  const auto size = header->symbol_size;
  if (count > size_limits::symbols.most) return over(size_limits::symbols);
  auto table = file.fetch(header->symbols_at, count * size);
  if (!table) return pass(table);
  Bytes strings;
  const auto strings_at = header->symbols_at + count * size;
  if (auto length = file.fetch(strings_at, 4)) {
    auto all = file.fetch(strings_at, std::max<std::uint64_t>(load_le(*length, 0, 4), 4));
    if (!all) return pass(all);
    strings = *all;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes symbol = table->subspan(i * size, size);
    const std::uint64_t auxiliary = symbol[size - 1];
    ForeignSymbol found;
    found.name =
        load_le(symbol, 0, 4) == 0 ? string_at(strings, load_le(symbol, 4, 4)) : up_to_nul(as_text(symbol.first(8)));
    found.is_defined = load_le(symbol, 12, size == kBigSymbol ? 4 : 2) != 0;
    if (symbol[size - 2] == kClassFile) {
      const auto rest = std::min(auxiliary, count - i - 1) * size;
      found.name = up_to_nul(as_text(table->subspan((i + 1) * size, rest)));
      found.is_file = true;
    }
    if (!take(found)) return {};
    i += auxiliary;
  }
  return {};
}

Result<void> macho_symbols(View file, const Take& take) {
  constexpr std::uint32_t kLcSymtab = 0x02;
  constexpr std::uint8_t kStab = 0xe0;
  constexpr std::uint8_t kTypeMask = 0x0e;
  auto header = file.fetch(0, 28);
  if (!header) return pass(header);
  const bool is64 = load_le(*header, 0, 4) == 0xfeedfacf;
  const auto commands = load_le(*header, 16, 4);
  std::uint64_t at = is64 ? 32 : 28;
  for (std::uint64_t i = 0; i < commands; ++i) {
    auto command = file.fetch(at, 8);
    if (!command) return pass(command);
    const auto size = load_le(*command, 4, 4);
    if (size < 8) return fail_at(at, ErrorKind::malformed, "Mach-O load command of {} bytes", size);
    if (load_le(*command, 0, 4) == kLcSymtab) {
      auto symtab = file.fetch(at, 24);
      if (!symtab) return pass(symtab);
      const auto count = load_le(*symtab, 12, 4);
      const std::uint64_t entry = is64 ? 16 : 12;
      if (count > size_limits::symbols.most) return over(size_limits::symbols);
      auto table = file.fetch(load_le(*symtab, 8, 4), count * entry);
      if (!table) return pass(table);
      auto strings = file.fetch(load_le(*symtab, 16, 4), load_le(*symtab, 20, 4));
      if (!strings) return pass(strings);
      for (std::uint64_t k = 0; k < count; ++k) {
        const Bytes symbol = table->subspan(k * entry, entry);
        if ((symbol[4] & kStab) != 0) continue;
        ForeignSymbol found{.name = string_at(*strings, load_le(symbol, 0, 4)),
                            .is_defined = (symbol[4] & kTypeMask) != 0};
        if (found.name.starts_with('_')) found.name.remove_prefix(1);
        if (!take(found)) return {};
      }
      return {};
    }
    at += size;
  }
  return {};
}

Result<void> xcoff_symbols(View file, const Take& take) {
  constexpr std::uint64_t kEntry = 18;
  auto header = file.fetch(0, 24);
  if (!header) return pass(header);
  const bool is64 = load_be(*header, 0, 2) == 0x01f7;
  const auto at = is64 ? load_be(*header, 8, 8) : load_be(*header, 8, 4);
  const auto count = is64 ? load_be(*header, 20, 4) : load_be(*header, 12, 4);
  if (at == 0 || count == 0) return {};
  if (count > size_limits::symbols.most) return over(size_limits::symbols);
  auto table = file.fetch(at, count * kEntry);
  if (!table) return pass(table);
  Bytes strings;
  if (auto length = file.fetch(at + count * kEntry, 4)) {
    auto all = file.fetch(at + count * kEntry, std::max<std::uint64_t>(load_be(*length, 0, 4), 4));
    if (!all) return pass(all);
    strings = *all;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes symbol = table->subspan(i * kEntry, kEntry);
    ForeignSymbol found;
    if (is64) found.name = string_at(strings, load_be(symbol, 8, 4));
    else if (load_be(symbol, 0, 4) == 0) found.name = string_at(strings, load_be(symbol, 4, 4));
    else found.name = up_to_nul(as_text(symbol.first(8)));
    found.is_defined = load_be(symbol, 12, 2) != 0;
    found.is_file = symbol[16] == kClassFile;
    if (found.name.starts_with('.')) found.name.remove_prefix(1);  // the code of a function, beside its descriptor
    if (!take(found)) return {};
    i += symbol[17];
  }
  return {};
}

}  // namespace

Result<void> for_each_foreign_symbol(View file, const std::function<bool(const ForeignSymbol&)>& take) {
  const auto format = object_format(file.head(64));
  if (format == ObjectFormat::coff || format == ObjectFormat::pe) return coff_symbols(file, take);
  if (format == ObjectFormat::macho) return macho_symbols(file, take);
  if (format == ObjectFormat::xcoff) return xcoff_symbols(file, take);
  return {};
}

}  // namespace rartifacts
