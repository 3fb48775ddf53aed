// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/api_diff.h>
#include <rartifacts/interface.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace rartifacts {
namespace {

using ApiKey = std::pair<std::string, std::string_view>;  // path, word of the kind
/// Impls for several arguments of a type may have items of one name.
using ApiIndex = std::map<ApiKey, std::vector<const ApiItem*>>;

/// What `other` cannot look into is left out.
ApiIndex index_of(const ApiSide& side, const ApiSide& other) {
  std::set<std::string_view> closed;
  for (const auto& item : other.items)
    if (!item.is_at_hand) closed.insert(item.path);
  const auto is_in_closed = [&](std::string_view path) {
    for (auto owner = split_path(path).first; !closed.empty() && !owner.empty(); owner = split_path(owner).first)
      if (closed.contains(owner)) return true;
    return false;
  };
  ApiIndex index;
  for (const auto& item : side.items)
    if (!is_in_closed(item.path)) index[ApiKey(item.path, name_of(item.kind))].push_back(&item);
  return index;
}

std::string_view last_of(std::string_view path) { return split_path(path).second; }

class ApiComparison {
 public:
  ApiComparison(const ApiSide& before, const ApiSide& after)
      : sides_{&before, &after}, before_(index_of(before, after)), after_(index_of(after, before)) {}

  ApiDifference run() {
    for (const auto& [key, items] : before_) {
      const auto same = after_.find(key);
      if (same == after_.end()) gone_.insert(gone_.end(), items.begin(), items.end());
      else compare_all(items, same->second);
    }
    for (const auto& [key, items] : after_)
      if (!before_.contains(key)) fresh_.insert(fresh_.end(), items.begin(), items.end());
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

  /// Those of one path and kind. Of several, those of the same text belong together, and then those that come at the same place.
  void compare_all(std::vector<const ApiItem*> before, std::vector<const ApiItem*> after) {
    if (before.size() > 1 || after.size() > 1) {
      const auto key = [](const ApiItem* item) {
        return std::tuple(std::string_view(item->holder),
                          item->text ? std::string_view(*item->text) : std::string_view(item->place));
      };
      std::ranges::stable_sort(before, {}, key);
      std::ranges::stable_sort(after, {}, key);
      std::vector<const ApiItem*> old, now;
      std::ranges::set_difference(before, after, std::back_inserter(old), {}, key, key);
      std::ranges::set_difference(after, before, std::back_inserter(now), {}, key, key);
      result_.unchanged += before.size() - old.size();
      before = std::move(old);
      after = std::move(now);
    }
    const auto pairs = std::min(before.size(), after.size());
    for (std::size_t i = 0; i < pairs; ++i) compare(*before[i], *after[i]);
    for (auto i = pairs; i < before.size(); ++i) add(ApiChange::removed, *before[i], "", "");
    for (auto i = pairs; i < after.size(); ++i) add(ApiChange::added, *after[i], "", "");
  }

  void compare(const ApiItem& before, const ApiItem& after) {
    const bool is_at_hand = before.is_at_hand && after.is_at_hand;
    const auto definition = [&](const ApiItem& item) {
      const auto& whole = item.definition.empty() ? item.path : item.definition;
      return is_at_hand ? whole : whole.substr(0, whole.find("::"));
    };
    if (definition(before) != definition(after) && !has_other_text(before, after)) {
      add(ApiChange::redefined, after, definition(before), definition(after));
      compare_contents(after);
    } else if (!compare_sources(before, after)) {
      ++result_.unchanged;
    }
  }

  /// What was found in an alias and is not in what it leads to now.
  void compare_contents(const ApiItem& alias) {
    const auto target = [&](const ApiSide& side) {
      const auto known = side.aliases.find(alias.path);
      return (known == side.aliases.end() ? alias.path : known->second) + "::";
    };
    const auto old = target(*sides_.first);
    const auto now = target(*sides_.second);
    if (old == alias.path + "::") return;  // its contents are listed there, and compared
    for (auto item = before_.lower_bound({old, {}}); item != before_.end() && item->first.first.starts_with(old);
         ++item) {
      const auto rest = item->first.first.substr(old.size());
      if (after_.contains({now + rest, item->first.second})) continue;
      result_.items.push_back({ApiChange::removed, item->second.front()->kind, alias.path + "::" + rest, "", ""});
    }
  }

  /// What texts, forms and places tell, whatever the two are called. False when that is nothing.
  bool compare_sources(const ApiItem& before, const ApiItem& after) {
    if (before.is_at_hand != after.is_at_hand) return add(ApiChange::source, after, "", ""), true;
    const bool has_texts = before.text && after.text && !before.is_expanded && !after.is_expanded;
    if (has_other_text(before, after)) add(ApiChange::signature, after, *before.text, *after.text);
    else if (!before.holder.empty() && !after.holder.empty() && before.holder != after.holder)
      add(ApiChange::signature, after, before.holder, after.holder);
    else if (before.shape != after.shape) add(ApiChange::signature, after, before.shape, after.shape);
    else if (after.kind != ItemKind::mod && !has_texts && before.place != after.place)
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
      return found != index.end() ? found->second.front() : nullptr;
    };
    const auto pair = [&](const ApiItem* was, const ApiItem* now) {
      if (!was || !now || paired_.contains(was) || paired_.contains(now)) return;
      // The path is no change of its own where there is nothing but the path to tell what it leads to.
      auto renamed = *was;
      renamed.path = now->path;
      if (renamed.definition.empty()) renamed.definition = now->definition;
      compare(renamed, *now);
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
      if (now == after_.end() || before_.contains(now->first)) return false;
      const auto* there = now->second.front();
      if (!paired_.insert(there).second) return false;
      if (!compare_sources(*item, *there)) ++result_.unchanged;
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
    {ApiChange::signature, "signature", '~', true,
     "the declaration differs (needs --source-old and --source-new), or the form of the fields"},
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
