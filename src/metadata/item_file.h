// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <map>

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
  DefIndex count(unsigned unstored_width) const {
    return static_cast<DefIndex>(size / (width != 0 ? width : unstored_width));
  }
  /// Element `index`, a byte or a position; 0 is none, and so is what lies behind the end.
  std::uint64_t value(DefIndex index, unsigned unstored_width = 4) const;
  /// Element `index` of a table of arrays.
  struct Array {
    std::uint64_t position = 0;
    std::uint64_t count = 0;
  };
  Array array(DefIndex index) const;
};

/// Parts of a path. A file with a longer one is refused.
inline constexpr std::uint16_t kDeepestItem = 1024;

/// A definition's key.
struct Definition {
  static constexpr std::uint32_t kStored = ~std::uint32_t{0};  ///< the file holds its name as text
  static constexpr std::uint32_t kNone = kStored - 1;          ///< it has no name
  // A large crate has a hundred thousand of these.
  const char* text = nullptr;          ///< of a stored name
  std::uint32_t size_or_word = kNone;  ///< of that text; without it a predefined symbol
  DefIndex parent = 0;
  std::uint32_t number = 0;  ///< tells namesakes apart
  DefData data = DefData::crate_root;
  std::uint8_t kind = 0;   ///< as the table of kinds has it
  bool is_absent = false;  ///< a proc-macro library keeps only the keys of its macros

  std::uint32_t predefined() const { return text ? kStored : size_or_word; }
  std::string_view stored() const { return text ? std::string_view(text, size_or_word) : std::string_view(); }
  void set_name(std::string_view name) {
    text = name.empty() ? "" : name.data();
    size_or_word = static_cast<std::uint32_t>(name.size());
  }
};

/// The words behind predefined symbols, as far as the file proves them.
class ProvedWords {
 public:
  void add(std::uint32_t symbol, std::string_view word) {
    if (symbol >= places_.size()) places_.resize(symbol + 1);
    words_.push_back(word);
    places_[symbol] = static_cast<std::uint16_t>(words_.size());
  }
  std::optional<std::string_view> find(std::uint32_t symbol) const {
    if (symbol >= places_.size() || places_[symbol] == 0) return std::nullopt;
    return words_[places_[symbol] - 1];
  }
  bool contains(std::string_view word) const { return std::ranges::find(words_, word) != words_.end(); }
  void clear() { places_.clear(), words_.clear(); }

 private:
  std::vector<std::uint16_t> places_;  ///< by symbol, at most kMaxPredefined; counted from 1, 0 is none
  std::vector<std::string_view> words_;
};

class Prover;

/// Everything known of the items of one file. There is one at a time, so what belongs together stands together.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
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
  DefIndex count = 0;  ///< definitions that the tables have an element for
  Bytes hashes;
  std::vector<std::uint8_t> own_hashes;  ///< what `hashes` looks into when only one definition was asked for
  std::vector<Definition> definitions;
  DefIndex keys_read = 0;  ///< of the table of keys that was tried last
  std::shared_ptr<Prover> prover;
  ProvedWords predefined;
  std::map<std::uint32_t, DefIndex> unresolved;  ///< symbols that are not proved, with their first use

  bool has_kinds = false;
  std::string kind_problem;
  std::vector<KindNumber> kinds;
  bool kinds_guessed = false;

  bool has_reexports = false;
  std::optional<std::size_t> reexport_table;

  std::optional<Error> problem;  ///< with the first list or name that was asked for and is broken

  // Made or read when first asked for.
  std::optional<std::size_t> impl_table;
  bool looked_for_impls = false;
  std::vector<std::uint32_t> member_starts;  ///< the members of `index` are [starts[index], starts[index + 1]) of
  std::vector<DefIndex> members;             ///< the definitions sorted by their parent
  std::optional<Result<std::vector<std::optional<SourceFile>>>> sources;
  std::optional<std::size_t> span_table;

  /// The hash of a definition, without the crate id that stands before it to 1.76.
  std::span<const std::uint8_t, 8> hash_bytes(DefIndex index) const {
    return hashes.subspan(std::size_t{index} * encoding.hash_bytes + encoding.hash_bytes - 8).first<8>();
  }
  std::uint64_t hash(DefIndex index) const { return load_le(hash_bytes(index), 0, 8); }
  bool is_position(std::uint64_t position) const { return position >= header.after_version && position < header.root; }
  std::optional<std::string_view> name(const Definition& definition) const;
  std::string shown_name(const Definition& definition) const;
  std::string path(DefIndex index, std::string_view crate_name) const;
  ItemKind kind(DefIndex index) const;
  bool is_doc_hidden(DefIndex index) const;
};

/// Where a rule of the layout does not hold.
template <class... Args>
std::unexpected<Error> unknown_items(fmt::format_string<Args...> format, Args&&... args) {
  return fail(ErrorKind::unsupported, "items: unknown layout: {}", fmt::format(format, std::forward<Args>(args)...));
}

/// Finds the root's tables, each of which begins where the one before it ends.
Result<void> read_item_tables(ItemFile& file);
Result<void> fetch_table(const ItemFile& file, ItemTable& table);
/// A list of definitions at `array`, behind each of which are `others` more numbers. Error: it holds other numbers.
Result<std::vector<DefIndex>> read_def_indices(const ItemFile& file, ItemTable::Array array, int others = 0);
/// The macros of a proc-macro library.
Result<std::vector<DefIndex>> read_macros(const ItemFile& file);

/// Reads root and tables, and the definitions by `read` with whatever row of the table of encodings fits.
Result<std::unique_ptr<ItemFile>> open_items(View blob, const std::function<Result<void>(ItemFile&)>& read);
/// Finds hashes and keys with `file.encoding`, and begins to prove them.
Result<void> read_definitions(ItemFile& file);
/// Finds and proves one, and what it is in: these are all the definitions of the file then, numbered from the root down.
Result<void> read_definition(ItemFile& file, DefIndex index);
/// Finds the words of predefined symbols, and proves enough definitions to know that they were read as they were written.
Result<void> begin_proof(ItemFile& file);
/// Proves all.
Result<void> finish_proof(ItemFile& file);
/// Proves one and all that it is in. `file.problem` says what does not come out.
void prove(ItemFile& file, DefIndex index);
/// Tries words that stand in the file for those that are not in the list.
void harvest_words(ItemFile& file);

/// Finds kinds, visibility and children; all three must fit.
Result<void> read_kinds(ItemFile& file);
Result<Visibility> read_visibility(const ItemFile& file, DefIndex index);
/// The list at `array`. Error: it has what is not in `module`.
Result<std::vector<DefIndex>> read_children(const ItemFile& file, DefIndex module, ItemTable::Array array);
/// Re-exports and inherent impls: where they stand, and those of one module or type.
void find_reexports(ItemFile& file);
void find_inherent_impls(ItemFile& file);
Result<std::vector<ReExport>> read_reexports(const ItemFile& file, DefIndex module);
std::vector<DefIndex> read_inherent_impls(const ItemFile& file, DefIndex type);

Result<std::vector<std::optional<SourceFile>>> read_source_files(const ItemFile& file);
std::optional<SourceSpan> read_span(ItemFile& file, DefIndex index);

/// A symbol as metadata stores it: text, or the index of a predefined word (then `predefined` is no `kStored`).
struct StoredSymbol {
  std::string_view text;
  std::uint32_t predefined = Definition::kStored;
};
StoredSymbol read_symbol(const ItemFile& file, Cursor& from);
/// Passes over a span that begins with a tag byte.
void skip_span(Cursor& from);

}  // namespace rartifacts
