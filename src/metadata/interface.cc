// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The public interface
// ====================
//
// Metadata lists what is defined in a module and what the module re-exports. From the root on, public children and public
// re-exports are what `use` can name; a module that is re-exported brings its own with it, whichever crate it is in.
#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <numeric>

#include "bytes/budget.h"
#include "bytes/size_limits.h"
#include "metadata/asked_interface.h"
#include "metadata/layout.h"

namespace rartifacts {
namespace {

/// What has this name can be used through a glob, and not be named.
constexpr std::string_view kNoName = "_";

bool is_nameable(ItemKind kind) {
  return kind != ItemKind::extern_crate && kind != ItemKind::use && kind != ItemKind::ctor &&
         kind != ItemKind::foreign_mod;
}

/// What another crate is called, for its place in a path.
std::string crate_name(const Items& items, const CrateName& name) {
  if (name.text || !name.predefined) return name.text.value_or("?");
  auto word = items.predefined(*name.predefined);
  if (!word) word = predefined_crate_name(items.rustc(), *name.predefined);
  return word ? std::string(*word) : unknown_word(*name.predefined);
}

std::string joined(std::string_view path, std::string_view name) {
  std::string whole;
  whole.reserve(path.size() + 2 + name.size());
  return ((whole += path) += "::") += name;
}

class InterfaceWalk {
 public:
  InterfaceWalk(const NamedItems& crate, bool members, const FindCrate& find, const FindItem& find_item,
                const std::vector<std::string>& asked)
      : find_(find), find_item_(find_item), asked_(asked), members_(members) {
    constexpr DefIndex kExpected = 16'384;
    found_.reserve(std::min(crate.items->size(), kExpected));
    visit(&crate, 0);
    queue_.push_back({&crate, 0, crate.name, false});
  }

  Result<std::vector<InterfaceItem>> all() {
    // What can be reached without a hidden module is not hidden.
    while (!queue_.empty() || !hidden_.empty()) {
      auto& next = queue_.empty() ? hidden_ : queue_;
      const auto module = std::move(next.front());
      next.pop_front();
      list(module);
      if (!charged_) return pass(charged_);
    }
    // A member is found by its parent: with one that is wrong it would only be missing.
    for (const auto& [crate, visited] : visited_) {
      auto sound = crate->items->check();
      if (sound && members_) sound = crate->items->prove();
      if (!sound) {
        // What could not be read for want of room looks like a list that is cut off.
        constexpr std::uint64_t kRoom = std::uint64_t{1} << 20;
        if (auto room = held_.grow(kRoom); !room) return pass(room);
        return fail(sound.error().kind, "{}: {}", crate->name, sound.error().what);
      }
    }
    return sorted();
  }

 private:
  struct Module {
    const NamedItems* crate;
    DefIndex index;
    std::string path;
    bool is_hidden;
  };

  /// Sorts numbers rather than what they stand for, which is large and is moved once then.
  std::vector<InterfaceItem> sorted() {
    std::vector<std::size_t> order(found_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t i, std::size_t k) {
      const auto by_path = found_[i].path.compare(found_[k].path);
      return by_path != 0 ? by_path < 0 : name_of(found_[i].kind) < name_of(found_[k].kind);
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (order[i] == i) continue;
      auto first = std::move(found_[i]);
      auto place = i;
      while (order[place] != i) {
        found_[place] = std::move(found_[order[place]]);
        place = std::exchange(order[place], place);
      }
      found_[place] = std::move(first);
      order[place] = place;
    }
    return std::move(found_);
  }

  /// True the first time.
  bool visit(const NamedItems* crate, DefIndex index) {
    auto& visited = visited_[crate];
    if (visited.empty()) visited.resize(crate->items->size());
    const bool is_new = !visited[index];
    visited[index] = true;
    return is_new;
  }

  void list(const Module& module) {
    const auto& items = *module.crate->items;
    for (const auto child : items.children(module.index).value_or(std::vector<DefIndex>())) {
      const auto visibility = items.visibility(child).level;
      if (visibility == Visibility::Level::module || !is_nameable(items.kind(child)) || is_nameless(items, child))
        continue;
      add({.kind = items.kind(child),
           .path = joined(module.path, items.shown_name(child)),
           .crate = module.crate,
           .index = child},
          module.is_hidden);
    }
    for (const auto& record : items.reexports(module.index))
      if (record.is_public && is_nameable(record.kind) && record.name != kNoName) add_reexport(module, record);
  }

  static bool is_nameless(const Items& items, DefIndex index) {
    const auto name = items.name(index);
    return name ? name->empty() || *name == kNoName : items.shown_name(index).starts_with('{');
  }

  void add_reexport(const Module& module, const ReExport& record) {
    InterfaceItem item{.kind = record.kind, .index = record.index};
    const auto& items = *module.crate->items;
    std::optional<ProvedItem> proved;
    if (record.crate == ReExport::kPrimitive) {
      item.definition = "primitive";
    } else if (record.crate == 0) {
      item.crate = module.crate;
    } else {
      const auto& dependency = (*items.crate().dependencies)[record.crate - 1];
      item.definition = crate_name(items, dependency.name);
      item.dependency = &dependency;
      const auto path = joined(module.path, record.name);
      if (find_item_ && is_only_named(record, path)) proved = find_one(dependency, record.index, item.definition);
      if (!proved) item.crate = find_(dependency);
      if (item.crate && record.index >= item.crate->items->size()) item.crate = nullptr;
    }
    if (item.crate) item.definition = item.crate->items->path(item.index, item.crate->name);
    if (proved) item.definition = proved->path, item.is_hidden = proved->is_hidden;
    item.path = joined(module.path, known_name(record.name, *module.crate, item.crate, proved));
    if (item.definition == item.path) item.definition.clear();
    add(std::move(item), module.is_hidden);
  }

  /// False of what others are listed in, or what only its crate as a whole tells.
  bool is_only_named(const ReExport& record, std::string_view path) const {
    if (!asked_.empty()) return !is_asked_for(path);
    return !members_ && record.kind != ItemKind::macro && (record.kind != ItemKind::mod || record.index == 0);
  }

  std::optional<ProvedItem> find_one(const Dependency& dependency, DefIndex index, const std::string& crate) const {
    if (index != 0) return find_item_(dependency, index);
    const bool is_known = predefined_index(crate) == std::nullopt;
    return is_known ? std::optional(ProvedItem{.path = crate}) : std::nullopt;
  }

  /// A word that this file has no proof of, another file of the same rustc may prove: that of the item, or of another dependency.
  std::string known_name(const std::string& name, const NamedItems& from, const NamedItems* target,
                         const std::optional<ProvedItem>& proved) const {
    const auto symbol = predefined_index(name);
    if (!symbol) return name;
    if (proved && proved->predefined == symbol && proved->rustc == from.items->rustc()) return proved->name;
    const auto word_in = [&](const NamedItems* other) {
      const bool is_same_rustc = other && other->items->rustc() == from.items->rustc();
      return is_same_rustc ? other->items->predefined(*symbol) : std::nullopt;
    };
    if (const auto word = word_in(target)) return std::string(*word);
    for (const auto& dependency : *from.items->crate().dependencies)
      if (const auto word = word_in(find_(dependency))) return std::string(*word);
    return name;
  }

  /// Another crate as a whole is one line, unless somebody asks for what is in it.
  bool is_asked_for(std::string_view path) const {
    return std::ranges::any_of(asked_, [&](std::string_view asked) {
      return asked.starts_with(path) && asked.substr(path.size()).starts_with("::");
    });
  }

  void add(InterfaceItem item, bool is_in_hidden) {
    item.is_hidden = item.is_hidden || is_in_hidden || (item.crate && item.crate->items->is_doc_hidden(item.index));
    if (!charge(item)) return;
    if (item.crate && item.index == 0 && !is_asked_for(item.path)) return found_.push_back(std::move(item));
    const bool is_new = item.crate && visit(item.crate, item.index);
    item.is_first = is_new || !item.crate;
    if (is_new && item.kind == ItemKind::mod && item.crate->items->kind(item.index) == ItemKind::mod)
      (item.is_hidden ? hidden_ : queue_).push_back({item.crate, item.index, item.path, item.is_hidden});
    const auto added = found_.size();
    found_.push_back(std::move(item));
    if (!is_new || !members_) return;
    const auto owner = found_[added];
    add_members(owner);
  }

  void add_members(const InterfaceItem& owner) { add_members(owner, owner.index); }

  /// What is in the definition `holder` is listed as part of `owner`: of a type, what its impls have too.
  void add_members(const InterfaceItem& owner, DefIndex holder) {
    const auto& items = *owner.crate->items;
    const auto holder_kind = items.kind(holder);
    const bool has_members = holder_kind == ItemKind::struct_type || holder_kind == ItemKind::union_type ||
                             holder_kind == ItemKind::enum_type || holder_kind == ItemKind::variant ||
                             holder_kind == ItemKind::trait || holder_kind == ItemKind::impl;
    if (holder_kind == ItemKind::mod) return;
    for (const auto index : items.members(holder)) {
      const auto kind = items.kind(index);
      if (is_nameless(items, index) || items.is_anonymous(index)) continue;
      InterfaceItem member{.kind = kind, .crate = owner.crate, .index = index, .is_member = true};
      member.is_hidden = owner.is_hidden || items.is_doc_hidden(index);
      if (kind == ItemKind::type_param || kind == ItemKind::const_param) {
        if (holder_kind == ItemKind::impl) continue;  // those of an impl are nobody's to name
        member.path = fmt::format("{}::<{}>", owner.path, items.shown_name(index));
        add_member(std::move(member));
        continue;
      }
      const bool is_item = kind == ItemKind::assoc_fn || kind == ItemKind::assoc_type || kind == ItemKind::assoc_const;
      if (!has_members || !(is_item || kind == ItemKind::field || kind == ItemKind::variant)) continue;
      const bool needs_pub =
          holder_kind == ItemKind::impl || (kind == ItemKind::field && holder_kind != ItemKind::variant);
      if (needs_pub && items.visibility(index).level != Visibility::Level::everywhere) continue;
      member.path = joined(owner.path, items.shown_name(index));
      add_member(member);
      if (charged_) add_members(member);
    }
    for (const auto impl : items.inherent_impls(holder))
      if (visit(owner.crate, impl)) add_members(owner, impl);
  }

  void add_member(InterfaceItem item) {
    if (charge(item)) found_.push_back(std::move(item));
  }

  /// False when the list, and what is made of it, would be too much. Modules in modules with long names make long paths of few bytes.
  bool charge(const InterfaceItem& item) {
    constexpr std::uint64_t kCopies = 4;
    const auto text = item.path.size() + item.definition.size();
    bytes_ += text;
    if (charged_ && bytes_ > size_limits::item_paths.most) charged_ = over(size_limits::item_paths);
    if (charged_) charged_ = held_.grow(sizeof item + kCopies * text);
    return charged_.has_value();
  }

  const FindCrate& find_;
  const FindItem& find_item_;
  const std::vector<std::string>& asked_;
  bool members_;
  std::deque<Module> queue_, hidden_;
  std::map<const NamedItems*, std::vector<bool>> visited_;
  std::vector<InterfaceItem> found_;
  std::uint64_t bytes_ = 0;
  Held held_;
  Result<void> charged_;
};

std::size_t common_start(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

std::optional<std::uint32_t> predefined_index(std::string_view name) {
  std::uint32_t index = 0;
  if (!name.starts_with(kUnknownWord)) return std::nullopt;
  name.remove_prefix(kUnknownWord.size());
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  return error == std::errc{} ? std::optional(index) : std::nullopt;
}

std::string macro_kinds(const Items& items, DefIndex macro) {
  const auto text = items.kind_text(macro);
  if (text == "Macro(Bang)") return "bang";
  if (text == "Macro(Attr)") return "attribute";
  if (text == "Macro(Derive)") return "derive";
  constexpr std::string_view kBits = "Macro(MacroKinds(";
  std::string kinds;
  if (!text.starts_with(kBits)) return kinds;
  const auto bits = text[kBits.size()] - '0';
  constexpr std::string_view kNames[] = {"bang", "attribute", "derive"};
  for (int i = 0; i < 3; ++i)
    if ((bits >> i & 1) != 0) kinds += (kinds.empty() ? "" : ",") + std::string(kNames[i]);
  return kinds;
}

Result<std::vector<InterfaceItem>> public_interface(const NamedItems& crate, bool members, const FindCrate& find,
                                                    const FindItem& find_item) {
  const std::vector<std::string> nothing_asked;
  return InterfaceWalk(crate, members, find, find_item, nothing_asked).all();
}

Result<std::vector<InterfaceItem>> interface_around(const NamedItems& crate, const std::vector<std::string>& asked,
                                                    const FindCrate& find, const FindItem& find_item) {
  return InterfaceWalk(crate, true, find, find_item, asked).all();
}

std::pair<std::string_view, std::string_view> split_path(std::string_view path) {
  const auto parameter = path.ends_with('>') ? path.find("::<") : path.npos;
  const auto colons = parameter != path.npos ? parameter : path.rfind("::");
  if (colons == path.npos) return {{}, path};
  return {path.substr(0, colons), path.substr(colons + 2)};
}

std::string nearest_path(const std::vector<InterfaceItem>& interface, std::string_view path) {
  const auto name = split_path(path).second;
  const InterfaceItem* nearest = nullptr;
  for (const auto& item : interface) {
    if (split_path(item.path).second != name) continue;
    if (!nearest || (nearest->is_member && !item.is_member) ||
        (nearest->is_member == item.is_member && common_start(item.path, path) > common_start(nearest->path, path)))
      nearest = &item;
  }
  return nearest ? nearest->path : std::string();
}

}  // namespace rartifacts
