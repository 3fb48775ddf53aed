// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/api_difference.h"

#include <rartifacts/interface.h>

#include <algorithm>
#include <optional>

#include "write/escape.h"
#include "write/formats.h"
#include "write/json.h"

namespace rartifacts {
namespace {

std::string_view group_of(std::string_view path) { return split_path(path).first; }

/// The changes of a crate so that those of one module, or of one type, stand together. Those that are only possible are counted, and
/// listed in JSON.
std::vector<const ApiDifferenceItem*> grouped(const ApiDifference& difference) {
  std::vector<const ApiDifferenceItem*> items;
  for (const auto& item : difference.items)
    if (item.change != ApiChange::source) items.push_back(&item);
  std::ranges::stable_sort(items, {}, [](const auto* item) { return group_of(item->path); });
  return items;
}

/// `shown` makes of a path what the format has for it.
template <class Shown>
std::string details(const ApiDifferenceItem& item, const Shown& shown) {
  switch (item.change) {
    case ApiChange::moved: return fmt::format(" (was {})", shown(item.before));
    case ApiChange::kind: return fmt::format(" (was {})", item.before);
    case ApiChange::redefined: return fmt::format(" ({} -> {})", shown(item.before), shown(item.after));
    default: return "";
  }
}

// What follows the name of the crate.
std::string api_counts(const CrateApiDifference& crate) {
  std::string out = ":";
  for (const auto& row : api_change_table)
    if (const auto count = crate.difference.count(row.change); count > 0)
      out += fmt::format(" {} {},", count, row.name);
  out += fmt::format(" {} the same\n", crate.difference.unchanged);
  if (const auto count = crate.difference.count(ApiChange::source); count > 0)
    out += fmt::format("{} item{} may have changed ({})\n", count, count == 1 ? "" : "s",
                       crate.has_sources ? "made by macros, or without a source at hand"
                                         : "checksums did; --source-old and --source-new compare declarations");
  return out;
}

}  // namespace

std::string api_difference_text(const std::vector<CrateApiDifference>& crates) {
  std::string out;
  for (const auto& crate : crates) {
    std::optional<std::string_view> group;
    for (const auto* item : grouped(crate.difference)) {
      if (group != group_of(item->path)) {
        group = group_of(item->path);
        out += fmt::format("{}\n", printable(*group));
      }
      out += fmt::format("  {} {} {}{}\n", row_of(item->change).sign, name_of(item->kind), printable(item->path),
                         details(*item, [](const std::string& path) { return printable(path); }));
      if (item->change == ApiChange::signature)
        out += fmt::format("      - {}\n      + {}\n", printable(item->before), printable(item->after));
    }
    out += printable(crate.crate) + api_counts(crate);
  }
  return out;
}

std::string api_difference_json(const std::vector<CrateApiDifference>& crates) {
  Json json(2);
  json.begin_object().member("version", 1).key("crates").begin_array();
  for (const auto& crate : crates) {
    json.begin_object().member("name", crate.crate).member("rustc_before", crate.rustc_before);
    json.member("rustc_after", crate.rustc_after).member("breaking", crate.difference.is_breaking());
    json.member("unchanged", crate.difference.unchanged).key("changes").begin_array();
    for (const auto& item : crate.difference.items) {
      json.begin_object()
          .member("change", row_of(item.change).name)
          .member("kind", name_of(item.kind))
          .member("path", item.path);
      if (!item.before.empty()) json.member("before", item.before).member("after", item.after);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json.take() + "\n";
}

std::string api_difference_markdown(const std::vector<CrateApiDifference>& crates) {
  std::string out;
  for (const auto& crate : crates) {
    const auto name = markdown_code(crate.crate);
    out += fmt::format("## {}\n\n{}{}", name, name, api_counts(crate));
    for (const auto& row : api_change_table) {
      if (crate.difference.count(row.change) == 0 || row.change == ApiChange::source) continue;
      out += fmt::format("\n### {}{}\n\n", static_cast<char>(row.name[0] - 'a' + 'A'), row.name.substr(1));
      for (const auto& item : crate.difference.items) {
        if (item.change != row.change) continue;
        out += fmt::format("- {} {}{}\n", name_of(item.kind), markdown_code(item.path),
                           details(item, [](const std::string& path) { return markdown_code(path); }));
        if (item.change == ApiChange::signature)
          out += fmt::format("  - before: {}\n  - after: {}\n", markdown_code(item.before), markdown_code(item.after));
      }
    }
    out += '\n';
  }
  return out;
}

}  // namespace rartifacts
