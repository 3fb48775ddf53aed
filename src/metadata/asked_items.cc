// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Whether a path can be named
// ===========================
//
// A listing has each item under one path, and aliases of what it is in lead there. A path that is not found so is missing,
// unless it goes through something that cannot be looked into: another crate that is not at hand, an alias of a type, a module whose
// re-exports are not read, or one that re-exports a word of rustc's own under a number that nothing at hand proves.
#include <algorithm>
#include <map>
#include <ranges>

#include "bytes/unicode.h"
#include "metadata/asked_interface.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

// A macro of the same name is something else: in a path it is never followed by anything.
bool holds_others(ItemKind kind) {
  return kind != ItemKind::macro && kind != ItemKind::fn && kind != ItemKind::constant && kind != ItemKind::static_item;
}

class PathLookup {
 public:
  /// `interface` is sorted by path, and outlives this.
  PathLookup(const NamedItems& crate, const std::vector<InterfaceItem>& interface)
      : crate_(crate), interface_(interface), aliases_(aliases_in(crate, interface)) {}

  bool is_there(std::string_view path) const { return path == crate_.name || !at(path).empty(); }

  std::string listed(std::string path) const {
    return without_aliases(std::move(path), aliases_, [this](std::string_view at) { return is_there(at); });
  }

  /// Why it cannot be told whether `path`, which is not listed, can be named; empty when it can.
  std::string doubt(std::string_view path) const {
    if (const auto crate = path.substr(0, path.find("::")); crate != crate_.name)
      return fmt::format("this is crate {}, not {}", crate_.name, crate);
    auto cut = path.rfind("::");
    while (cut != path.npos && !is_there(path.substr(0, cut))) cut = cut == 0 ? path.npos : path.rfind("::", cut - 1);
    if (cut == path.npos) return {};
    const auto owner = path.substr(0, cut);
    const auto rest = path.substr(cut + 2);
    const auto name = rest.substr(0, rest.find("::"));
    if (owner == crate_.name) return doubt_in(crate_, ItemKind::mod, owner, name);
    for (const auto& item : at(owner)) {
      if (!holds_others(item.kind)) continue;
      if (item.kind == ItemKind::type_alias || item.kind == ItemKind::primitive)
        return fmt::format("{} is another name for a type, and which items that has is not read", owner);
      if (!item.crate) return fmt::format("crate {} is not at hand", item.definition);
      if (auto reason = doubt_in(*item.crate, item.kind, owner, name); !reason.empty()) return reason;
    }
    return {};
  }

 private:
  std::ranges::subrange<std::vector<InterfaceItem>::const_iterator> at(std::string_view path) const {
    return std::ranges::equal_range(interface_, path, {}, path_of_item);
  }

  static std::string_view path_of_item(const InterfaceItem& item) { return item.path; }

  std::string doubt_in(const NamedItems& crate, ItemKind kind, std::string_view owner, std::string_view name) const {
    const auto& items = *crate.items;
    if (kind == ItemKind::mod && !items.has_reexports() && !items.is_proc_macro()) return items.notes().front();
    const auto unknown = fmt::format("{}::{}", owner, kUnknownWord);
    for (auto item = std::ranges::lower_bound(interface_, unknown, {}, path_of_item);
         item != interface_.end() && item->path.starts_with(unknown); ++item) {
      const auto symbol = predefined_index(split_path(item->path).second);
      if (!symbol || !items.may_be(*symbol, name)) continue;
      if (item->crate == &crate)
        return fmt::format("{} has a name that is a word of rustc and is not known here", owner);
      return fmt::format("{} re-exports a name that cannot be read without crate {}", owner,
                         item->crate ? item->crate->name : item->definition);
    }
    return {};
  }

  const NamedItems& crate_;
  const std::vector<InterfaceItem>& interface_;
  PathAliases aliases_;
};

}  // namespace

PathAliases aliases_in(const NamedItems& crate, const std::vector<InterfaceItem>& interface) {
  std::map<std::pair<const NamedItems*, DefIndex>, std::string> first{{{&crate, 0}, crate.name}};
  for (const auto& item : interface)
    if (item.crate && item.is_first && !item.is_member) first.emplace(std::pair(item.crate, item.index), item.path);
  PathAliases aliases;
  for (const auto& item : interface) {
    const auto place = first.find(std::pair(item.crate, item.index));
    if (place != first.end() && !item.is_first && holds_others(item.kind)) aliases.emplace(item.path, place->second);
  }
  return aliases;
}

std::string without_aliases(std::string path, const PathAliases& aliases,
                            const std::function<bool(const std::string&)>& is_there) {
  constexpr int kMostSteps = 32;
  for (int steps = 0; steps < kMostSteps && !is_there(path); ++steps) {
    auto cut = path.rfind("::");
    while (cut != path.npos && !aliases.contains(std::string_view(path).substr(0, cut)))
      cut = cut == 0 ? path.npos : path.rfind("::", cut - 1);
    if (cut == path.npos) break;
    path = aliases.find(std::string_view(path).substr(0, cut))->second + path.substr(cut);
  }
  return path;
}

Result<MissingItems> missing_from(const NamedItems& crate, const std::vector<std::string>& asked, const FindCrate& find,
                                  const FindItem& find_item) {
  std::vector<std::string> paths;
  paths.reserve(asked.size());
  for (const auto& path : asked) paths.push_back(item_path(path).value_or(path));
  MissingItems answer;
  // An alias may lead into a crate that nothing asked for led into before.
  constexpr int kMostRounds = 4;
  for (int round = 0;; ++round) {
    const auto& look_up = round == 0 ? find_item : FindItem();
    const auto interface = interface_around(crate, paths, find, look_up);
    if (!interface) return pass(interface);
    const PathLookup lookup(crate, *interface);
    bool leads_on = false, is_complete = true;
    answer = {};
    for (std::size_t i = 0; i < paths.size(); ++i) {
      auto listed = lookup.listed(paths[i]);
      if (lookup.is_there(listed)) continue;
      is_complete = false;
      leads_on = leads_on || listed != paths[i];
      if (auto reason = lookup.doubt(listed); reason.empty()) answer.missing.push_back(asked[i]);
      else answer.undecided.push_back({asked[i], std::move(reason)});
      paths[i] = std::move(listed);
    }
    const bool was_quick = round == 0 && find_item;
    if (is_complete || round + 1 == kMostRounds || (!leads_on && !was_quick)) return answer;
  }
}

std::optional<std::string> item_path(std::string_view text) {
  constexpr std::size_t kLongest = 4096;  // each part of it is looked up
  if (text.size() > kLongest) return std::nullopt;
  if (text.starts_with("::")) text.remove_prefix(2);
  const auto [owner, parameter] = text.ends_with('>') ? split_path(text) : std::pair(text, std::string_view());
  std::string path;
  for (const auto range : std::views::split(owner, std::string_view("::"))) {
    std::string_view part(range.begin(), range.end());
    if (part.starts_with("r#")) part.remove_prefix(2);
    if (part.empty() || !std::ranges::all_of(
                            part, [](char c) { return is_word_character(c) || static_cast<unsigned char>(c) >= 0x80; }))
      return std::nullopt;
    if (!path.empty()) path += "::";
    path += part;
  }
  if (path.empty()) return std::nullopt;
  if (!parameter.empty()) (path += "::") += parameter;
  return path;
}

}  // namespace rartifacts
