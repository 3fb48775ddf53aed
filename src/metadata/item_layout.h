// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/items.h>

#include <span>

#include "metadata/siphash.h"

namespace rartifacts {

/// What a definition is called by its key: rustc's DefPathData.
enum class DefData : std::uint8_t {
  crate_root,
  impl,
  foreign_mod,
  use,
  global_asm,
  type_ns,
  value_ns,
  macro_ns,
  lifetime_ns,
  closure,
  ctor,
  anon_const,
  late_anon_const,
  desugared_anonymous_lifetime,
  opaque_ty,
  opaque_lifetime,
  anon_assoc_ty,
  synthetic_coroutine_body,
  nested_static,
};
std::string_view name_of(DefData data);
/// True when its key holds a symbol.
bool has_symbol(DefData data);

/// How a range of rustc releases encodes definitions: one row of a table. Any of the combinations is proved by the hashes.
struct ItemEncoding {
  enum class Tables { sized, widths };  ///< a table in the root: its bytes, or the width and number of its elements
  int first;                            ///< from rustc 1.<first> up to the next row
  Tables tables;
  unsigned hash_bytes;  ///< of an element of def_path_hashes: 16 with the crate id before it
  SipRounds rounds;
  std::span<const DefData> tags;  ///< DefPathData in the order of its tag
};
/// The row of a release, then every other combination.
std::vector<ItemEncoding> item_encodings_for(int minor);

/// An enumerator of DefKind, as a byte of the table of kinds.
struct KindNumber {
  ItemKind kind;
  std::string_view text;  ///< as rustc's Debug writes it
  int first, last;        ///< releases that have it
  friend bool operator==(const KindNumber& a, const KindNumber& b) { return a.text == b.text; }
};
/// In the order of their number, of which 1 is the first.
std::vector<KindNumber> kind_numbers(int minor);
/// The distinct lists of all releases, that of `minor` first.
std::vector<std::vector<KindNumber>> all_kind_numbers(int minor);

/// True when a definition of this kind can have such a key, and such a parent.
bool fits_key(ItemKind kind, DefData data);
bool fits_parent(ItemKind kind, ItemKind parent);

/// Where in the record of a re-export this release has fields that others have not.
struct ReExportFields {
  bool static_safety, static_nested, const_flag;
};
ReExportFields re_export_fields(int minor);
/// The symbol of `_`. No hash proves it, for nothing is defined under it.
std::uint32_t underscore_symbol(int minor);
/// Tables that stand so many before that of the children; 0: that is not known of this release.
struct BeforeChildren {
  std::size_t re_exports, inherent_impls;
};
BeforeChildren before_children(int minor);

inline constexpr int kFirstItems = 62;     ///< before, hashes and lazy pointers follow other rules
inline constexpr int kFirstTagSpans = 78;  ///< spans begin with a tag byte; re-exports are read from here on
inline constexpr int kNewestItems = 98;    ///< the newest release that the tables were checked against

}  // namespace rartifacts
