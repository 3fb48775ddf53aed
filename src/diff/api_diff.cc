// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/api_diff.h>
#include <rartifacts/interface.h>

#include <algorithm>
#include <map>
#include <set>

namespace rartifacts {
namespace {

using ApiKey = std::pair<std::string, std::string_view>;  // path, word of the kind
using ApiIndex = std::map<ApiKey, const ApiItem*>;

ApiIndex index_of(const std::vector<ApiItem>& items) {
  ApiIndex index;
  for (const auto& item : items) index.emplace(ApiKey(item.path, name_of(item.kind)), &item);
  return index;
}

std::string_view last_of(std::string_view path) { return split_path(path).second; }

class ApiComparison {
 public:
  ApiComparison(const ApiSide& before, const ApiSide& after)
      : sides_{&before, &after}, before_(index_of(before.items)), after_(index_of(after.items)) {}

  ApiDifference run() {
    for (const auto& [key, item] : before_) {
      const auto same = after_.find(key);
      if (same == after_.end()) gone_.push_back(item);
      else compare(*item, *same->second);
    }
    for (const auto& [key, item] : after_)
      if (!before_.contains(key)) fresh_.push_back(item);
    pair_aliases();
    drop_paired();
    pair_kinds();
    drop_paired();
    pair_moves();
    drop_paired();
    for (const auto* item : gone_) add(ApiChange::removed, *item, "", "");
    for (const auto* item : fresh_) add(ApiChange::added, *item, "", "");
    std::ranges::sort(result_.items, {}, [](const auto& item) {
      return std::tuple<const std::string&, std::string_view, ApiChange>(item.path, name_of(item.kind), item.change);
    });
    return std::move(result_);
  }

 private:
  void add(ApiChange change, const ApiItem& item, std::string_view before, std::string_view after) {
    result_.items.push_back({change, item.kind, item.path, std::string(before), std::string(after)});
  }

  void compare(const ApiItem& before, const ApiItem& after) {
    const auto definition = [](const ApiItem& item) { return item.definition.empty() ? item.path : item.definition; };
    if (definition(before) != definition(after) && !has_other_text(before, after))
      add(ApiChange::redefined, after, definition(before), definition(after));
    else if (!compare_sources(before, after)) ++result_.unchanged;
  }

  /// What the sources tell, whatever the two are called. False when that is nothing.
  bool compare_sources(const ApiItem& before, const ApiItem& after) {
    if (has_other_text(before, after)) add(ApiChange::signature, after, *before.text, *after.text);
    else if (after.kind != ItemKind::mod && !(before.text && after.text) && before.checksum != after.checksum)
      add(ApiChange::source, after, "", "");
    else return false;
    return true;
  }

  static bool has_other_text(const ApiItem& before, const ApiItem& after) {
    return before.text && after.text && *before.text != *after.text;
  }

  /// Once for many pairs: the lists may be long.
  void drop_paired() {
    for (auto* list : {&gone_, &fresh_}) std::erase_if(*list, [&](const auto* item) { return paired_.contains(item); });
  }

  /// The same contents listed elsewhere, because what they are in has another name more or less; that is a change of its own.
  void pair_aliases() {
    const auto under = [](const ApiItem& item, const ApiSide& side, const ApiIndex& index) -> const ApiItem* {
      const auto key = [&](const std::string& path) { return ApiKey(path, name_of(item.kind)); };
      const auto path =
          without_aliases(item.path, side.aliases, [&](const std::string& at) { return index.contains(key(at)); });
      const auto found = index.find(key(path));
      return found != index.end() ? found->second : nullptr;
    };
    const auto pair = [&](const ApiItem* was, const ApiItem* now) {
      if (!was || !now || paired_.contains(was) || paired_.contains(now)) return;
      // The path is no change of its own where there is nothing but the path to tell what it leads to.
      compare(
          {was->kind, now->path, was->definition.empty() ? now->definition : was->definition, was->text, was->checksum},
          *now);
      paired_.insert(was);
      paired_.insert(now);
    };
    for (const auto* item : gone_) pair(item, under(*item, *sides_.second, after_));
    for (const auto* item : fresh_) pair(under(*item, *sides_.first, before_), item);
  }

  /// Struct to enum, fn to macro: gone and new under one path.
  void pair_kinds() {
    std::map<std::string_view, std::vector<const ApiItem*>> by_path;
    for (const auto* item : fresh_) by_path[item->path].push_back(item);
    std::erase_if(gone_, [&](const auto* item) {
      const auto found = by_path.find(item->path);
      if (found == by_path.end() || found->second.size() != 1) return false;
      const auto* now = found->second.front();
      add(ApiChange::kind, *now, name_of(item->kind), name_of(now->kind));
      paired_.insert(now);
      by_path.erase(found);
      return true;
    });
  }

  void pair_moves() {
    using Name = std::pair<std::string_view, std::string_view>;
    const auto by_name = [](const std::vector<const ApiItem*>& items) {
      std::map<Name, std::vector<const ApiItem*>> names;
      for (const auto* item : items)
        if (is_movable(item->kind)) names[{last_of(item->path), name_of(item->kind)}].push_back(item);
      return names;
    };
    const auto gone = by_name(gone_);
    auto fresh = by_name(fresh_);
    Moves moves;
    std::vector<std::pair<const ApiItem*, const ApiItem*>> pairs;
    for (const auto& [name, items] : gone) {
      const auto found = fresh.find(name);
      if (items.size() != 1 || found == fresh.end() || found->second.size() != 1) continue;
      const auto* was = items.front();
      const auto* now = found->second.front();
      moves.emplace(was->path, now->path);
      pairs.emplace_back(was, now);
      paired_.insert(was);
      paired_.insert(now);
    }
    drop_paired();
    for (const auto& [was, now] : pairs) {
      const bool is_with_owner = moved_with_owner(moves, was->path) == now->path;
      if (!is_with_owner) add(ApiChange::moved, *now, was->path, now->path);
      if (!compare_sources(*was, *now) && is_with_owner) ++result_.unchanged;
    }
    move_contents(moves);
  }

  static bool is_movable(ItemKind kind) {
    return kind == ItemKind::mod || kind == ItemKind::struct_type || kind == ItemKind::union_type ||
           kind == ItemKind::enum_type || kind == ItemKind::trait || kind == ItemKind::type_alias ||
           kind == ItemKind::fn || kind == ItemKind::constant || kind == ItemKind::static_item ||
           kind == ItemKind::macro;
  }

  using Moves = std::map<std::string, std::string>;  // old path, new path

  /// Where `path` is when what it is inside of has moved; empty when that has not.
  static std::string moved_with_owner(const Moves& moves, const std::string& path) {
    for (auto cut = path.rfind("::"); cut != std::string::npos && cut > 0; cut = path.rfind("::", cut - 1))
      if (const auto move = moves.find(path.substr(0, cut)); move != moves.end())
        return move->second + path.substr(cut);
    return {};
  }

  /// What is inside of something that moved is neither gone nor new when it is there under the new path.
  void move_contents(const Moves& moves) {
    std::erase_if(gone_, [&](const auto* item) {
      const auto now = after_.find(ApiKey(moved_with_owner(moves, item->path), name_of(item->kind)));
      if (now == after_.end() || before_.contains(now->first) || !paired_.insert(now->second).second) return false;
      if (!compare_sources(*item, *now->second)) ++result_.unchanged;
      return true;
    });
  }

  std::pair<const ApiSide*, const ApiSide*> sides_;
  ApiIndex before_, after_;
  std::vector<const ApiItem*> gone_, fresh_;
  std::set<const ApiItem*> paired_;  ///< of both, those that are no longer gone or new
  ApiDifference result_;
};

}  // namespace

const std::array<ApiChangeRow, 7> api_change_table{{
    {ApiChange::added, "added", '+', false, "only NEW has it"},
    {ApiChange::removed, "removed", '-', true, "only OLD has it"},
    {ApiChange::moved, "moved", '>', true, "the path differs, kind and name are the same"},
    {ApiChange::kind, "kind", '!', true, "the kind differs, the path is the same"},
    {ApiChange::signature, "signature", '~', true, "the declaration differs (needs --source-old and --source-new)"},
    {ApiChange::redefined, "redefined", '=', false, "the re-export leads to another definition"},
    {ApiChange::source, "source", '?', false, "its source file differs; whether the item does is not known"},
}};

const ApiChangeRow& row_of(ApiChange change) { return api_change_table[static_cast<std::size_t>(change)]; }

std::size_t ApiDifference::count(ApiChange change) const {
  return static_cast<std::size_t>(std::ranges::count(items, change, &ApiDifferenceItem::change));
}

bool ApiDifference::is_breaking() const {
  return std::ranges::any_of(items, [](const auto& item) { return row_of(item.change).is_breaking; });
}

ApiDifference diff_api(const ApiSide& before, const ApiSide& after) { return ApiComparison(before, after).run(); }

}  // namespace rartifacts
