// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Re-exports and inherent impls
// =============================
//
// What a module has by `pub use` stands in a table of its own, module_children_reexports, as records:
//
//     name        symbol
//     span        a tag byte: bits 0-1 kind, bit 2 no context, bits 3-7 a length
//     resolution  0 and kind, its fields, crate number, DefIndex; or 1 and a primitive type
//     visibility  0, or 1 and crate number, DefIndex
//     chain       number of links, each a tag and, of the first three, crate number, DefIndex
//
// It is the one table of arrays that reads so, kinds of this crate's own definitions included. Where it stands before the children is
// known of each release, and looked at first; a crate without re-exports has nothing there. A libcore has 224,000 records, of
// which a listing needs a few: so many are tried to know the table, and the rest is read when asked for.
// Defined by: rust-lang/rust compiler/rustc_middle/src/metadata.rs (ModChild), rustc_span/src/span_encoding.rs.
#include <algorithm>

#include "bytes/unicode.h"
#include "metadata/item_file.h"

namespace rartifacts {
namespace {

// The order of DefKind, without the fields that its byte in a table of kinds counts in.
constexpr ItemKind kResolved[] = {
    ItemKind::mod,        ItemKind::struct_type, ItemKind::union_type,   ItemKind::enum_type,   ItemKind::variant,
    ItemKind::trait,      ItemKind::type_alias,  ItemKind::foreign_type, ItemKind::trait_alias, ItemKind::assoc_type,
    ItemKind::type_param, ItemKind::fn,          ItemKind::constant,     ItemKind::const_param, ItemKind::static_item,
    ItemKind::ctor,       ItemKind::assoc_fn,    ItemKind::assoc_const,  ItemKind::macro,       ItemKind::extern_crate};

bool is_identifier(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_word_character(c) || static_cast<unsigned char>(c) >= 0x80;
  });
}

/// One list of records.
class ReExportReader {
 public:
  ReExportReader(const ItemFile& file, std::uint64_t position)
      : file_(file), from_(file.blob, position), fields_(re_export_fields(file.release)) {}

  bool ok() const { return from_.ok() && from_.position() <= file_.header.root; }

  /// The next one without its name, which comes apart: many are read only to see that they are there.
  StoredSymbol next(ReExport& record) {
    const auto symbol = read_symbol(file_, from_);
    if (symbol.predefined == Definition::kStored && !is_identifier(symbol.text)) reject();
    skip_span(from_);
    resolution(record);
    const auto restricted = from_.u8();
    if (restricted > 1) reject();
    if (restricted == 1) def_id();
    record.is_public = restricted == 0;
    const auto links = from_.leb128(32);
    for (std::uint64_t i = 0; i < links && from_.ok(); ++i) {
      const auto tag = from_.u8();
      if (tag > 4) reject();
      if (tag < 3) def_id();
    }
    return symbol;
  }

 private:
  void reject() { from_.reject(ErrorKind::unsupported, "not a re-export"); }

  std::pair<std::uint32_t, DefIndex> def_id() {
    const auto crate = static_cast<std::uint32_t>(from_.leb128(32));
    const auto index = static_cast<DefIndex>(from_.leb128(32));
    if (from_.ok() && (crate > file_.crate.dependencies->size() || (crate == 0 && index >= file_.definitions.size())))
      reject();
    return {crate, index};
  }

  void up_to(std::uint8_t largest) {
    if (from_.u8() > largest) reject();
  }

  void resolution(ReExport& record) {
    const auto tag = from_.u8();
    if (tag == 1) {  // PrimTy: signed, unsigned, float with a size, then str, bool, char
      const auto type = from_.u8();
      if (type > 5) reject();
      if (type < 3) from_.u8();
      record.kind = ItemKind::primitive;
      record.crate = ReExport::kPrimitive;
      return;
    }
    const auto kind = from_.u8();
    if (tag != 0 || kind >= std::size(kResolved)) return reject();
    record.kind = kResolved[kind];
    if (record.kind == ItemKind::static_item) {
      if (fields_.static_safety) up_to(1);
      up_to(1);
      if (fields_.static_nested) up_to(1);
    } else if (record.kind == ItemKind::ctor) {
      up_to(1);
      up_to(2);
    } else if (record.kind == ItemKind::macro) {
      up_to(7);
    } else if (fields_.const_flag && (record.kind == ItemKind::constant || record.kind == ItemKind::assoc_const)) {
      up_to(1);
    }
    std::tie(record.crate, record.index) = def_id();
    if (from_.ok() && record.crate == 0 && file_.kind(record.index) != record.kind) reject();
  }

  const ItemFile& file_;
  Cursor from_;
  ReExportFields fields_;
};

bool has_items(ItemKind kind) {
  return kind == ItemKind::mod || kind == ItemKind::enum_type || kind == ItemKind::trait;
}

constexpr std::uint64_t kMostRecords = std::uint64_t{4} << 20;
constexpr std::uint64_t kRecordNameBytes = std::uint64_t{64} << 20;  ///< names may lead back to one text
constexpr std::uint64_t kTriedRecords = 1'000;
/// Where a release is known to have the table, fewer show that it is that: what is wrong with the others is seen when they are read.
constexpr std::uint64_t kTriedWhereLikely = 100;

/// Calls `visit` for each record of a list, with its name.
template <class Visit>
Result<void> each_record(const ItemFile& file, ItemTable::Array array, const Visit& visit) {
  if (!file.is_position(array.position) || array.count > file.header.root - array.position ||
      array.count > kMostRecords)
    return unknown_items("a list of re-exports that cannot be one");
  auto left = kRecordNameBytes;
  ReExportReader reader(file, array.position);
  for (std::uint64_t i = 0; i < array.count; ++i) {
    ReExport record;
    const auto name = reader.next(record);
    if (!reader.ok()) return unknown_items("a re-export that is none");
    if (name.text.size() > left) return unknown_items("re-exports with longer names than any crate has");
    left -= name.text.size();
    visit(record, name);
  }
  return {};
}

Result<std::vector<ReExport>> records_of(const ItemFile& file, ItemTable::Array array) {
  std::vector<ReExport> records;
  auto read = each_record(file, array, [&](ReExport& record, const StoredSymbol& name) {
    if (name.predefined == Definition::kStored) record.name = name.text;
    else if (const auto word = file.predefined.find(name.predefined)) record.name = *word;
    else if (name.predefined == underscore_symbol(file.release)) record.name = "_";
    else record.name = unknown_word(name.predefined);
    records.push_back(std::move(record));
  });
  if (!read) return pass(read);
  return records;
}

bool are_reexports(const ItemFile& file, const ItemTable& table) {
  const auto likely = file.child_table - before_children(file.release).re_exports;
  const bool is_known = !file.is_guessed && &table == &file.tables[likely];
  const auto enough = is_known ? kTriedWhereLikely : kTriedRecords;
  std::uint64_t records = 0;
  bool has_module = false;
  for (DefIndex i = 0; i < table.count(8); ++i) {
    const auto array = table.array(i);
    if (array.position == 0 || array.count == 0) continue;
    if (i >= file.definitions.size() || !has_items(file.kind(i))) return false;
    has_module = has_module || file.kind(i) == ItemKind::mod;
    if (records > enough) continue;
    if (!each_record(file, array, [](const ReExport&, const StoredSymbol&) {})) return false;
    records += array.count;
  }
  return has_module;
}

bool is_type(ItemKind kind) {
  return kind == ItemKind::struct_type || kind == ItemKind::enum_type || kind == ItemKind::union_type ||
         kind == ItemKind::foreign_type || kind == ItemKind::trait;
}

Result<std::vector<DefIndex>> impls_of(const ItemFile& file, ItemTable::Array array) {
  auto impls = read_def_indices(file, array);
  if (!impls) return impls;
  for (const auto impl : *impls)
    if (file.kind(impl) != ItemKind::impl || file.kinds[file.definitions[impl].kind - 1].text.ends_with("true }"))
      return unknown_items("definition {} is no inherent impl", impl);
  return impls;
}

bool are_impls(const ItemFile& file, const ItemTable& table) {
  std::uint64_t lists = 0;
  for (DefIndex i = 0; i < table.count(8); ++i) {
    const auto array = table.array(i);
    if (array.position == 0 || array.count == 0) continue;
    if (i >= file.definitions.size() || !is_type(file.kind(i))) return false;
    if (++lists <= kTriedRecords && !impls_of(file, array)) return false;
  }
  return lists > 0;
}

/// Tables of arrays that have no other meaning, the likely one first. Two bytes are as a rule a position; of a list they are enough
/// where it stands in the first 256 bytes of a small crate.
std::vector<std::size_t> array_tables(const ItemFile& file, std::size_t likely) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < file.tables.size(); ++i) {
    const auto& table = file.tables[i];
    const bool is_taken = i == file.hash_table || i == file.key_table || i == file.kind_table ||
                          i == file.kind_table + 1 || i == file.child_table;
    const unsigned narrowest = i == likely && !file.is_guessed ? 2 : 3;
    if (!is_taken && table.size != 0 && (table.width == 0 || table.width >= narrowest)) all.push_back(i);
  }
  const auto first = std::ranges::find(all, likely);
  if (first != all.end()) std::rotate(all.begin(), first, first + 1);
  return all;
}

template <class Fits>
std::optional<std::size_t> find_table(ItemFile& file, std::size_t likely, Fits fits) {
  // What is empty where it belongs is nowhere else.
  if (!file.is_guessed && likely < file.tables.size() && file.tables[likely].size == 0) return std::nullopt;
  for (const auto i : array_tables(file, likely))
    if (fetch_table(file, file.tables[i]) && fits(file, file.tables[i])) return i;
  return std::nullopt;
}

}  // namespace

void skip_span(Cursor& from) {
  constexpr unsigned kIndirect = 3, kPartial = 2, kForeign = 1, kLong = 31;
  const auto tag = from.u8();
  const unsigned kind = tag & 3;
  const unsigned length = tag >> 3;
  if (kind == kIndirect) return from.skip(length);
  if ((tag & 4) == 0) from.leb128(32);  // context
  if (kind == kPartial) return;
  from.leb128(32);  // start
  if (length == kLong) from.leb128(32);
  from.leb128(32);  // file
  if (kind == kForeign) from.leb128(32);
}

void find_reexports(ItemFile& file) {
  const auto before = before_children(file.release).re_exports;
  if (before == 0 || !file.crate.dependencies || before > file.child_table) return;
  const auto likely = file.child_table - before;
  file.reexport_table = find_table(file, likely, are_reexports);
  file.has_reexports = file.reexport_table || file.tables[likely].size == 0;
}

void find_inherent_impls(ItemFile& file) {
  const auto before = before_children(file.release).inherent_impls;
  const bool is_known = before != 0 && before <= file.child_table;
  file.impl_table = find_table(file, is_known ? file.child_table - before : file.tables.size(), are_impls);
}

Result<std::vector<ReExport>> read_reexports(const ItemFile& file, DefIndex module) {
  if (!file.reexport_table) return {};
  const auto array = file.tables[*file.reexport_table].array(module);
  if (array.position == 0) return {};
  return records_of(file, array);
}

std::vector<DefIndex> read_inherent_impls(const ItemFile& file, DefIndex type) {
  if (!file.impl_table) return {};
  const auto array = file.tables[*file.impl_table].array(type);
  if (array.position == 0) return {};
  auto impls = impls_of(file, array);
  return impls ? std::move(*impls) : std::vector<DefIndex>();
}

}  // namespace rartifacts
