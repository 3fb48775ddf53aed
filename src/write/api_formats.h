// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/interface.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rartifacts {

/// One line of a listing of items.
struct ApiEntry {
  ItemKind kind = ItemKind::unknown;
  std::string path;
  std::string definition;                 ///< of a re-export: where it is defined
  std::optional<std::string> visibility;  ///< of all definitions: `pub`, or the module it is restricted to
  std::string macro;                      ///< `bang`, `attribute`, `derive`
  bool is_hidden = false;                 ///< marked #[doc(hidden)]
  bool is_proc_macro = false;             ///< exported by a proc-macro library
};

/// A listing and what it is of.
struct ApiListing {
  std::string crate;
  std::string rustc;
  std::string file;
  std::vector<std::string> notes;
  std::vector<ApiEntry> entries;
};

/// The public interface of a crate as lines of a listing, and all of its definitions that have a name.
std::vector<ApiEntry> api_entries(std::span<const InterfaceItem> interface);
std::vector<ApiEntry> all_entries(const NamedItems& crate);

struct ApiFormatRow {
  std::string_view name;
  std::string_view what;
  std::string (*write)(const ApiListing& listing);
};
std::span<const ApiFormatRow> api_format_table();
const ApiFormatRow* api_format_of(std::string_view name);

}  // namespace rartifacts
