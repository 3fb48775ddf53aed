// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/interface.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rartifacts {

/// A listing and what it is of.
struct ApiListing {
  std::string crate;
  std::string rustc;
  std::string file;
  std::vector<std::string> notes;
  std::vector<InterfaceItem> items;
  bool has_visibility = false;  ///< of all definitions: `pub`, or the module it is restricted to
};

/// All definitions of a crate that have a name.
Result<std::vector<InterfaceItem>> all_items(const NamedItems& crate);

struct ApiFormatRow {
  std::string_view name;
  std::string_view what;
  std::string (*write)(const ApiListing& listing);
};
std::span<const ApiFormatRow> api_format_table();
const ApiFormatRow* api_format_of(std::string_view name);

}  // namespace rartifacts
