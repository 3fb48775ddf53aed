// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/api_formats.h"

#include <algorithm>
#include <array>

#include "write/escape.h"
#include "write/formats.h"
#include "write/json.h"

namespace rartifacts {
namespace {

std::string api_text(const ApiListing& listing) {
  std::string out;
  for (const auto& entry : listing.entries) {
    if (entry.visibility) out += fmt::format("{} ", printable(*entry.visibility));
    out += fmt::format("{} {}", name_of(entry.kind), printable(entry.path));
    if (entry.is_proc_macro && !entry.macro.empty()) out += fmt::format(" ({})", entry.macro);
    if (!entry.definition.empty()) out += " = " + printable(entry.definition);
    out += '\n';
  }
  return out;
}

void write_entry(Json& json, const ApiEntry& entry) {
  json.begin_object().member("kind", name_of(entry.kind)).member("path", entry.path);
  if (!entry.definition.empty()) json.member("definition", entry.definition);
  if (entry.visibility) json.member("visibility", *entry.visibility);
  if (!entry.macro.empty()) json.member("macro", entry.macro);
  if (entry.is_hidden) json.member("hidden", true);
  json.end_object();
}

std::string api_json(const ApiListing& listing) {
  Json json(2);
  json.begin_object().member("version", 1).member("crate", listing.crate).path_member("path", listing.file);
  json.member("rustc", listing.rustc).key("notes").begin_array();
  for (const auto& note : listing.notes) json.value(note);
  json.end_array().key("items").begin_array();
  for (const auto& entry : listing.entries) write_entry(json, entry);
  json.end_array().end_object();
  return json.take() + "\n";
}

std::string api_ndjson(const ApiListing& listing) {
  std::string out;
  Json json;
  for (const auto& entry : listing.entries) {
    write_entry(json, entry);
    out += json.take() + "\n";
  }
  return out;
}

std::string_view module_of(std::string_view path) {
  const auto colons = path.rfind("::");
  return colons == path.npos ? std::string_view() : path.substr(0, colons);
}

std::string api_markdown(const ApiListing& listing) {
  std::vector<const ApiEntry*> sorted;
  sorted.reserve(listing.entries.size());
  for (const auto& entry : listing.entries) sorted.push_back(&entry);
  std::ranges::stable_sort(sorted, {}, [](const auto* entry) { return module_of(entry->path); });
  std::string out = fmt::format("# {}\n\nMade by {}\n", markdown_code(listing.crate), markdown_escaped(listing.rustc));
  std::optional<std::string_view> module;
  for (const auto* entry : sorted) {
    if (module != module_of(entry->path)) {
      module = module_of(entry->path);
      out += fmt::format("\n## {}\n\n", markdown_code(*module));
    }
    out += fmt::format("- {} {}", name_of(entry->kind), markdown_code(entry->path));
    if (entry->is_proc_macro && !entry->macro.empty()) out += fmt::format(" ({})", entry->macro);
    if (!entry->definition.empty()) out += fmt::format(" = {}", markdown_code(entry->definition));
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

std::vector<ApiEntry> api_entries(std::span<const InterfaceItem> interface) {
  std::vector<ApiEntry> entries;
  entries.reserve(interface.size());
  for (const auto& item : interface) {
    auto& entry = entries.emplace_back(ApiEntry{.kind = item.kind, .path = item.path, .definition = item.definition});
    entry.is_hidden = item.is_hidden;
    if (!item.crate) continue;
    const auto& items = *item.crate->items;
    entry.is_proc_macro = items.is_proc_macro();
    if (item.kind == ItemKind::macro) entry.macro = macro_kinds(items, item.index);
  }
  return entries;
}

std::vector<ApiEntry> all_entries(const NamedItems& crate) {
  std::vector<ApiEntry> entries;
  const auto& items = *crate.items;
  for (DefIndex i = 1; i < items.size(); ++i) {
    const auto name = items.shown_name(i);
    if (name.empty() || name.starts_with('{')) continue;
    auto& entry = entries.emplace_back(ApiEntry{.kind = items.kind(i), .path = items.path(i, crate.name)});
    const auto visibility = items.visibility(i);
    switch (visibility.level) {
      case Visibility::Level::everywhere: entry.visibility = "pub"; break;
      case Visibility::Level::module:
        entry.visibility = fmt::format("in({})", items.path(visibility.module, crate.name));
        break;
      case Visibility::Level::unknown: entry.visibility = "-"; break;
    }
    entry.is_hidden = items.is_doc_hidden(i);
    entry.is_proc_macro = items.is_proc_macro();
    if (entry.kind == ItemKind::macro) entry.macro = macro_kinds(items, i);
  }
  return entries;
}

}  // namespace rartifacts
