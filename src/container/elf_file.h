// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <gelf.h>
#include <rartifacts/elf.h>

#include <memory>

#include "bytes/budget.h"
#include "bytes/size_limits.h"

namespace rartifacts {

/// libelf over a View.
///
/// libelf gets the file as memory (`elf_memory`), which it believes to be complete. It is not: only what has been fetched
/// stands there, the rest is zero. So whoever asks libelf for something fetches those bytes first; the functions below do.
class ElfFile {
 public:
  static Result<ElfFile> open(View file);

  Elf* elf() const { return elf_.get(); }
  const GElf_Ehdr& header() const { return header_; }
  std::size_t section_count() const { return section_count_; }

  Result<GElf_Shdr> section(std::size_t index) const;
  Result<std::string_view> section_name(const GElf_Shdr& section) const;
  /// The first section with this name; nothing when there is none or there are no section headers.
  Result<std::optional<GElf_Shdr>> find(std::string_view name) const;
  Result<std::optional<GElf_Shdr>> find_type(GElf_Word sh_type) const;
  Result<std::vector<GElf_Phdr>> segments() const;
  bool is64() const { return header_.e_ident[EI_CLASS] == ELFCLASS64; }
  bool is_little() const { return header_.e_ident[EI_DATA] == ELFDATA2LSB; }
  /// `width` bytes at `bytes[offset]` in the byte order of the file; the caller has checked that they are there.
  std::uint64_t number(Bytes bytes, std::size_t offset, std::size_t width) const {
    return is_little() ? load_le(bytes, offset, width) : load_be(bytes, offset, width);
  }
  /// How many bytes one entry of `type` has in this class.
  std::uint64_t entry_size(Elf_Type type) const { return gelf_fsize(elf(), type, 1, EV_CURRENT); }
  /// A section as a window into the file. Error: `truncated`.
  Result<View> view(const GElf_Shdr& section) const { return file_.sub(section.sh_offset, section.sh_size); }
  /// Raw content of a section; empty for SHT_NOBITS.
  Result<Bytes> content(const GElf_Shdr& section) const;
  /// `size` bytes at `offset`, translated by libelf to host order as entries of `type`.
  Result<Elf_Data*> translated(std::uint64_t offset, std::uint64_t size, Elf_Type type) const;

  /// Where symbols stand, how many there are, and their names.
  struct SymbolTable {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
    Bytes strings;
  };
  /// The first table of `type` (SHT_SYMTAB, SHT_DYNSYM), its names fetched; nothing when there is none.
  Result<std::optional<SymbolTable>> symbol_table(GElf_Word type) const;
  /// Calls `take` for each symbol from the null symbol on, with its name, until it says false. Error: `too_large` for more than
  /// size_limits::symbols.
  template <class Take>
  Result<void> for_each_symbol(const SymbolTable& table, const Take& take) const;

 private:
  explicit ElfFile(View file) : file_(file) {}

  struct End {
    void operator()(Elf* elf) const { elf_end(elf); }
  };
  View file_;
  std::unique_ptr<Elf, End> elf_;
  GElf_Ehdr header_{};
  std::size_t section_count_ = 0;
  Bytes section_names_;
  mutable Held copies_;
};

/// No compiler writes a longer name. Without an end to the search, a table without NUL would be searched once for each symbol.
constexpr std::size_t kMaxString = 64 * 1024;
/// The NUL-terminated string at `offset` of a string table, cut at kMaxString; empty when there is none.
std::string_view string_at(Bytes table, std::uint64_t offset);
/// True when `text` stands anywhere in a string table. Much faster than looking at its strings one by one.
bool string_table_contains(Bytes table, std::string_view text);

template <class Take>
Result<void> ElfFile::for_each_symbol(const SymbolTable& table, const Take& take) const {
  if (table.count > size_limits::symbols.most) return over(size_limits::symbols);
  auto data = translated(table.offset, table.count * entry_size(ELF_T_SYM), ELF_T_SYM);
  if (!data) return pass(data);
  for (std::size_t i = 0; *data && i < table.count; ++i) {
    GElf_Sym symbol;
    if (!gelf_getsym(*data, static_cast<int>(i), &symbol)) break;
    if (!take(std::as_const(symbol), string_at(table.strings, symbol.st_name))) break;
  }
  return {};
}

}  // namespace rartifacts
