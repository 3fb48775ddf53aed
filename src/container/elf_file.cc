// SPDX-License-Identifier: MIT OR Apache-2.0
#include "container/elf_file.h"

#include <algorithm>
#include <cstring>

#include "bytes/budget.h"
#include "bytes/find_text.h"

namespace rartifacts {
namespace {

// Where the section header table stands according to the file header (gABI: Elf32_Ehdr, Elf64_Ehdr).
struct TablePlace {
  std::uint64_t offset = 0;
  std::uint64_t entry_size = 0;
  std::uint64_t count = 0;
};

TablePlace section_table(Bytes head, bool is64, bool little) {
  const auto load = [&](std::size_t at, std::size_t width) {
    return little ? load_le(head, at, width) : load_be(head, at, width);
  };
  if (is64) return {load(0x28, 8), load(0x3a, 2), load(0x3c, 2)};
  return {load(0x20, 4), load(0x2e, 2), load(0x30, 2)};
}

Result<void> check_libelf() {
  static const bool ready = elf_version(EV_CURRENT) != EV_NONE;
  if (!ready) return fail(ErrorKind::unsupported, "libelf: {}", elf_errmsg(-1));
  return {};
}

// Only what is not there is said to be so: of what is too much to hold, the limit is told.
std::unexpected<Error> fail_headers(std::uint64_t at, const Error& error, std::string_view which) {
  if (error.kind != ErrorKind::truncated) return std::unexpected(error);
  return fail_at(at, error.kind, "ELF {} headers lie behind the end of the file", which);
}

}  // namespace

std::string_view string_at(Bytes table, std::uint64_t offset) {
  if (offset >= table.size()) return {};
  const auto rest = as_text(table.subspan(offset)).substr(0, kMaxString);
  const auto text = rest.substr(0, rest.find('\0'));
  add_work(16 + text.size());
  return text;
}

bool string_table_contains(Bytes table, std::string_view text) {
  add_work(table.size() / 8);
  return find_text(as_text(table), text) != std::string_view::npos;
}

Result<ElfFile> ElfFile::open(View file) {
  if (auto ready = check_libelf(); !ready) return pass(ready);
  const Bytes ident = file.head(EI_NIDENT);
  if (ident.size() < EI_NIDENT || std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0)
    return fail(ErrorKind::malformed, "not an ELF file");
  const bool is64 = ident[EI_CLASS] == ELFCLASS64;
  const bool little = ident[EI_DATA] == ELFDATA2LSB;
  if (!is64 && ident[EI_CLASS] != ELFCLASS32) return fail(ErrorKind::malformed, "ELF class {}", ident[EI_CLASS]);
  if (!little && ident[EI_DATA] != ELFDATA2MSB) return fail(ErrorKind::malformed, "ELF byte order {}", ident[EI_DATA]);
  auto head = file.fetch(0, is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
  if (!head) return fail(ErrorKind::truncated, "the ELF header is cut off");

  TablePlace table = section_table(*head, is64, little);
  const std::uint64_t entry_size = is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
  if (table.offset != 0) {
    if (table.entry_size != entry_size)
      return fail(ErrorKind::malformed, "ELF section headers of {} bytes", table.entry_size);
    auto first = file.fetch(table.offset, entry_size);
    if (!first) return fail_headers(table.offset, first.error(), "section");
    // More than 65279 sections: the count stands in sh_size of the first header.
    if (table.count == 0) {
      const std::size_t at = is64 ? 0x20 : 0x14;
      table.count = little ? load_le(*first, at, is64 ? 8 : 4) : load_be(*first, at, is64 ? 8 : 4);
    }
    if (table.count > file.size() / entry_size)
      return fail_at(table.offset, ErrorKind::truncated, "{} ELF section headers do not fit in the file", table.count);
    if (auto all = file.fetch(table.offset, table.count * entry_size); !all)
      return fail_headers(table.offset, all.error(), "section");
  }

  if (auto charged = work(1024 + table.count * 8); !charged) return pass(charged);
  ElfFile elf(file);
  elf.elf_.reset(elf_memory(reinterpret_cast<char*>(const_cast<std::uint8_t*>(head->data())), file.size()));
  if (!elf.elf_ || elf_kind(elf.elf()) != ELF_K_ELF || !gelf_getehdr(elf.elf(), &elf.header_))
    return fail(ErrorKind::malformed, "libelf: {}", elf_errmsg(-1));
  if (table.offset == 0) return elf;
  if (elf_getshdrnum(elf.elf(), &elf.section_count_) != 0)
    return fail(ErrorKind::malformed, "libelf: {}", elf_errmsg(-1));
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf.elf(), &names) == 0 && names != SHN_UNDEF) {
    auto section = elf.section(names);
    if (!section) return pass(section);
    auto content = elf.content(*section);
    if (!content) return pass(content);
    elf.section_names_ = *content;
  }
  return elf;
}

Result<GElf_Shdr> ElfFile::section(std::size_t index) const {
  GElf_Shdr header;
  if (auto charged = work(128); !charged) return pass(charged);
  Elf_Scn* scn = elf_getscn(elf(), index);
  if (!scn || !gelf_getshdr(scn, &header))
    return fail(ErrorKind::malformed, "ELF section {}: {}", index, elf_errmsg(-1));
  return header;
}

Result<std::string_view> ElfFile::section_name(const GElf_Shdr& section) const {
  if (section.sh_name != 0 && section.sh_name >= section_names_.size())
    return fail(ErrorKind::malformed, "an ELF section name lies outside of the name table");
  return string_at(section_names_, section.sh_name);
}

Result<std::optional<GElf_Shdr>> ElfFile::find(std::string_view name) const {
  for (std::size_t i = 1; i < section_count_; ++i) {
    auto header = section(i);
    if (!header) return pass(header);
    auto found = section_name(*header);
    if (!found) return pass(found);
    if (*found == name) return *header;
  }
  return std::nullopt;
}

Result<std::optional<GElf_Shdr>> ElfFile::find_type(GElf_Word sh_type) const {
  for (std::size_t i = 1; i < section_count_; ++i) {
    auto header = section(i);
    if (!header) return pass(header);
    if (header->sh_type == sh_type) return *header;
  }
  return std::nullopt;
}

Result<std::optional<ElfFile::SymbolTable>> ElfFile::symbol_table(GElf_Word type) const {
  auto section = find_type(type);
  if (!section) return pass(section);
  if (!*section) return std::nullopt;
  auto names = this->section((*section)->sh_link);
  if (!names) return pass(names);
  auto strings = content(*names);
  if (!strings) return pass(strings);
  return SymbolTable{(*section)->sh_offset, (*section)->sh_size / entry_size(ELF_T_SYM), *strings};
}

Result<std::vector<GElf_Phdr>> ElfFile::segments() const {
  std::vector<GElf_Phdr> all;
  std::size_t count = 0;
  if (header_.e_phoff == 0 || header_.e_phnum == 0) return all;
  const auto entry = entry_size(ELF_T_PHDR);
  if (elf_getphdrnum(elf(), &count) != 0 || header_.e_phentsize != entry || count > file_.size() / entry)
    return fail_at(header_.e_phoff, ErrorKind::malformed, "ELF program headers do not fit in the file");
  if (auto table = file_.fetch(header_.e_phoff, count * entry); !table)
    return fail_headers(header_.e_phoff, table.error(), "program");
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (!gelf_getphdr(elf(), static_cast<int>(i), &segment))
      return fail(ErrorKind::malformed, "ELF program header {}: {}", i, elf_errmsg(-1));
    all.push_back(segment);
  }
  return all;
}

Result<Bytes> ElfFile::content(const GElf_Shdr& section) const {
  if (section.sh_type == SHT_NOBITS) return Bytes{};
  return file_.fetch(section.sh_offset, section.sh_size);
}

Result<Elf_Data*> ElfFile::translated(std::uint64_t offset, std::uint64_t size, Elf_Type type) const {
  if (auto bytes = file_.fetch(offset, size); !bytes) return pass(bytes);
  if (size == 0) return nullptr;
  // Unless it stands as the machine would have it, libelf makes a copy, and keeps it.
  if (auto charged = work(256 + size / 8); !charged) return pass(charged);
  if (auto held = copies_.grow(size); !held) return pass(held);
  Elf_Data* data = elf_getdata_rawchunk(elf(), static_cast<std::int64_t>(offset), size, type);
  if (!data) return fail_at(offset, ErrorKind::malformed, "libelf: {}", elf_errmsg(-1));
  return data;
}

}  // namespace rartifacts
