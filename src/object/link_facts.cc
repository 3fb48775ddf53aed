// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What an object brings to a linker
// =================================
//
//   .symtab                what it has and what it needs. In an archive the members are taken together: what one of them defines
//                          the others do not miss
//   .rela.*                how its code reaches other places; only relocations of sections that are loaded count
//   e_flags                of some machines: whether floating point is passed in its registers
//   .note.GNU-stack        its absence makes a linker ask for an executable stack
//   .note.gnu.property     which registers were used, when the assembler was told to write that down (-mx86-used-note=yes)
//   .debug_info            compilers and, of GCC, their options
//
// Debug information comes last: it is large, and when the limit of an Image is reached there, the rest is known.
#include <rartifacts/link.h>
#include <rartifacts/object.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include "bytes/budget.h"
#include "bytes/size_limits.h"
#include "container/elf_file.h"
#include "metadata/magic.h"
#include "object/dwarf.h"
#include "object/float_abi.h"

namespace rartifacts {
namespace {

constexpr auto kMaxNameBytes = size_limits::symbol_names.most;
constexpr std::size_t kNameCost = 96;  ///< of what holds a name
constexpr std::size_t kMaxShownName = 4096;
constexpr std::size_t kNamedMembers = 8;
// binutils include/elf/common.h
constexpr std::uint64_t kPropertyFeature2Used = 0xc0010001;
constexpr std::uint64_t kFeature2Vector = (1U << 3) | (1U << 4) | (1U << 5);  ///< XMM, YMM, ZMM

class LinkReader {
 public:
  LinkReader(const ExportTable* exports, const OpenMember& open) : exports_(exports), open_(open) {}

  Result<void> read_archive(View file) {
    auto reader = ArchiveReader::open(file);
    if (!reader) return pass(reader);
    std::vector<Member> members;
    std::size_t unread = 0;
    bool has_metadata = false;
    for (;;) {
      auto member = reader->next();
      const bool ends_oddly = !member && has_metadata && member.error().kind == ErrorKind::malformed;
      if (!member && !ends_oddly) return pass(member);
      if (!member || !*member) break;
      has_metadata |= is_metadata_member((*member)->name);
      if (is_metadata_member((*member)->name) || (*member)->name == kLinkMember) continue;
      auto content = content_of(file, **member);
      if (!content && (*member)->external) {
        ++unread;
        if (!facts_.unread)
          facts_.unread =
              fmt::format("member {}: {}", (*member)->name.substr(0, kMaxShownName), describe(content.error()));
        continue;
      }
      if (!content) return pass(content);
      member_ = (*member)->name.substr(0, kMaxShownName);
      if (auto read = read_one(*content); !read) return read;
      members.push_back(std::move(**member));
    }
    if (unread > 0) facts_.notes.push_back(fmt::format("thin archive: {} members are other files, not read", unread));
    for (const auto& member : members)
      if (auto content = content_of(file, member)) read_sources(*content);
    return {};
  }

  Result<void> read_object(View file) {
    if (auto read = read_one(file); !read) return read;
    read_sources(file);
    return {};
  }

  LinkFacts finish() {
    std::size_t written_out = 0;  // a short name may be a long one, written out
    for (const auto& [name, need] : undefined_) {
      if (defined_.contains(name)) continue;
      facts_.undefined.push_back(group_symbol(name, exports_));
      auto& demangled = facts_.undefined.back().demangled;
      if (demangled && (written_out += demangled->size()) > kMaxNameBytes) demangled.reset();
      facts_.undefined.back().is_weak = need.is_weak;
      facts_.undefined.back().member = member_names_[need.member];
    }
    for (const auto& [name, place] : defined_)
      facts_.defined.push_back({name, member_names_[place.member], place.is_weak});
    std::ranges::sort(facts_.undefined, {}, [](const UndefinedSymbol& symbol) {
      return std::pair<SymbolGroup, const std::string&>(symbol.group, symbol.name);
    });
    facts_.exports_known = exports_ != nullptr;
    for (auto& [key, use] : relocations_) facts_.relocations.push_back(std::move(use));
    for (const auto& [source, count] : sources_) facts_.sources.push_back({source.first, source.second, count});
    return std::move(facts_);
  }

 private:
  Result<View> content_of(View archive, const Member& member) const {
    if (!member.external) return archive.sub(member.offset, member.size);
    if (!open_) return fail(ErrorKind::unsupported, "the content is another file");
    auto opened = open_(member);
    if (!opened) return pass(opened);
    return opened->content;
  }

  Result<void> read_one(View file) {
    const auto format = object_format(file.head(64));
    if (member_names_.empty() || member_names_.back() != member_) member_names_.push_back(member_);
    if (format == ObjectFormat::bitcode) count_bitcode();
    if (format != ObjectFormat::elf) return {};
    auto elf = ElfFile::open(file);
    if (!elf) return pass(elf);
    if (elf->header().e_type != ET_REL) return {};
    if (facts_.objects++ == 0) facts_.e_machine = elf->header().e_machine;
    count_machine(*elf);
    count_hard_float(elf->header());
    if (auto read = read_sections(*elf); !read) return read;
    return read_symbols(*elf);
  }

  void count_bitcode() {
    if (++facts_.bitcode <= kNamedMembers && !member_.empty()) facts_.bitcode_members.push_back(member_);
  }

  void count_machine(const ElfFile& elf) {
    const MachineUse use{.e_machine = elf.header().e_machine,
                         .elf_class = elf.is64() ? 64 : 32,
                         .little_endian = elf.is_little(),
                         .count = 1,
                         .member = member_};
    const auto same = std::ranges::find_if(facts_.machines, [&](const MachineUse& other) {
      return other.e_machine == use.e_machine && other.elf_class == use.elf_class &&
             other.little_endian == use.little_endian;
    });
    if (same != facts_.machines.end()) ++same->count;
    else if (facts_.machines.size() < kNamedMembers) facts_.machines.push_back(use);
  }

  void count_hard_float(const GElf_Ehdr& header) {
    const auto width = hard_float_abi(header.e_machine, header.e_flags);
    if (width.empty() || facts_.hard_float.count++ > 0) return;
    facts_.hard_float.width = width;
    facts_.hard_float.member = member_;
  }

  Result<void> read_sections(const ElfFile& elf) {
    bool has_code = false;
    bool has_content = false;
    bool has_note = false;
    bool has_bitcode = false;
    for (std::size_t i = 1; i < elf.section_count(); ++i) {
      auto section = elf.section(i);
      if (!section) return pass(section);
      auto name = elf.section_name(*section);
      if (!name) return pass(name);
      const bool is_loaded = (section->sh_flags & SHF_ALLOC) != 0 && section->sh_size > 0;
      has_code |= is_loaded && (section->sh_flags & SHF_EXECINSTR) != 0;
      has_content |= is_loaded && section->sh_type != SHT_NOTE;
      has_note |= *name == ".note.GNU-stack";
      has_bitcode |=
          name->starts_with(".gnu.lto_");  // .llvmbc stands beside machine code, of which an empty crate has none
      if (section->sh_type == SHT_RELA || section->sh_type == SHT_REL)
        if (auto counted = count_relocations(elf, *section); !counted) return counted;
      if (*name == ".note.gnu.property" && elf.header().e_machine == EM_X86_64)
        if (auto found = uses_vectors(elf, *section); found && *found) ++facts_.uses_vector_registers;
    }
    if (has_bitcode && !has_content) count_bitcode();
    if (has_code && !has_note) ++facts_.without_stack_note;
    return {};
  }

  Result<void> count_relocations(const ElfFile& elf, const GElf_Shdr& section) {
    if (section.sh_info == 0 || section.sh_info >= elf.section_count()) return {};
    auto target = elf.section(section.sh_info);
    if (!target) return pass(target);
    if ((target->sh_flags & SHF_ALLOC) == 0) return {};
    const bool has_addends = section.sh_type == SHT_RELA;
    const auto type = has_addends ? ELF_T_RELA : ELF_T_REL;
    const auto count = section.sh_size / elf.entry_size(type);
    if (count > size_limits::relocations.most - relocation_count_) return over(size_limits::relocations);
    relocation_count_ += count;
    auto data = elf.translated(section.sh_offset, section.sh_size, type);
    if (!data) return pass(data);
    for (std::size_t i = 0; *data && i < count; ++i) {
      GElf_Rela rela{};
      GElf_Rel rel{};
      const bool is_there = has_addends ? gelf_getrela(*data, static_cast<int>(i), &rela) != nullptr
                                        : gelf_getrel(*data, static_cast<int>(i), &rel) != nullptr;
      if (!is_there) break;
      const auto info = has_addends ? rela.r_info : rel.r_info;
      auto& use = relocations_[{elf.header().e_machine, static_cast<std::uint32_t>(GELF_R_TYPE(info))}];
      if (use.count++ > 0) continue;
      if (relocations_.size() > size_limits::relocation_types.most) return over(size_limits::relocation_types);
      use.e_machine = elf.header().e_machine;
      use.type = static_cast<std::uint32_t>(GELF_R_TYPE(info));
      if (auto name = elf.section_name(*target)) use.section = name->substr(0, kMaxShownName);
      use.member = member_;
      use.symbol = symbol_name(elf, section.sh_link, GELF_R_SYM(info));
    }
    return {};
  }

  static std::string symbol_name(const ElfFile& elf, std::size_t table_index, std::uint64_t index) {
    auto table = elf.section(table_index);
    if (!table || table->sh_type != SHT_SYMTAB) return {};
    auto strings = elf.section(table->sh_link);
    if (!strings) return {};
    auto names = elf.content(*strings);
    const auto entry = elf.entry_size(ELF_T_SYM);
    if (!names || index >= table->sh_size / entry) return {};
    auto data = elf.translated(table->sh_offset + index * entry, entry, ELF_T_SYM);
    GElf_Sym symbol;
    if (!data || !*data || !gelf_getsym(*data, 0, &symbol)) return {};
    if (GELF_ST_TYPE(symbol.st_info) != STT_SECTION)
      return std::string(string_at(*names, symbol.st_name).substr(0, kMaxShownName));
    auto section = elf.section(symbol.st_shndx);
    if (!section) return {};
    return std::string(elf.section_name(*section).value_or("").substr(0, kMaxShownName));
  }

  Result<void> read_symbols(const ElfFile& elf) {
    auto table = elf.symbol_table(SHT_SYMTAB);
    if (!table) return pass(table);
    if (!*table) return {};
    symbols_ += (*table)->count;
    if (symbols_ > size_limits::symbols.most) return over(size_limits::symbols);
    Result<void> held;
    auto walked = elf.for_each_symbol(**table, [&](const GElf_Sym& symbol, std::string_view name) {
      const auto binding = GELF_ST_BIND(symbol.st_info);
      if (binding != STB_GLOBAL && binding != STB_WEAK && binding != STB_GNU_UNIQUE) return true;
      if (name.empty() || name.size() >= kMaxString) return true;
      const Place place{member_names_.size() - 1, binding == STB_WEAK};
      bool is_new = false;
      if (symbol.st_shndx != SHN_UNDEF) {
        const auto [at, added] = defined_.emplace(name, place);
        is_new = added;
        at->second.is_weak &= place.is_weak;  // of several members the one with the strong symbol has it
      } else if (const auto at = undefined_.find(name); at != undefined_.end()) {
        at->second.is_weak &= place.is_weak;
      } else {
        is_new = undefined_.emplace(name, place).second;
      }
      if (!is_new) return true;
      held = held_.grow(kNameCost + name.size());
      name_bytes_ += name.size();
      return held && name_bytes_ <= kMaxNameBytes;
    });
    if (!held) return held;
    if (walked && name_bytes_ > kMaxNameBytes) return over(size_limits::symbol_names);
    return walked;
  }

  // A note of GNU that holds properties: a type, a length, data in multiples of 8.
  static Result<bool> uses_vectors(const ElfFile& elf, const GElf_Shdr& section) {
    auto view = elf.view(section);
    if (!view) return pass(view);
    auto bytes = view->fetch(0, view->size());
    if (!bytes) return pass(bytes);
    for (std::size_t at = 16; at + 12 <= bytes->size();) {
      const auto type = load_le(*bytes, at, 4);
      const auto length = load_le(*bytes, at + 4, 4);
      if (type == kPropertyFeature2Used && length == 4) return (load_le(*bytes, at + 8, 4) & kFeature2Vector) != 0;
      at += 8 + (length + 7) / 8 * 8;
    }
    return false;
  }

  void read_sources(View file) {
    if (stopped_ || object_format(file.head(64)) != ObjectFormat::elf) return;
    auto elf = ElfFile::open(file);
    if (!elf || elf->header().e_type != ET_REL) return;
    auto units = read_compile_units(*elf);
    if (!units) {
      facts_.notes.push_back("debug information: " + describe(units.error()));
      stopped_ = true;
      return;
    }
    for (auto& unit : *units) {
      const auto size = unit.producer.size();
      auto& count = sources_[{dwarf_language_name(unit.language), std::move(unit.producer)}];
      if (count == 0) name_bytes_ += size;
      count += unit.count;
    }
    if (name_bytes_ <= kMaxNameBytes) return;
    facts_.notes.push_back("debug information: more compilers and options than are kept");
    stopped_ = true;
  }

  const ExportTable* exports_;
  const OpenMember& open_;
  LinkFacts facts_;
  std::size_t symbols_ = 0;
  std::size_t name_bytes_ = 0;
  std::size_t relocation_count_ = 0;
  bool stopped_ = false;
  std::string member_;  ///< of an archive, that is being read
  std::vector<std::string> member_names_;
  struct Place {
    std::size_t member;  ///< the first, in `member_names_`
    bool is_weak;        ///< of what is undefined: all who need it do without
  };
  std::map<std::string, Place, std::less<>> undefined_;
  std::map<std::string, Place, std::less<>> defined_;
  std::map<std::pair<std::uint16_t, std::uint32_t>, RelocationUse> relocations_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> sources_;
  Held held_;  ///< names
};

}  // namespace

Result<std::optional<LinkFacts>> read_link_facts(View file, const ExportTable* exports, const OpenMember& open) {
  LinkReader reader(exports, open);
  const auto head = file.head(64);
  const auto format = object_format(head);
  if (!is_archive(head) && format != ObjectFormat::elf && format != ObjectFormat::bitcode) return std::nullopt;
  auto read = is_archive(head) ? reader.read_archive(file) : reader.read_object(file);
  if (!read) return pass(read);
  auto facts = reader.finish();
  if (facts.objects + facts.bitcode == 0 && facts.notes.empty()) return std::nullopt;
  return facts;
}

}  // namespace rartifacts
