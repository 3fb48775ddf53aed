// SPDX-License-Identifier: MIT OR Apache-2.0
//
// DWARF: who compiled what
// ========================
//
// .debug_info is a sequence of units, each a header and a tree of entries. The first entry of a unit describes the source file:
// its language, and the compiler's signature. Nothing below it is read here.
//
//     unit:   length, version, (5: type, address size), offset in .debug_abbrev, (2 to 4: address size), entries
//     entry:  a code, and then the values of the attributes that .debug_abbrev lists for this code, with their forms
//     text:   inline, or an offset in .debug_str or .debug_line_str, or an index into .debug_str_offsets
//
// In an object that is not linked yet, offsets into other sections stand in the relocations, not in the section.
#include "object/dwarf.h"

#include <algorithm>
#include <array>
#include <map>

#include "bytes/size_limits.h"
#include "object/debug_section.h"

namespace rartifacts {
namespace {

constexpr int kMaxAttributes = 256;

enum : std::uint64_t { kTagCompileUnit = 0x11, kTagSkeletonUnit = 0x4a };
enum : std::uint64_t { kUnitCompile = 0x01, kUnitPartial = 0x03, kUnitSkeleton = 0x04, kUnitSplitCompile = 0x05 };
enum : std::uint64_t { kAtLanguage = 0x13, kAtProducer = 0x25, kAtStrOffsetsBase = 0x72 };
enum : std::uint64_t { kFormIndirect = 0x16, kFormImplicitConst = 0x21 };

// How a value is stored. `offset` has the size that the unit says, and can be relocated; so can `number`, in older versions.
enum class Shape { nothing, address, number, skipped, offset, ref_address, uleb, sleb, block, uleb_block, inline_text };
// What a value is: a number, or a text and where it is.
enum class TextPlace { number, text, debug_str, debug_line_str, index };
struct AttributeForm {
  std::uint64_t form;
  Shape shape;
  std::size_t width = 0;  ///< of `number`, `skipped`, and of the length of `block`
  TextPlace place = TextPlace::number;
};

// DWARF 5, table 7.6, and GNU's own forms.
constexpr std::array kDwarfForms{
    AttributeForm{0x01, Shape::address},
    AttributeForm{0x03, Shape::block, 2},
    AttributeForm{0x04, Shape::block, 4},
    AttributeForm{0x05, Shape::number, 2},
    AttributeForm{0x06, Shape::number, 4},
    AttributeForm{0x07, Shape::number, 8},
    AttributeForm{0x08, Shape::inline_text, 0, TextPlace::text},
    AttributeForm{0x09, Shape::uleb_block},
    AttributeForm{0x0a, Shape::block, 1},
    AttributeForm{0x0b, Shape::number, 1},
    AttributeForm{0x0c, Shape::number, 1},
    AttributeForm{0x0d, Shape::sleb},
    AttributeForm{0x0e, Shape::offset, 0, TextPlace::debug_str},
    AttributeForm{0x0f, Shape::uleb},
    AttributeForm{0x10, Shape::ref_address},
    AttributeForm{0x11, Shape::number, 1},
    AttributeForm{0x12, Shape::number, 2},
    AttributeForm{0x13, Shape::number, 4},
    AttributeForm{0x14, Shape::number, 8},
    AttributeForm{0x15, Shape::uleb},
    AttributeForm{0x17, Shape::offset},
    AttributeForm{0x18, Shape::uleb_block},
    AttributeForm{0x19, Shape::nothing},
    AttributeForm{0x1a, Shape::uleb, 0, TextPlace::index},
    AttributeForm{0x1b, Shape::uleb},
    AttributeForm{0x1c, Shape::number, 4},
    AttributeForm{0x1d, Shape::offset},
    AttributeForm{0x1e, Shape::skipped, 16},
    AttributeForm{0x1f, Shape::offset, 0, TextPlace::debug_line_str},
    AttributeForm{0x20, Shape::number, 8},
    AttributeForm{0x22, Shape::uleb},
    AttributeForm{0x23, Shape::uleb},
    AttributeForm{0x24, Shape::number, 8},
    AttributeForm{0x25, Shape::number, 1, TextPlace::index},
    AttributeForm{0x26, Shape::number, 2, TextPlace::index},
    AttributeForm{0x27, Shape::number, 3, TextPlace::index},
    AttributeForm{0x28, Shape::number, 4, TextPlace::index},
    AttributeForm{0x29, Shape::number, 1},
    AttributeForm{0x2a, Shape::number, 2},
    AttributeForm{0x2b, Shape::number, 3},
    AttributeForm{0x2c, Shape::number, 4},
    AttributeForm{0x1f01, Shape::uleb},
    AttributeForm{0x1f02, Shape::uleb, 0, TextPlace::index},
    AttributeForm{0x1f20, Shape::offset},
    AttributeForm{0x1f21, Shape::offset},
};

struct Unit {
  std::uint64_t end = 0;
  std::uint64_t entries = 0;  ///< where the first entry stands
  std::uint64_t abbreviations = 0;
  std::uint64_t type = kUnitCompile;
  std::size_t address_size = 0;
  std::size_t offset_size = 4;
  std::uint64_t version = 0;
};

struct AttributeValue {
  TextPlace place = TextPlace::number;
  std::uint64_t number = 0;
  std::string text;
};

class UnitReader {
 public:
  UnitReader(const ElfFile& elf, DebugSection info, DebugSection abbreviations)
      : elf_(elf), info_(std::move(info)), abbreviations_(std::move(abbreviations)) {}

  Result<std::vector<CompileUnits>> read() {
    std::size_t units = 0;
    for (std::uint64_t at = 0; at < info_.view().size();) {
      if (++units > size_limits::dwarf_units.most) return over(size_limits::dwarf_units);
      auto unit = header(at);
      if (!unit) return pass(unit);
      if (unit->type == kUnitCompile || unit->type == kUnitSkeleton || unit->type == kUnitSplitCompile) {
        auto found = first_entry(*unit);
        if (!found) return pass(found);
        if (*found) keep(std::move(**found));
      }
      if (producer_bytes_ > size_limits::dwarf_producers.most) return over(size_limits::dwarf_producers);
      at = unit->end;
    }
    return std::move(all_);
  }

 private:
  using Origin = std::pair<std::uint64_t, std::string>;  ///< language and producer

  void keep(Origin origin) {
    const auto [place, is_new] = places_.try_emplace(std::move(origin), all_.size());
    const auto& [language, producer] = place->first;
    if (is_new) {
      all_.push_back({language, producer, 0});
      producer_bytes_ += producer.size();
    }
    ++all_[place->second].count;
  }

  std::uint64_t number(Cursor& cursor, std::size_t width) const {
    const auto bytes = cursor.raw(width);
    return cursor.ok() ? info_.number(bytes) : 0;
  }
  std::uint64_t offset(Cursor& cursor, std::size_t width) const {
    const auto position = cursor.position();
    return info_.relocated(position, number(cursor, width));
  }

  Result<Unit> header(std::uint64_t at) const {
    Unit unit;
    Cursor cursor(info_.view(), at);
    auto length = number(cursor, 4);
    if (length == 0xffffffff) {
      unit.offset_size = 8;
      length = number(cursor, 8);
    }
    const auto begin = cursor.position();
    unit.version = number(cursor, 2);
    if (unit.version == 5) {
      unit.type = number(cursor, 1);
      unit.address_size = number(cursor, 1);
      unit.abbreviations = offset(cursor, unit.offset_size);
      if (unit.type == kUnitSkeleton || unit.type == kUnitSplitCompile) cursor.skip(8);
    } else {
      unit.abbreviations = offset(cursor, unit.offset_size);
      unit.address_size = number(cursor, 1);
    }
    if (!cursor.ok()) return cursor.error();
    if (unit.version < 2 || unit.version > 5)
      return fail_at(at, ErrorKind::unsupported, "DWARF version {}", unit.version);
    if (length > info_.view().size() - begin || unit.address_size > 8)
      return fail_at(at, ErrorKind::malformed, "a DWARF unit lies outside of .debug_info");
    unit.entries = cursor.position();
    unit.end = begin + length;
    return unit;
  }

  Result<std::optional<Origin>> first_entry(const Unit& unit) {
    auto until_end = info_.view().sub(0, unit.end);
    if (!until_end) return pass(until_end);
    Cursor cursor(*until_end, unit.entries);
    const auto code = cursor.leb128();
    if (!cursor.ok()) return cursor.error();
    if (code == 0) return std::nullopt;
    Cursor list(abbreviations_.view(), unit.abbreviations);
    const auto tag = find_abbreviation(list, code);
    if (!list.ok()) return list.error();
    abbreviation_bytes_ += list.position() - unit.abbreviations;
    if (abbreviation_bytes_ > size_limits::dwarf_abbreviations.most) return over(size_limits::dwarf_abbreviations);
    if (tag != kTagCompileUnit && tag != kTagSkeletonUnit) return std::nullopt;
    AttributeValue producer;
    std::uint64_t language = 0;
    std::optional<std::uint64_t> base;
    for (int i = 0; i < kMaxAttributes; ++i) {
      const auto attribute = list.leb128();
      const auto form = list.leb128();
      const auto constant = form == kFormImplicitConst ? signed_leb128(list) : 0;
      if (!list.ok()) return list.error();
      if (attribute == 0 && form == 0) break;
      auto value = read_value(cursor, unit, form, constant);
      if (!cursor.ok()) return cursor.error();
      if (attribute == kAtLanguage) language = value.number;
      if (attribute == kAtStrOffsetsBase) base = value.number;
      if (attribute == kAtProducer) producer = std::move(value);
    }
    auto text = text_of(producer, unit, base);
    if (!text) return pass(text);
    return Origin(language, std::move(*text));
  }

  // Leaves `list` at the attributes of `code`, and returns its tag.
  static std::uint64_t find_abbreviation(Cursor& list, std::uint64_t code) {
    while (list.ok()) {
      const auto found = list.leb128();
      const auto tag = list.leb128();
      list.skip(1);  // has children
      if (found == code) return tag;
      if (found == 0) list.reject(ErrorKind::malformed, "a DWARF entry has a code that .debug_abbrev lacks");
      while (list.ok()) {
        const auto attribute = list.leb128();
        const auto form = list.leb128();
        if (form == kFormImplicitConst) (void)signed_leb128(list);
        if (attribute == 0 && form == 0) break;
      }
    }
    return 0;
  }

  static std::uint64_t signed_leb128(Cursor& cursor) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; cursor.ok(); shift += 7) {
      const auto byte = cursor.u8();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80) == 0) break;
    }
    return value;
  }

  AttributeValue read_value(Cursor& cursor, const Unit& unit, std::uint64_t form, std::uint64_t constant) const {
    if (form == kFormIndirect) form = cursor.leb128();
    if (form == kFormImplicitConst) return {TextPlace::number, constant, {}};
    const auto* row = std::ranges::find(kDwarfForms, form, &AttributeForm::form);
    if (row == kDwarfForms.end()) {
      cursor.reject(ErrorKind::unsupported, fmt::format("DWARF form {:#x}", form));
      return {};
    }
    switch (row->shape) {
      case Shape::nothing: break;
      case Shape::address: cursor.skip(unit.address_size); break;
      case Shape::skipped: cursor.skip(row->width); break;
      case Shape::number: return {row->place, offset(cursor, row->width), {}};
      case Shape::offset: return {row->place, offset(cursor, unit.offset_size), {}};
      case Shape::ref_address: cursor.skip(unit.version == 2 ? unit.address_size : unit.offset_size); break;
      case Shape::uleb: return {row->place, cursor.leb128(), {}};
      case Shape::sleb: return {row->place, signed_leb128(cursor), {}};
      case Shape::block: cursor.skip(number(cursor, row->width)); break;
      case Shape::uleb_block: cursor.skip(cursor.leb128()); break;
      case Shape::inline_text: return {row->place, 0, inline_text(cursor)};
    }
    return {};
  }

  static std::string inline_text(Cursor& cursor) {
    std::string out;
    while (cursor.ok()) {
      const auto byte = cursor.u8();
      if (byte == 0) break;
      if (out.size() < DebugSection::kMaxText) out += static_cast<char>(byte);
    }
    return out;
  }

  Result<std::string> text_of(const AttributeValue& value, const Unit& unit, std::optional<std::uint64_t> base) {
    switch (value.place) {
      case TextPlace::number: return std::string();
      case TextPlace::text: return value.text;
      case TextPlace::debug_str: return text_in(strings_, ".debug_str", value.number);
      case TextPlace::debug_line_str: return text_in(line_strings_, ".debug_line_str", value.number);
      case TextPlace::index: break;
    }
    auto table = section(string_offsets_, ".debug_str_offsets");
    if (!table) return pass(table);
    const auto header_size = unit.version == 5 ? 2 * unit.offset_size : 0;
    const auto start = base.value_or(header_size);
    if (start > UINT32_MAX || value.number > UINT32_MAX)
      return fail(ErrorKind::malformed, "a DWARF string index lies outside of its table");
    const auto at = start + value.number * unit.offset_size;
    auto bytes = (*table)->view().fetch(at, unit.offset_size);
    if (!bytes) return pass(bytes);
    return text_in(strings_, ".debug_str", (*table)->relocated(at, (*table)->number(*bytes)));
  }

  using Slot = std::optional<DebugSection>;
  Result<const DebugSection*> section(Slot& slot, std::string_view name) {
    if (!slot) {
      auto opened = DebugSection::open(elf_, name);
      if (!opened) return pass(opened);
      if (!*opened) return fail(ErrorKind::malformed, "there is no {}", name);
      slot = std::move(*opened);
    }
    return &*slot;
  }
  Result<std::string> text_in(Slot& slot, std::string_view name, std::uint64_t offset) {
    auto found = section(slot, name);
    if (!found) return pass(found);
    return (*found)->text(offset);
  }

  const ElfFile& elf_;
  DebugSection info_;
  DebugSection abbreviations_;
  Slot strings_, line_strings_, string_offsets_;
  std::map<Origin, std::size_t> places_;  ///< in all_
  std::vector<CompileUnits> all_;
  std::size_t producer_bytes_ = 0;
  std::uint64_t abbreviation_bytes_ = 0;
};

struct LanguageName {
  std::uint64_t language;
  std::string_view name;
  bool is_c;
};

// C stands for what C compilers compile: C++ and Objective-C too.
constexpr std::array kLanguages{
    LanguageName{0x01, "C89", true},
    LanguageName{0x02, "C", true},
    LanguageName{0x04, "C++", true},
    LanguageName{0x07, "Fortran 77", false},
    LanguageName{0x08, "Fortran 90", false},
    LanguageName{0x0c, "C99", true},
    LanguageName{0x0d, "Ada 95", false},
    LanguageName{0x0e, "Fortran 95", false},
    LanguageName{0x10, "Objective-C", true},
    LanguageName{0x11, "Objective-C++", true},
    LanguageName{0x13, "D", false},
    LanguageName{0x16, "Go", false},
    LanguageName{0x18, "Haskell", false},
    LanguageName{0x1a, "C++11", true},
    LanguageName{0x1b, "OCaml", false},
    LanguageName{kDwarfRust, "Rust", false},
    LanguageName{0x1d, "C11", true},
    LanguageName{0x21, "C++14", true},
    LanguageName{0x22, "Fortran 03", false},
    LanguageName{0x23, "Fortran 08", false},
    LanguageName{0x27, "Zig", false},
    LanguageName{0x2b, "C++17", true},
    LanguageName{0x2c, "C17", true},
    LanguageName{0x2d, "C++20", true},
    LanguageName{kDwarfAssembly, "assembler", false},
    LanguageName{0x3e, "C23", true},
    LanguageName{kDwarfMipsAssembler, "assembler", false},
};

}  // namespace

Result<std::vector<CompileUnits>> read_compile_units(const ElfFile& elf) {
  auto info = DebugSection::open(elf, ".debug_info");
  if (!info) return pass(info);
  if (!*info) return std::vector<CompileUnits>();
  auto abbreviations = DebugSection::open(elf, ".debug_abbrev");
  if (!abbreviations) return pass(abbreviations);
  if (!*abbreviations) return fail(ErrorKind::malformed, ".debug_info without .debug_abbrev");
  return UnitReader(elf, std::move(**info), std::move(**abbreviations)).read();
}

bool is_dwarf_c(std::uint64_t language) {
  const auto* row = std::ranges::find(kLanguages, language, &LanguageName::language);
  return row != kLanguages.end() && row->is_c;
}

std::string dwarf_language_name(std::uint64_t language) {
  const auto* row = std::ranges::find(kLanguages, language, &LanguageName::language);
  return row == kLanguages.end() ? fmt::format("language {:#x}", language) : std::string(row->name);
}

}  // namespace rartifacts
