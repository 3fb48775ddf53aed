// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/api_formats.h"

#include <algorithm>
#include <array>

#include "bytes/budget.h"
#include "write/escape.h"
#include "write/formats.h"
#include "write/json.h"

namespace rartifacts {
namespace {

std::string visibility_text(const InterfaceItem& item) {
  const auto visibility = item.crate->items->visibility(item.index);
  switch (visibility.level) {
    case Visibility::Level::everywhere: return "pub";
    case Visibility::Level::module:
      return fmt::format("in({})", item.crate->items->path(visibility.module, item.crate->name));
    case Visibility::Level::unknown: break;
  }
  return "-";
}

/// How a macro is used: `bang`, `attribute`, `derive`; empty of what is none.
std::string macro_of(const InterfaceItem& item) {
  return item.kind == ItemKind::macro && item.crate ? macro_kinds(*item.crate->items, item.index) : std::string();
}

/// Behind a macro of a proc-macro library, ` (derive)`.
std::string macro_note(const InterfaceItem& item) {
  const bool is_noted = item.kind == ItemKind::macro && item.crate && item.crate->items->is_proc_macro();
  const auto macro = is_noted ? macro_of(item) : std::string();
  return macro.empty() ? macro : " (" + macro + ")";
}

std::string api_text(const ApiListing& listing) {
  std::size_t size = 0;
  constexpr std::size_t kAround = 40;  // visibility, kind, how a macro is used
  for (const auto& item : listing.items) size += item.path.size() + item.definition.size() + kAround;
  std::string out;
  out.reserve(size);
  for (const auto& item : listing.items) {
    if (listing.has_visibility) (out += printable(visibility_text(item))) += ' ';
    append_printable((out += name_of(item.kind)) += ' ', item.path);
    if (item.kind == ItemKind::macro) out += macro_note(item);
    if (!item.definition.empty()) append_printable(out += " = ", item.definition);
    out += '\n';
  }
  return out;
}

void write_item(Json& json, const InterfaceItem& item, bool has_visibility) {
  json.begin_object().member("kind", name_of(item.kind)).member("path", item.path);
  if (!item.definition.empty()) json.member("definition", item.definition);
  if (has_visibility) json.member("visibility", visibility_text(item));
  if (const auto macro = macro_of(item); !macro.empty()) json.member("macro", macro);
  if (item.is_hidden) json.member("hidden", true);
  json.end_object();
}

std::string api_json(const ApiListing& listing) {
  Json json(2);
  json.begin_object().member("version", 1).member("crate", listing.crate).path_member("path", listing.file);
  json.member("rustc", listing.rustc).key("notes").begin_array();
  for (const auto& note : listing.notes) json.value(note);
  json.end_array().key("items").begin_array();
  for (const auto& item : listing.items) write_item(json, item, listing.has_visibility);
  json.end_array().end_object();
  return json.take() + "\n";
}

std::string api_ndjson(const ApiListing& listing) {
  std::string out;
  Json json;
  for (const auto& item : listing.items) {
    write_item(json, item, listing.has_visibility);
    out += json.take() + "\n";
  }
  return out;
}

std::string api_markdown(const ApiListing& listing) {
  std::vector<const InterfaceItem*> sorted;
  sorted.reserve(listing.items.size());
  for (const auto& item : listing.items) sorted.push_back(&item);
  std::ranges::stable_sort(sorted, {}, [](const auto* item) { return split_path(item->path).first; });
  std::string out = fmt::format("# {}\n\nMade by {}\n", markdown_code(listing.crate), markdown_escaped(listing.rustc));
  std::optional<std::string_view> module;
  for (const auto* item : sorted) {
    if (module != split_path(item->path).first) {
      module = split_path(item->path).first;
      out += fmt::format("\n## {}\n\n", markdown_code(*module));
    }
    out += fmt::format("- {} {}{}", name_of(item->kind), markdown_code(item->path), macro_note(*item));
    if (!item->definition.empty()) out += fmt::format(" = {}", markdown_code(item->definition));
    out += '\n';
  }
  return out;
}

constexpr std::array kApiFormats{
    ApiFormatRow{"text", "one `KIND PATH` per line; for a re-export ` = ` and where it is defined", api_text},
    ApiFormatRow{"json", "one JSON object with all items", api_json},
    ApiFormatRow{"ndjson", "one JSON object per line and item", api_ndjson},
    ApiFormatRow{"markdown", "a list for each module", api_markdown},
};

}  // namespace

std::span<const ApiFormatRow> api_format_table() { return kApiFormats; }

const ApiFormatRow* api_format_of(std::string_view name) {
  const auto row = std::ranges::find(kApiFormats, name, &ApiFormatRow::name);
  return row == kApiFormats.end() ? nullptr : &*row;
}

Result<std::vector<InterfaceItem>> all_items(const NamedItems& crate) {
  constexpr std::uint64_t kCopies = 4;  // of a path, which is that of its visibility as well
  std::vector<InterfaceItem> all;
  Held held;
  const auto& items = *crate.items;
  for (DefIndex i = 1; i < items.size(); ++i) {
    const auto name = items.shown_name(i);
    if (name.empty() || name.starts_with('{')) continue;
    all.push_back({.kind = items.kind(i), .path = items.path(i, crate.name), .crate = &crate, .index = i});
    all.back().is_hidden = items.is_doc_hidden(i);
    if (auto charged = held.grow(sizeof(InterfaceItem) + kCopies * all.back().path.size()); !charged)
      return pass(charged);
  }
  return all;
}

}  // namespace rartifacts
