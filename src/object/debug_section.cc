// SPDX-License-Identifier: MIT OR Apache-2.0
#include "object/debug_section.h"

#include <algorithm>

#include "bytes/size_limits.h"

namespace rartifacts {
namespace {}  // namespace

Result<std::optional<DebugSection>> DebugSection::open(const ElfFile& elf, std::string_view name) {
  for (std::size_t i = 1; i < elf.section_count(); ++i) {
    auto header = elf.section(i);
    if (!header) return pass(header);
    auto found = elf.section_name(*header);
    if (!found) return pass(found);
    // In a group of its own, .debug_info holds one type (-fdebug-types-section); such ones come first, and can be thousands.
    if (*found != name || header->sh_type == SHT_NOBITS || (header->sh_flags & SHF_GROUP) != 0) continue;
    if ((header->sh_flags & SHF_COMPRESSED) != 0) return fail(ErrorKind::unsupported, "{} is compressed", name);
    auto view = elf.view(*header);
    if (!view) return pass(view);
    DebugSection section(*view, elf.is_little());
    if (elf.header().e_type == ET_REL)
      if (auto read = section.read_relocations(elf, i); !read) return pass(read);
    return section;
  }
  return std::nullopt;
}

std::uint64_t DebugSection::relocated(std::uint64_t position, std::uint64_t in_place) const {
  const auto found = std::ranges::lower_bound(relocations_, position, {}, &Relocation::offset);
  if (found == relocations_.end() || found->offset != position) return in_place;
  return found->is_whole ? found->value : found->value + in_place;
}

Result<std::string> DebugSection::text(std::uint64_t offset) const {
  if (offset >= view_.size())
    return fail_at(offset, ErrorKind::malformed, "a DWARF string lies outside of its section");
  auto bytes = view_.fetch(offset, std::min<std::uint64_t>(kMaxText, view_.size() - offset));
  if (!bytes) return pass(bytes);
  const auto all = as_text(*bytes);
  return std::string(all.substr(0, all.find('\0')));
}

Result<void> DebugSection::read_relocations(const ElfFile& elf, std::size_t target) {
  std::uint64_t symbol_bytes = 0;
  for (std::size_t i = 1; i < elf.section_count(); ++i) {
    auto header = elf.section(i);
    if (!header) return pass(header);
    const bool has_addends = header->sh_type == SHT_RELA;
    if ((!has_addends && header->sh_type != SHT_REL) || header->sh_info != target) continue;
    const auto type = has_addends ? ELF_T_RELA : ELF_T_REL;
    const auto count = header->sh_size / gelf_fsize(elf.elf(), type, 1, EV_CURRENT);
    // Any number of headers may announce the same bytes.
    if (count > size_limits::debug_relocations.most - relocations_.size()) return over(size_limits::debug_relocations);
    auto data = elf.translated(header->sh_offset, header->sh_size, type);
    if (!data) return pass(data);
    auto symbols = elf.section(header->sh_link);
    if (!symbols) return pass(symbols);
    if (symbols->sh_size > size_limits::debug_symbols.most - symbol_bytes) return over(size_limits::debug_symbols);
    symbol_bytes += symbols->sh_size;
    auto values = elf.translated(symbols->sh_offset, symbols->sh_size, ELF_T_SYM);
    if (!values) return pass(values);
    for (std::size_t r = 0; *data && r < count; ++r)
      if (!add(*data, *values, static_cast<int>(r), has_addends)) break;
  }
  if (!std::ranges::is_sorted(relocations_, {}, &Relocation::offset))
    std::ranges::sort(relocations_, {}, &Relocation::offset);
  return {};
}

bool DebugSection::add(Elf_Data* data, Elf_Data* symbols, int index, bool has_addends) {
  GElf_Rela rela{};
  GElf_Rel rel{};
  if (has_addends ? !gelf_getrela(data, index, &rela) : !gelf_getrel(data, index, &rel)) return false;
  if (!has_addends) rela = {rel.r_offset, rel.r_info, 0};
  GElf_Sym symbol{};
  if (symbols) (void)gelf_getsym(symbols, static_cast<int>(GELF_R_SYM(rela.r_info)), &symbol);
  relocations_.push_back({rela.r_offset, symbol.st_value + static_cast<std::uint64_t>(rela.r_addend), has_addends});
  return true;
}

}  // namespace rartifacts
