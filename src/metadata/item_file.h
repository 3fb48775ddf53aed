// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <map>
#include <unordered_map>

#include "metadata/item_layout.h"
#include "metadata/layout.h"

namespace rartifacts {

/// One table of the root: an element for each definition.
struct ItemTable {
  std::uint64_t position = 0;
  std::uint64_t size = 0;  ///< in bytes
  unsigned width = 0;      ///< of an element; 0: not stored, the type of the elements tells
  Bytes bytes;             ///< once `fetch_table` has been here

  /// Number of elements of a type that has `width` bytes where the width is not stored.
  std::uint64_t count(unsigned unstored_width) const {
    const auto w = width != 0 ? width : unstored_width;
    return size / w;
  }
  /// Element `index`, a byte or a position; 0 is none, and so is what lies behind the end.
  std::uint64_t value(std::uint64_t index, unsigned unstored_width = 4) const;
  /// Element `index` of a table of arrays.
  struct Array {
    std::uint64_t position = 0;
    std::uint64_t count = 0;
  };
  Array array(std::uint64_t index) const;
};

/// A definition's key.
struct Definition {
  static constexpr std::uint32_t kStored = ~std::uint32_t{0};  ///< `name` is the text
  static constexpr std::uint32_t kNone = kStored - 1;          ///< it has no name
  std::string_view name;
  std::uint32_t predefined = kNone;
  DefIndex parent = 0;
  std::uint32_t number = 0;  ///< tells namesakes apart
  DefData data = DefData::crate_root;
  std::uint8_t kind = 0;   ///< as the table of kinds has it
  bool is_absent = false;  ///< a proc-macro library keeps only the keys of its macros
};

/// Everything known of the items of one file.
struct ItemFile {
  explicit ItemFile(View metadata) : blob(metadata) {}

  View blob;
  MetadataHeader header;
  Crate crate;
  RootPlaces places;
  std::uint64_t crate_id = 0;
  int release = 0;  ///< that whose rows are used
  bool is_guessed = false;
  Layout::Symbol symbols = Layout::Symbol::tagged;

  ItemEncoding encoding{};
  bool hashes_crate = false;  ///< the crate id begins what is hashed: to 1.89
  std::vector<ItemTable> tables;
  std::uint64_t behind_tables = 0;
  std::size_t hash_table = 0, key_table = 0, kind_table = 0, child_table = 0;
  Bytes hashes;
  std::vector<Definition> definitions;
  DefIndex keys_read = 0;                                          ///< of the table of keys that was tried last
  std::unordered_map<std::uint32_t, std::string_view> predefined;  ///< symbols that are proved
  std::map<std::uint32_t, DefIndex> unresolved;                    ///< and those that are not, with their first use

  bool has_kinds = false;
  std::string kind_problem;
  std::vector<KindNumber> kinds;
  bool kinds_guessed = false;

  bool has_reexports = false;
  std::optional<std::size_t> reexport_table, impl_table;
  std::vector<std::uint32_t>
      member_starts;  ///< definitions by parent: of `index`, members [starts[index], starts[index + 1])
  std::vector<DefIndex> members;

  /// Read when first asked for.
  std::optional<Result<std::vector<std::optional<SourceFile>>>> sources;
  std::optional<std::size_t> span_table;

  std::uint64_t hash(DefIndex index) const {
    return load_le(hashes, std::size_t{index} * encoding.hash_bytes + encoding.hash_bytes - 8, 8);
  }
  bool is_position(std::uint64_t position) const { return position >= header.after_version && position < header.root; }
  std::optional<std::string_view> name(const Definition& definition) const;
  ItemKind kind(DefIndex index) const;
};

/// Where a rule of the layout does not hold.
template <class... Args>
std::unexpected<Error> unknown_items(fmt::format_string<Args...> format, Args&&... args) {
  return fail(ErrorKind::unsupported, "items: unknown layout: {}", fmt::format(format, std::forward<Args>(args)...));
}

/// Finds the root's tables, each of which begins where the one before it ends.
Result<void> read_item_tables(ItemFile& file);
Result<void> fetch_table(const ItemFile& file, ItemTable& table);
/// A list of definitions at `array`. Error: it holds other numbers.
Result<std::vector<DefIndex>> read_def_indices(const ItemFile& file, ItemTable::Array array);

/// Finds hashes and keys with `file.encoding`, and proves all of them.
Result<void> read_definitions(ItemFile& file);
/// The start of what is hashed for a child of `parent`.
SipHash hash_of_children(const ItemFile& file, DefIndex parent);
/// Tries words that stand in the file for those that are not in the list.
void harvest_words(ItemFile& file);

/// Finds kinds, visibility and children; all three must fit.
Result<void> read_kinds(ItemFile& file);
Result<Visibility> read_visibility(const ItemFile& file, DefIndex index);
/// Re-exports and inherent impls: where they stand, and those of one module or type.
void find_reexports(ItemFile& file);
void find_inherent_impls(ItemFile& file);
std::vector<ReExport> read_reexports(const ItemFile& file, DefIndex module);
std::vector<DefIndex> read_inherent_impls(const ItemFile& file, DefIndex type);

Result<std::vector<std::optional<SourceFile>>> read_source_files(const ItemFile& file);
std::optional<SourceSpan> read_span(ItemFile& file, DefIndex index);

/// A symbol as metadata stores it: text, or the index of a predefined word (then `predefined` is no `kStored`).
struct StoredSymbol {
  std::string_view text;
  std::uint32_t predefined = Definition::kStored;
};
StoredSymbol read_symbol(const ItemFile& file, Cursor& from);

}  // namespace rartifacts
