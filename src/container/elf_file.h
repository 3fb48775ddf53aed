// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <gelf.h>
#include <rartifacts/elf.h>

#include <memory>

#include "bytes/budget.h"

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
  bool is_little() const { return header_.e_ident[EI_DATA] == ELFDATA2LSB; }
  /// A section as a window into the file. Error: `truncated`.
  Result<View> view(const GElf_Shdr& section) const { return file_.sub(section.sh_offset, section.sh_size); }
  /// Raw content of a section; empty for SHT_NOBITS.
  Result<Bytes> content(const GElf_Shdr& section) const;
  /// `size` bytes at `offset`, translated by libelf to host order as entries of `type`.
  Result<Elf_Data*> translated(std::uint64_t offset, std::uint64_t size, Elf_Type type) const;

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

/// A file may have as many symbols as it likes; nobody goes through more than these.
constexpr std::size_t kMaxSymbols = std::size_t{4} << 20;
/// No compiler writes a longer name. Without an end to the search, a table without NUL would be searched once for each symbol.
constexpr std::size_t kMaxString = 64 * 1024;
/// The NUL-terminated string at `offset` of a string table, cut at kMaxString; empty when there is none.
std::string_view string_at(Bytes table, std::uint64_t offset);
/// True when `text` stands anywhere in a string table. Much faster than looking at its strings one by one.
bool string_table_contains(Bytes table, std::string_view text);

}  // namespace rartifacts
