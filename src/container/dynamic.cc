// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What the dynamic loader makes of a library
// ==========================================
//
// rustc loads a proc macro with dlopen(3). glibc's ld.so then asks, in this order (elf/dl-load.c, elf/dl-version.c, elf/dl-lookup.c):
//
//   1. the file header: is it of this machine, this version of ELF, this ABI?
//   2. the program headers: something to load, at whole pages, of a size that fits into memory; a dynamic section
//   3. the dynamic section: may it be loaded by dlopen, and is it no program? A library without string table or symbol
//      table makes the loader fall over.
//   4. the libraries it needs (DT_NEEDED), and of each the versions of symbols that were asked for (.gnu.version_r): GLIBC_2.34 stands
//      in no glibc older than that
//   5. relocations. What they refer to must be there.
//
// and dlsym(3) goes through the hash table: no table, or a Bloom filter of zeros, and no symbol is found.
#include "container/dynamic.h"

#include <array>
#include <bit>

namespace rartifacts {
namespace {

/// Bounds for what is kept of one file, whatever its tables say.
constexpr std::size_t kMaxVersions = 1024;
constexpr std::size_t kMaxVersionName = 256;
/// More than any process can map on the machines of today.
constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 47;
/// The smallest page of all machines that Linux runs on.
constexpr std::uint64_t kSmallestPage = 4096;

// What ld.so asks of the header of a library (glibc, elf/dl-load.c, open_verify).
std::optional<std::string> header_complaint(const GElf_Ehdr& header, const std::vector<GElf_Phdr>& segments) {
  const auto* ident = header.e_ident;
  if (ident[EI_VERSION] != EV_CURRENT || header.e_version != EV_CURRENT) return "ELF version is not 1";
  if (ident[EI_OSABI] != ELFOSABI_SYSV && ident[EI_OSABI] != ELFOSABI_LINUX) return "the OS ABI is not that of Linux";
  // Up to which version depends on the glibc that loads it.
  if (ident[EI_ABIVERSION] != 0 && ident[EI_OSABI] != ELFOSABI_GNU) return "the version of its ABI is not 0";
  if (std::any_of(ident + EI_PAD, ident + EI_NIDENT, [](unsigned char c) { return c != 0; }))
    return "the padding of e_ident is not zero";
  for (const auto type : {GElf_Word{PT_LOAD}, GElf_Word{PT_DYNAMIC}})
    if (std::ranges::find(segments, type, &GElf_Phdr::p_type) == segments.end())
      return type == PT_LOAD ? "there is nothing to load" : "there is no dynamic section";
  return std::nullopt;
}

// What ld.so asks of the segments that it maps.
std::optional<std::string> segment_complaint(const std::vector<GElf_Phdr>& segments) {
  for (const auto& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    if ((segment.p_vaddr - segment.p_offset) % kSmallestPage != 0)
      return "the address of a segment does not fit its place in the file";
    const bool is_aligned = std::has_single_bit(segment.p_align);  // else newer ones pass over it
    if (segment.p_memsz > kAddressSpace || segment.p_vaddr > kAddressSpace ||
        (is_aligned && segment.p_align > kAddressSpace))
      return "a segment is larger than any memory";
  }
  return std::nullopt;
}

// DT_GNU_HASH: the Bloom filter lets nothing pass when it is zero, and nothing can be found then.
bool is_blind(const ElfFile& elf, View file, std::uint64_t offset) {
  const auto head = file.fetch(offset, 16);
  if (!head) return false;
  const auto words = elf.number(*head, 8, 4);
  const auto buckets = elf.number(*head, 0, 4);
  const auto bloom = file.fetch(offset + 16, words * (elf.is64() ? 8U : 4U));
  return buckets == 0 || (bloom && std::ranges::all_of(*bloom, [](auto byte) { return byte == 0; }));
}

// Whether the first relocations, which the linker counts, are those that it counted.
bool lost_relocations(const ElfFile& elf, View file, const std::vector<GElf_Phdr>& segments, const Dynamic& dynamic) {
  const auto count = dynamic.value(DT_RELACOUNT).value_or(0);
  const auto table = dynamic.value(DT_RELA);
  if (count == 0 || !table || !elf.is64()) return false;
  const auto offset = file_offset(segments, *table);
  if (!offset) return true;
  constexpr std::uint64_t kEntry = 24;
  const auto first = file.fetch(*offset, kEntry);
  return first && std::ranges::all_of(*first, [](auto byte) { return byte == 0; });
}

}  // namespace

std::optional<std::uint64_t> file_offset(const std::vector<GElf_Phdr>& segments, std::uint64_t address) {
  for (const auto& segment : segments)
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
      return segment.p_offset + (address - segment.p_vaddr);
  return std::nullopt;
}

Result<Dynamic> read_dynamic(const ElfFile& elf, View file, const std::vector<GElf_Phdr>& segments) {
  Dynamic dynamic;
  const auto place = std::ranges::find(segments, GElf_Word{PT_DYNAMIC}, &GElf_Phdr::p_type);
  if (place == segments.end()) return dynamic;
  auto data = elf.translated(place->p_offset, place->p_filesz, ELF_T_DYN);
  if (!data) return pass(data);
  const auto entry = elf.entry_size(ELF_T_DYN);
  for (std::size_t i = 0; *data && i < place->p_filesz / entry; ++i) {
    GElf_Dyn dyn;
    if (!gelf_getdyn(*data, static_cast<int>(i), &dyn) || dyn.d_tag == DT_NULL) break;
    dynamic.entries.push_back(dyn);
  }
  const auto address = dynamic.value(DT_STRTAB);
  const auto size = dynamic.value(DT_STRSZ);
  if (!address || !size) return dynamic;
  const auto offset = file_offset(segments, *address);
  if (!offset) return dynamic;  // a separate debug file: the addresses are there, the contents are not
  auto strings = file.fetch(*offset, *size);
  if (!strings) return pass(strings);
  dynamic.strings = *strings;
  return dynamic;
}

std::vector<std::pair<std::string, std::string>> versions_needed(const ElfFile& elf, View file,
                                                                 const std::vector<GElf_Phdr>& segments,
                                                                 const Dynamic& dynamic) {
  std::vector<std::pair<std::string, std::string>> versions;
  const auto address = dynamic.value(DT_VERNEED);
  const auto begin = address ? file_offset(segments, *address) : std::nullopt;
  if (!begin) return versions;
  std::uint64_t at = *begin;
  constexpr std::size_t kEntry = 16;  // Elfxx_Verneed and Elfxx_Vernaux, in both classes
  for (auto left = dynamic.value(DT_VERNEEDNUM).value_or(0); left > 0 && versions.size() < kMaxVersions; --left) {
    const auto need = file.fetch(at, kEntry);
    if (!need) break;
    const auto library = string_at(dynamic.strings, elf.number(*need, 4, 4)).substr(0, kMaxVersionName);
    auto aux_at = at + elf.number(*need, 8, 4);
    for (auto count = elf.number(*need, 2, 2); count > 0 && versions.size() < kMaxVersions; --count) {
      const auto aux = file.fetch(aux_at, kEntry);
      if (!aux) break;
      versions.emplace_back(library, string_at(dynamic.strings, elf.number(*aux, 8, 4)).substr(0, kMaxVersionName));
      const auto next = elf.number(*aux, 12, 4);
      if (next == 0) break;
      aux_at += next;
    }
    const auto next = elf.number(*need, 12, 4);
    if (next == 0) break;
    at += next;
  }
  std::ranges::sort(versions);
  versions.erase(std::ranges::unique(versions).begin(), versions.end());
  return versions;
}

std::optional<std::string> loader_complaint(const ElfFile& elf, View file, const std::vector<GElf_Phdr>& segments,
                                            const Dynamic& dynamic) {
  if (auto complaint = header_complaint(elf.header(), segments)) return complaint;
  if (auto complaint = segment_complaint(segments)) return complaint;
  constexpr std::uint64_t kNoOpen = 0x40;  // DF_1_NOOPEN
  if ((dynamic.value(DT_FLAGS_1).value_or(0) & kNoOpen) != 0)
    return "it says that dlopen may not load it (DF_1_NOOPEN)";
  for (const auto& [tag, name] :
       {std::pair{GElf_Sxword{DT_STRTAB}, "string table"}, {GElf_Sxword{DT_SYMTAB}, "symbol table"}})
    if (!dynamic.value(tag)) return fmt::format("its dynamic section names no {}", name);
  if (elf.header().e_machine == EM_MIPS) return std::nullopt;  // has a hash table of its own
  const auto hash = dynamic.value(DT_GNU_HASH);
  if (!hash && !dynamic.value(DT_HASH)) return "it has no hash table, so that no symbol is found in it";
  if (hash) {
    const auto offset = file_offset(segments, *hash);
    if (!offset || is_blind(elf, file, *offset)) return "its hash table is empty, so that no symbol is found in it";
  }
  if (lost_relocations(elf, file, segments, dynamic)) return "its relocations are gone";
  return std::nullopt;
}

}  // namespace rartifacts
