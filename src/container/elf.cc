// SPDX-License-Identifier: MIT OR Apache-2.0
//
// ELF: what the dynamic side of a file tells
// ==========================================
//
// A proc macro is found by a symbol it exports, and exported symbols are what survives stripping: .dynsym, .dynstr and
// .dynamic are loaded at run time, so every strip keeps them. The section headers that lead to them are not loaded and can
// be gone (`eu-strip --strip-sections`, sstrip). Then the program headers lead the same way: PT_DYNAMIC holds DT_SYMTAB and
// DT_STRTAB as addresses, PT_LOAD turns addresses into file offsets, and the symbol count follows from the hash table
// (DT_HASH says it; DT_GNU_HASH has to be walked to its last chain).
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "container/dynamic.h"
#include "container/elf_file.h"

namespace rartifacts {
namespace {

struct MachineName {
  std::uint16_t e_machine;
  std::string_view name;
};

constexpr std::array kMachines{
    MachineName{EM_386, "i386"},        MachineName{EM_X86_64, "x86_64"},   MachineName{EM_ARM, "arm"},
    MachineName{EM_AARCH64, "aarch64"}, MachineName{EM_RISCV, "riscv"},     MachineName{EM_LOONGARCH, "loongarch"},
    MachineName{EM_PPC, "powerpc"},     MachineName{EM_PPC64, "powerpc64"}, MachineName{EM_S390, "s390"},
    MachineName{EM_MIPS, "mips"},       MachineName{EM_SPARC, "sparc"},     MachineName{EM_SPARC32PLUS, "sparc"},
    MachineName{EM_SPARCV9, "sparc64"}, MachineName{EM_68K, "m68k"},        MachineName{EM_QDSP6, "hexagon"},
    MachineName{EM_BPF, "bpf"},         MachineName{EM_XTENSA, "xtensa"},   MachineName{EM_AVR, "avr"},
    MachineName{EM_MSP430, "msp430"},   MachineName{EM_CSKY, "csky"},       MachineName{EM_AMDGPU, "amdgpu"},
};

/// Bounds for what is kept in memory of one file, whatever its tables say.
constexpr std::size_t kMaxDynamicName = 4096;
constexpr std::size_t kMaxDynamicNames = 4096;
constexpr std::size_t kMaxExports = std::size_t{256} << 10;
constexpr std::size_t kMaxExportBytes = std::size_t{32} << 20;

constexpr std::array<std::string_view, 5> kTypes{"none", "rel", "exec", "dyn", "core"};

/// Of all notes of a file: any number of headers may announce the same bytes, and libelf keeps a copy of each.
constexpr std::uint64_t kMaxNoteBytes = std::uint64_t{1} << 20;

// Objects and kernel modules have no segments: there it is found by its section.
Result<std::optional<std::string>> read_build_id(const ElfFile& elf, const std::vector<GElf_Phdr>& segments) {
  auto left = kMaxNoteBytes;
  const auto scan = [&](std::uint64_t offset, std::uint64_t size, bool is_wide) -> Result<std::optional<std::string>> {
    if (size > left) return std::nullopt;
    left -= size;
    auto data = elf.translated(offset, size, is_wide ? ELF_T_NHDR8 : ELF_T_NHDR);
    if (!data) return pass(data);
    if (!*data) return std::nullopt;
    const Bytes bytes{static_cast<const std::uint8_t*>((*data)->d_buf), (*data)->d_size};
    GElf_Nhdr note;
    std::size_t name = 0;
    std::size_t description = 0;
    for (std::size_t at = 0; (at = gelf_getnote(*data, at, &note, &name, &description)) > 0;) {
      if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || std::memcmp(bytes.data() + name, "GNU", 4) != 0)
        continue;
      std::string hex;
      for (const auto byte : bytes.subspan(description, note.n_descsz)) hex += fmt::format("{:02x}", byte);
      return hex;
    }
    return std::nullopt;
  };
  for (const auto& segment : segments) {
    if (segment.p_type != PT_NOTE) continue;
    if (auto found = scan(segment.p_offset, segment.p_filesz, segment.p_align == 8); !found || *found) return found;
  }
  if (elf.header().e_type != ET_REL) return std::nullopt;
  auto section = elf.find(".note.gnu.build-id");
  if (!section) return pass(section);
  if (!*section || (*section)->sh_type != SHT_NOTE) return std::nullopt;
  return scan((*section)->sh_offset, (*section)->sh_size, (*section)->sh_addralign == 8);
}

// DT_GNU_HASH: nbuckets, symoffset, bloom_size, bloom_shift; bloom words; buckets; chains whose last entry has bit 0 set.
Result<std::uint64_t> gnu_hash_count(const ElfFile& elf, View file, std::uint64_t offset) {
  const auto word = [&](Bytes bytes, std::size_t index) { return elf.number(bytes, index * 4, 4); };
  auto head = file.fetch(offset, 16);
  if (!head) return pass(head);
  const std::uint64_t buckets = word(*head, 0);
  const std::uint64_t first_symbol = word(*head, 1);
  const std::uint64_t bloom = word(*head, 2) * (elf.is64() ? 8 : 4);
  const std::uint64_t buckets_at = offset + 16 + bloom;
  auto table = file.fetch(buckets_at, buckets * 4);
  if (!table) return pass(table);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < buckets; ++i) last = std::max(last, word(*table, i));
  if (last < first_symbol) return first_symbol;
  const std::uint64_t chains_at = buckets_at + buckets * 4;
  for (;; ++last) {
    auto link = file.fetch(chains_at + (last - first_symbol) * 4, 4);
    if (!link) return fail_at(offset, ErrorKind::malformed, "the GNU hash table has no end");
    if ((word(*link, 0) & 1) != 0) return last + 1;
  }
}

Result<ElfFile::SymbolTable> symbols_by_segments(const ElfFile& elf, View file) {
  ElfFile::SymbolTable table;
  auto segments = elf.segments();
  if (!segments) return pass(segments);
  auto dynamic = read_dynamic(elf, file, *segments);
  if (!dynamic) return pass(dynamic);
  const auto address = dynamic->value(DT_SYMTAB);
  const auto offset = address ? file_offset(*segments, *address) : std::nullopt;
  if (!offset) return table;
  table.offset = *offset;
  table.strings = dynamic->strings;
  if (const auto hash = dynamic->value(DT_HASH)) {
    const auto at = file_offset(*segments, *hash);
    if (!at) return fail(ErrorKind::malformed, "DT_HASH points outside of the file");
    auto head = elf.translated(*at, 8, ELF_T_WORD);  // nbucket, nchain; nchain is the number of symbols
    if (!head) return pass(head);
    table.count = static_cast<const std::uint32_t*>((*head)->d_buf)[1];
  } else if (const auto gnu_hash = dynamic->value(DT_GNU_HASH)) {
    const auto at = file_offset(*segments, *gnu_hash);
    if (!at) return fail(ErrorKind::malformed, "DT_GNU_HASH points outside of the file");
    auto count = gnu_hash_count(elf, file, *at);
    if (!count) return pass(count);
    table.count = *count;
  }
  if (table.count > file.size() / elf.entry_size(ELF_T_SYM))
    return fail(ErrorKind::malformed, "{} dynamic symbols do not fit", table.count);
  return table;
}

// The loader goes by these names, so they must be where they are said to be.
Result<ElfFile::SymbolTable> symbols_by_sections(const ElfFile& elf, const GElf_Shdr& dynsym) {
  auto strings = elf.section(dynsym.sh_link);
  if (!strings) return pass(strings);
  if (strings->sh_type != SHT_STRTAB && strings->sh_type != SHT_NOBITS)
    return fail(ErrorKind::malformed, "the names of the dynamic symbols are in a section of type {:#x}",
                strings->sh_type);
  if (dynsym.sh_size % elf.entry_size(ELF_T_SYM) != 0)
    return fail(ErrorKind::malformed, "{} bytes are no whole number of dynamic symbols", dynsym.sh_size);
  auto table = elf.symbol_table(SHT_DYNSYM);
  if (!table) return pass(table);
  return table->value_or(ElfFile::SymbolTable{});
}

Result<ElfFile::SymbolTable> dynamic_symbols(const ElfFile& elf, View file) {
  auto dynsym = elf.find_type(SHT_DYNSYM);
  if (!dynsym) return pass(dynsym);
  return *dynsym ? symbols_by_sections(elf, **dynsym) : symbols_by_segments(elf, file);
}

// What strip would take away; compressed debug sections count as they are. The loader has no use for these headers, so what is
// wrong with them is no fault of the file.
void measure_symbols(const ElfFile& elf, std::uint64_t file_size, ElfFacts& facts) {
  const auto size_of = [&](const Result<GElf_Shdr>& section) {
    return section && section->sh_type != SHT_NOBITS ? std::min(section->sh_size, file_size) : 0;
  };
  for (std::size_t i = 1; i < elf.section_count(); ++i) {
    const auto section = elf.section(i);
    if (!section) return;
    if (section->sh_type == SHT_SYMTAB) facts.symbol_bytes = size_of(section) + size_of(elf.section(section->sh_link));
    const auto name = elf.section_name(*section);
    if (name && name->starts_with(".debug_"))
      facts.debug_bytes = std::min(facts.debug_bytes + size_of(section), file_size);
  }
}

std::optional<std::uint16_t> number_in(std::string_view digits, int base) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string elf_machine_name(std::uint16_t e_machine) {
  const auto found = std::ranges::find(kMachines, e_machine, &MachineName::e_machine);
  return found == kMachines.end() ? fmt::format("em-{}", e_machine) : std::string(found->name);
}

std::string elf_type_name(std::uint16_t e_type) {
  return e_type < kTypes.size() ? std::string(kTypes[e_type]) : fmt::format("{:#x}", e_type);
}

std::optional<std::uint16_t> program_machine(View file) {
  const Bytes head = file.head(sizeof(Elf64_Ehdr));
  if (head.size() < sizeof(Elf32_Ehdr) || std::memcmp(head.data(), ELFMAG, SELFMAG) != 0) return std::nullopt;
  const bool is64 = head[EI_CLASS] == ELFCLASS64;
  if (is64 && head.size() < sizeof(Elf64_Ehdr)) return std::nullopt;
  const auto load = [&](Bytes bytes, std::size_t at, std::size_t width) {
    return head[EI_DATA] == ELFDATA2LSB ? load_le(bytes, at, width) : load_be(bytes, at, width);
  };
  const auto offset = is64 ? load(head, 0x20, 8) : load(head, 0x1c, 4);
  const auto entry = load(head, is64 ? 0x36 : 0x2a, 2);
  const auto count = load(head, is64 ? 0x38 : 0x2c, 2);
  if (entry < 4) return std::nullopt;
  const auto table = file.fetch(offset, count * entry);
  for (std::uint64_t at = 0; table && at < table->size(); at += entry)
    if (load(*table, at, 4) == PT_INTERP) return static_cast<std::uint16_t>(load(head, 0x12, 2));
  return std::nullopt;
}

std::optional<std::uint16_t> elf_machine_of(std::string_view name) {
  const auto found = std::ranges::find(kMachines, name, &MachineName::name);
  if (found != kMachines.end()) return found->e_machine;
  return name.starts_with("em-") ? number_in(name.substr(3), 10) : std::nullopt;
}

std::optional<std::uint16_t> elf_type_of(std::string_view name) {
  const auto found = std::ranges::find(kTypes, name);
  if (found != kTypes.end()) return static_cast<std::uint16_t>(found - kTypes.begin());
  return name.starts_with("0x") ? number_in(name.substr(2), 16) : std::nullopt;
}

Result<ElfFacts> read_elf(View file) {
  auto elf = ElfFile::open(file);
  if (!elf) return pass(elf);
  ElfFacts facts;
  facts.elf_class = elf->is64() ? 64 : 32;
  facts.little_endian = elf->is_little();
  facts.e_machine = elf->header().e_machine;
  facts.e_type = elf->header().e_type;
  facts.has_sections = elf->section_count() > 0;
  auto segments = elf->segments();
  if (!segments) return pass(segments);
  for (const auto& segment : *segments) {
    facts.has_interpreter |= segment.p_type == PT_INTERP;
    facts.is_dynamic |= segment.p_type == PT_DYNAMIC;
    // What a loader would map must be there: this is where a cut-off library shows.
    if (segment.p_type == PT_LOAD &&
        (segment.p_offset > file.size() || segment.p_filesz > file.size() - segment.p_offset))
      return fail_at(segment.p_offset, ErrorKind::truncated,
                     "an ELF segment of {} bytes lies behind the end of the file", segment.p_filesz);
  }
  if (facts.e_type == ET_DYN) measure_symbols(*elf, file.size(), facts);
  auto dynamic = read_dynamic(*elf, file, *segments);
  if (!dynamic) return pass(dynamic);
  if (facts.e_type == ET_DYN) facts.unloadable = loader_complaint(*elf, file, *segments, *dynamic);
  facts.is_pie = (dynamic->value(DT_FLAGS_1).value_or(0) & DF_1_PIE) != 0;
  for (const auto& entry : dynamic->entries) {
    if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH)
      facts.runpath = string_at(dynamic->strings, entry.d_un.d_val).substr(0, kMaxDynamicName);
    if (entry.d_tag != DT_SONAME && entry.d_tag != DT_NEEDED) continue;
    const auto name = string_at(dynamic->strings, entry.d_un.d_val);
    if (name.size() > kMaxDynamicName || facts.needed.size() > kMaxDynamicNames)
      return fail_at(entry.d_un.d_val, ErrorKind::malformed, "the dynamic section names more than any library needs");
    if (entry.d_tag == DT_SONAME) facts.soname = name;
    if (entry.d_tag == DT_NEEDED) facts.needed.emplace_back(name);
  }
  facts.versions = versions_needed(*elf, file, *segments, *dynamic);
  auto build_id = read_build_id(*elf, *segments);
  if (!build_id) return pass(build_id);
  facts.build_id = *build_id;
  return facts;
}

Result<std::vector<std::string>> elf_exports(View file, std::vector<std::string_view> prefixes) {
  std::vector<std::string> names;
  auto elf = ElfFile::open(file);
  if (!elf) return pass(elf);
  auto table = dynamic_symbols(*elf, file);
  if (!table) return pass(table);
  const auto is_there = [&](auto prefix) { return string_table_contains(table->strings, prefix); };
  if (std::ranges::none_of(prefixes, is_there)) return names;
  auto walked = elf->for_each_symbol(*table, [&](const GElf_Sym& symbol, std::string_view name) {
    const bool is_exported = symbol.st_shndx != SHN_UNDEF && GELF_ST_BIND(symbol.st_info) != STB_LOCAL;
    if (is_exported && name.size() <= kMaxDynamicName &&
        std::ranges::any_of(prefixes, [&](auto prefix) { return name.starts_with(prefix); }))
      names.emplace_back(name);
    return names.size() <= kMaxDynamicNames;
  });
  if (!walked) return pass(walked);
  return names;
}

Result<std::vector<std::string>> all_elf_exports(View file) {
  std::vector<std::string> names;
  auto elf = ElfFile::open(file);
  if (!elf) return pass(elf);
  auto table = dynamic_symbols(*elf, file);
  if (!table) return pass(table);
  std::size_t bytes = 0;
  auto walked = elf->for_each_symbol(*table, [&](const GElf_Sym& symbol, std::string_view name) {
    const auto visibility = GELF_ST_VISIBILITY(symbol.st_other);
    const bool is_visible = visibility == STV_DEFAULT || visibility == STV_PROTECTED;
    const bool is_version = symbol.st_shndx == SHN_ABS && symbol.st_value == 0;
    if (symbol.st_shndx == SHN_UNDEF || is_version || !is_visible || GELF_ST_BIND(symbol.st_info) == STB_LOCAL)
      return true;
    if (name.empty() || name.size() > kMaxDynamicName) return true;
    names.emplace_back(name);
    bytes += name.size();
    return names.size() < kMaxExports && bytes < kMaxExportBytes;
  });
  if (!walked) return pass(walked);
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

}  // namespace rartifacts
