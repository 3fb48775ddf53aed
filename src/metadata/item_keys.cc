// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Names, proved
// =============
//
// A definition has a key, which def_keys points to,
//
//     parent   Option<DefIndex>: 0 (only the crate root), or 1 and a LEB128, always smaller than its own number
//     data     a tag, and for some tags a symbol: the name
//     number   LEB128, tells namesakes apart
//
// and in def_path_hashes a hash, the first word of SipHash-128 of
//
//     the stable crate id, 8 bytes      only to 1.89
//     the parent's hash, 8 bytes
//     the tag, 1 byte
//     the name and FF                   only of what has a name
//     the number, 4 bytes
//
// The hash of the root follows from the crate id that the root holds; how the others prove what was read, item_proof.cc says.
// Defined by: rust-lang/rust compiler/rustc_hir/src/definitions.rs (DefKey::compute_stable_hash).
#include <algorithm>
#include <array>

#include "bytes/size_limits.h"
#include "metadata/item_file.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kLongestItemName = std::uint64_t{64} << 10;
constexpr std::uint64_t kKeysAtOnce = std::uint64_t{64} << 10;
constexpr std::uint64_t kLeastKey = 4;  ///< bytes of one without a name

std::string_view stored_string(const ItemFile& file, Cursor& from) {
  const auto length = from.leb128(32);
  if (from.ok() && length > kLongestItemName) from.reject(ErrorKind::unsupported, "a name of impossible length");
  const auto text = as_text(from.raw(from.ok() ? length : 0));
  if (file.header.string_sentinels && from.u8() != kStringSentinel && from.ok())
    from.reject(ErrorKind::unsupported, "a name without its end");
  if (from.ok() && (!is_utf8(text) || from.position() > file.header.root))
    from.reject(ErrorKind::unsupported, "a name that is none");
  return text;
}

/// def_path_hashes: the table whose first element is known beforehand.
Result<void> find_hashes(ItemFile& file) {
  std::array<std::uint8_t, 21> root{};  // the crate id, no parent, tag 0, number 0
  for (unsigned i = 0; i < 8; ++i) root[i] = static_cast<std::uint8_t>(file.crate_id >> (8 * i));
  const auto hash_of_root = siphash(file.encoding.rounds, SipOutput::bits128, root);
  const auto width = file.encoding.hash_bytes;
  for (std::size_t i = 0; i < file.tables.size(); ++i) {
    const auto& table = file.tables[i];
    if (table.size < width || table.size % width != 0 || (table.width != 0 && table.width != width)) continue;
    auto first = file.blob.fetch(table.position, width);
    if (!first) return pass(first);
    const auto hash = load_le(*first, width - 8, 8);
    if (hash != file.crate_id && hash != hash_of_root) continue;
    if (width == 16 && load_le(*first, 0, 8) != file.crate_id) continue;
    const auto count = table.size / width;
    if (count > size_limits::definitions.most) return over(size_limits::definitions);
    file.hash_table = i;
    file.hashes_crate = hash != file.crate_id;
    file.count = static_cast<DefIndex>(count);
    return {};
  }
  return unknown_items("no table of hashes begins with that of the crate root");
}

Result<void> read_key(const ItemFile& file, Cursor& from, DefIndex index, Definition& key) {
  const auto option = from.u8();
  if (from.ok() && option != (index == 0 ? 0 : 1)) return unknown_items("definition {}: option tag {}", index, option);
  if (index != 0) key.parent = static_cast<DefIndex>(from.leb128(32));
  const auto tag = from.u8();
  if (!from.ok()) return pass(Result<void>(from.error()));
  if (index != 0 && key.parent >= index) return unknown_items("definition {}: its parent is {}", index, key.parent);
  if (tag >= file.encoding.tags.size()) return unknown_items("definition {}: tag {}", index, tag);
  key.data = file.encoding.tags[tag];
  if ((key.data == DefData::crate_root) != (index == 0)) return unknown_items("definition {}: a crate root", index);
  if (has_symbol(key.data)) {
    const auto symbol = read_symbol(file, from);
    if (symbol.predefined == Definition::kStored) key.set_name(symbol.text);
    else key.size_or_word = symbol.predefined;
  }
  key.number = static_cast<std::uint32_t>(from.leb128(32));
  if (!from.ok()) return unknown_items("definition {}: {}", index, from.error().error().what);
  return {};
}

Result<void> read_keys(ItemFile& file, const ItemTable& table) {
  std::vector<std::uint16_t> depths(file.definitions.size());
  std::uint64_t budget = size_limits::item_names.most;  // each as often as it is used
  // Keys stand one behind the other, so the reader goes on where it is, and asks for many at once.
  Cursor from(file.blob, 0);
  std::uint64_t fetched = 0;
  for (DefIndex i = 0; i < file.definitions.size(); ++i) {
    auto& key = file.definitions[i] = {};
    file.keys_read = i;
    const auto position = table.value(i);
    if (position == 0 && i != 0 && file.crate.is_proc_macro.value_or(false)) {
      key.is_absent = true;
      continue;
    }
    if (!file.is_position(position)) return unknown_items("definition {}: its key lies at {:#x}", i, position);
    if (position >= fetched) {
      const auto left = kLeastKey * (file.definitions.size() - i);
      fetched = position + std::min({kKeysAtOnce, left, file.header.root - position});
      if (auto keys = file.blob.fetch(position, fetched - position); !keys) return pass(keys);
    }
    if (from.position() != position) from = Cursor(file.blob, position);
    if (auto read = read_key(file, from, i, key); !read) return read;
    if (i != 0) depths[i] = static_cast<std::uint16_t>(depths[key.parent] + 1);
    if (depths[i] > kDeepestItem) return unknown_items("definition {}: a path of more than {} parts", i, kDeepestItem);
    const auto length = key.stored().size();
    if (length > budget) return over(size_limits::item_names);
    budget -= length;
  }
  return {};
}

/// The position that element `index` of a table holds, without the rest of the table; 0 when it cannot be read.
std::uint64_t position_at(const ItemFile& file, const ItemTable& table, DefIndex index) {
  const auto width = table.width != 0 ? table.width : 4;
  const auto element = file.blob.fetch(table.position + std::uint64_t{index} * width, width);
  return element ? load_le(*element, 0, width) : 0;
}

/// True when a table has a position for each definition, the first of which can be the key of the root.
bool may_be_keys(const ItemFile& file, std::size_t table) {
  const auto& keys = file.tables[table];
  const auto width = keys.width != 0 ? keys.width : 4;
  if (table == file.hash_table || width > 4 || keys.size != std::uint64_t{file.count} * width) return false;
  const auto position = position_at(file, keys, 0);
  const auto root = file.blob.fetch(position, 3);
  return file.is_position(position) && root && std::ranges::all_of(*root, [](auto byte) { return byte == 0; });
}

/// Reads the key of `index` and those of all that it is in: they become the definitions of the file, from the root down.
Result<void> read_chain(ItemFile& file, const ItemTable& table, DefIndex index) {
  std::vector<DefIndex> numbers{index};
  std::vector<Definition> keys;
  for (;;) {
    const auto number = numbers.back();
    const auto position = position_at(file, table, number);
    if (!file.is_position(position)) return unknown_items("definition {}: its key lies at {:#x}", number, position);
    Cursor from(file.blob, position);
    if (auto read = read_key(file, from, number, keys.emplace_back()); !read) return read;
    if (number == 0) break;
    if (numbers.size() > kDeepestItem) return unknown_items("definition {}: a path of many parts", index);
    numbers.push_back(keys.back().parent);
  }
  const auto& hashes = file.tables[file.hash_table];
  file.own_hashes.clear();
  file.definitions.assign(keys.rbegin(), keys.rend());
  for (DefIndex i = 0; i < file.definitions.size(); ++i) {
    const auto width = file.encoding.hash_bytes;
    file.definitions[i].parent = i == 0 ? 0 : i - 1;
    const auto number = numbers[numbers.size() - 1 - i];
    const auto hash = file.blob.fetch(hashes.position + std::uint64_t{number} * width, width);
    if (!hash) return pass(hash);
    file.own_hashes.insert(file.own_hashes.end(), hash->begin(), hash->end());
  }
  file.hashes = file.own_hashes;
  return {};
}

}  // namespace

StoredSymbol read_symbol(const ItemFile& file, Cursor& from) {
  const auto tag = file.symbols == Layout::Symbol::text ? 0 : from.u8();
  if (tag == 0) return {stored_string(file, from)};
  if (tag == 1) {  // written before: the position of its length
    const auto at = from.leb128();
    if (from.ok() && !file.is_position(at)) from.reject(ErrorKind::unsupported, "symbol offset");
    if (!from.ok()) return {};
    Cursor earlier(file.blob, at);
    const auto text = stored_string(file, earlier);
    if (!earlier.ok()) from.reject(ErrorKind::unsupported, "symbol offset leads to no string");
    return {text};
  }
  const auto symbol = static_cast<std::uint32_t>(from.leb128(32));
  if (from.ok() && (tag != 2 || symbol >= kMaxPredefined)) from.reject(ErrorKind::unsupported, "symbol tag");
  return {{}, symbol};
}

Result<void> read_definitions(ItemFile& file) {
  if (auto found = find_hashes(file); !found) return found;
  const auto& hashes = file.tables[file.hash_table];
  auto bytes = file.blob.fetch(hashes.position, hashes.size);
  if (!bytes) return pass(bytes);
  file.hashes = *bytes;
  file.definitions.resize(file.count);
  // Other tables can begin like that of the keys; the one that was read farthest says best what is wrong.
  std::optional<Error> error;
  DefIndex farthest = 0;
  for (std::size_t i = 0; i < file.tables.size(); ++i) {
    auto& table = file.tables[i];
    if (!may_be_keys(file, i)) continue;
    if (auto fetched = fetch_table(file, table); !fetched) return fetched;
    auto read = read_keys(file, table);
    if (read) read = begin_proof(file);
    file.key_table = i;
    if (read) return {};
    if (read.error().kind != ErrorKind::unsupported) return read;
    if (error && file.keys_read < farthest) continue;
    error = read.error();
    farthest = file.keys_read;
  }
  if (error) return std::unexpected(*error);
  return unknown_items("no table of keys");
}

Result<void> read_definition(ItemFile& file, DefIndex index) {
  if (auto found = find_hashes(file); !found) return found;
  if (file.crate.is_proc_macro.value_or(false)) return fail(ErrorKind::unsupported, "items: not all keys are there");
  if (index >= file.count) return unknown_items("no definition {}", index);
  std::optional<Error> error;
  for (std::size_t i = 0; i < file.tables.size(); ++i) {
    if (!may_be_keys(file, i)) continue;
    auto read = read_chain(file, file.tables[i], index);
    if (read) read = begin_proof(file);
    if (read) read = finish_proof(file);
    if (read || read.error().kind != ErrorKind::unsupported) return read;
    if (!error) error = read.error();
  }
  if (error) return std::unexpected(*error);
  return unknown_items("no table of keys");
}

}  // namespace rartifacts
