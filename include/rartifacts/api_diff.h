// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/interface.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// How an item of a public interface differs from that of another build.
enum class ApiChange {
  added,
  removed,
  moved,      ///< the same kind and name, under another path
  kind,       ///< another kind under the same path
  signature,  ///< the text of its head is another, which both sources tell; or the form of its fields
  redefined,  ///< the same path leads to another definition
  source,  ///< it is elsewhere, in a file with another checksum, or made by a macro; the texts do not tell whether it changed
};
struct ApiChangeRow {
  ApiChange change;
  std::string_view name;
  char sign;
  bool is_breaking;  ///< what was built against the old one may not build any more
  std::string_view what;
};
/// One row for each, in the order of the enumerators.
extern const std::array<ApiChangeRow, 7> api_change_table;
const ApiChangeRow& row_of(ApiChange change);

/// An item of an interface, with what tells whether it changed.
struct ApiItem {
  ItemKind kind = ItemKind::unknown;
  std::string path;
  std::string definition;           ///< of a re-export
  std::optional<std::string> text;  ///< of its head, where the source is at hand
  std::string holder;               ///< the head of the impl that it is in, where that is at hand
  std::string shape;                ///< of a struct or variant: `tuple`, `unit`, …
  std::string
      place;  ///< which file it is in and where; of what a macro made, also which files there are. Empty: not known
  bool is_at_hand = true;    ///< false of a re-export from a crate that cannot be looked into
  bool is_expanded = false;  ///< a macro made it, and `text` is not all that it was made from
};

struct ApiDifferenceItem {
  ApiChange change;
  ItemKind kind;       ///< the new one, unless it was removed
  std::string path;    ///< likewise
  std::string before;  ///< of a move the old path, else the old kind, text or definition
  std::string after;   ///< the new one
};

struct ApiDifference {
  std::vector<ApiDifferenceItem> items;  ///< sorted by path, kind, change
  std::size_t unchanged = 0;
  std::size_t count(ApiChange change) const;
  bool is_breaking() const;
};

/// An interface, and where the contents of its aliases are listed.
struct ApiSide {
  std::vector<ApiItem> items;
  PathAliases aliases;
};

/// Compares two interfaces, but not what only one side can look into. Items are the same when path and kind are, and of several of them those with the same text; what is listed under one path and can be named under the other
/// as well is the same too. One that is gone and one that is new, of the same kind and last name and the only ones of it, are one that
/// moved; what is inside of it moves with it.
ApiDifference diff_api(const ApiSide& before, const ApiSide& after);

}  // namespace rartifacts
#pragma GCC visibility pop
