// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The tables of the root
// ======================
//
// Behind `proc_macro_data` the root points to 46 to 80 tables with an element for each definition. To 1.71 a table is
//
//     size in bytes (LEB128), distance (LEB128)
//
// and what an element is, its type says: a byte, a position of 4 bytes, an array of 4 + 4, a hash of 16. From 1.72 on it is
//
//     width of an element, number of elements, distance (all LEB128)
//
// Zero bytes at the end of an element that no element uses are cut off, and in an array position and count are interleaved byte
// by byte. Tables are written one straight after the other, so each distance but the first is the size of the table before:
// that is a check on every one of them, and finds the end of the list.
// Defined by: rust-lang/rust compiler/rustc_metadata/src/rmeta/table.rs.
#include <algorithm>
#include <cstring>

#include "metadata/item_file.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kWidest = 16;
constexpr std::size_t kFewestTables = 20;

}  // namespace

// No table has 2^32 elements, so an index times a width does not overflow.
std::uint64_t ItemTable::value(DefIndex index, unsigned unstored_width) const {
  const auto w = width != 0 ? width : unstored_width;
  const auto at = std::uint64_t{index} * w;
  return at + w > bytes.size() ? 0 : load_le(bytes, at, std::min(w, 8U));
}

ItemTable::Array ItemTable::array(DefIndex index) const {
  const auto w = width != 0 ? width : 8;
  const auto at = std::uint64_t{index} * w;
  if (at + w > bytes.size()) return {};
  const Bytes element = bytes.subspan(at, w);
  std::uint64_t first = 0;
  std::memcpy(&first, element.data(), std::min<std::size_t>(w, sizeof first));
  if (first == 0 && w <= sizeof first) return {};  // as most are
  if (width == 0) return {load_le(element, 0, 4), load_le(element, 4, 4)};
  Array array;
  for (unsigned i = 0; i < w && i < 16; ++i) {
    auto& part = i % 2 == 0 ? array.position : array.count;
    part |= std::uint64_t{element[i]} << (4 * (i & ~1U));
  }
  return array;
}

Result<void> fetch_table(const ItemFile& file, ItemTable& table) {
  if (!table.bytes.empty() || table.size == 0) return {};
  auto bytes = file.blob.fetch(table.position, table.size);
  if (!bytes) return pass(bytes);
  table.bytes = *bytes;
  return {};
}

Result<void> read_item_tables(ItemFile& file) {
  file.tables.clear();
  file.behind_tables = file.places.tables;
  const bool has_widths = file.encoding.tables == ItemEncoding::Tables::widths;
  const auto root = file.header.root;
  auto previous = file.places.previous;
  Cursor from(file.blob, file.places.tables);
  constexpr std::size_t kMostTables = 1000;  // rustc has less than a tenth
  while (from.ok() && from.position() < file.places.end && file.tables.size() < kMostTables) {
    ItemTable table;
    std::uint64_t count = 0;
    if (has_widths) {
      const auto width = from.leb128(32);
      count = from.leb128(32);
      if (width > kWidest || (width == 0) != (count == 0)) break;
      table.width = static_cast<unsigned>(width);
      table.size = width * count;
    } else {
      table.size = from.leb128(40);
    }
    const auto distance = from.leb128(48);
    if (!from.ok() || (!file.tables.empty() && distance != file.tables.back().size)) break;
    if (previous == 0 && distance > root) break;
    table.position = previous == 0 ? root - distance : previous + distance;
    if (table.position < file.header.after_version || table.position > root || table.size > root - table.position)
      break;
    previous = table.position;
    file.tables.push_back(table);
    file.behind_tables = from.position();
  }
  if (file.tables.size() < kFewestTables) return unknown_items("{} tables in a row", file.tables.size());
  return {};
}

Result<std::vector<DefIndex>> read_def_indices(const ItemFile& file, ItemTable::Array array, int others) {
  const auto size = file.definitions.size();
  if (!file.is_position(array.position) || array.count > size || array.count > file.header.root - array.position)
    return unknown_items("a list of definitions that cannot be one");
  std::vector<DefIndex> all;
  all.reserve(array.count);
  Cursor from(file.blob, array.position);
  for (std::uint64_t i = 0; i < array.count && from.ok(); ++i) {
    all.push_back(static_cast<DefIndex>(from.leb128(32)));
    if (all.back() >= size) return unknown_items("a list of definitions names one that is not there");
    for (int k = 0; k < others; ++k) from.leb128(32);
  }
  if (!from.ok() || from.position() > file.header.root) return unknown_items("a list of definitions is cut off");
  return all;
}

// From 1.98 on, each has the distance to what is said of it behind it.
Result<std::vector<DefIndex>> read_macros(const ItemFile& file) {
  constexpr int kFirstWithDistance = 98;
  const auto read = [&](bool has_distance) {
    auto macros = read_def_indices(file, {file.places.macros, file.places.macro_count}, has_distance ? 1 : 0);
    if (!macros) return macros;
    auto sorted = *macros;
    std::ranges::sort(sorted);
    const auto is_macro = [&](DefIndex index) {
      return !file.definitions[index].is_absent && file.definitions[index].data == DefData::macro_ns;
    };
    if (!std::ranges::all_of(sorted, is_macro) || std::ranges::adjacent_find(sorted) != sorted.end())
      macros = unknown_items("a list of macros names what is none");
    return macros;
  };
  const bool has_distance = file.release >= kFirstWithDistance;
  auto macros = read(has_distance);
  if (macros) return macros;
  auto other = read(!has_distance);  // a nightly from before or after the change
  return other ? other : macros;
}

}  // namespace rartifacts
