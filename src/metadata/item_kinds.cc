// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Kinds, visibility, children
// ===========================
//
// None of these has a hash, so they are believed only together, and when they fit the tree, which is proved. def_kind is a table of
// one byte for each definition; every one of them must be a kind that can have such a key and such a parent. The table behind it
// is the visibility: public, or restricted to a module that the definition is in. The table before it, or the one before that,
// lists the children of modules, which must be their own.
#include <algorithm>

#include "metadata/item_file.h"

namespace rartifacts {
namespace {

/// Nothing, or what is wrong when `raw` are the kinds.
std::optional<std::string> misplaced(const ItemFile& file, Bytes raw, const std::vector<KindNumber>& numbers) {
  const auto at = [&](DefIndex index) { return raw[index] == 0 ? ItemKind::unknown : numbers[raw[index] - 1].kind; };
  if (std::ranges::any_of(raw, [&](auto number) { return number > numbers.size(); })) return "a kind out of range";
  if (at(0) != ItemKind::mod) return "the crate root is no module";
  std::vector<std::pair<DefIndex, DefIndex>> fields;  // what they are in, and themselves
  std::vector<DefIndex> ctors;
  for (DefIndex i = 0; i < raw.size(); ++i) {
    const auto& key = file.definitions[i];
    if (raw[i] == 0 || key.is_absent) continue;
    const auto kind = at(i);
    if (!fits_key(kind, key.data))
      return fmt::format("definition {}: a {} with a key {}", i, name_of(kind), name_of(key.data));
    if (i == 0 || raw[key.parent] == 0) continue;
    const auto parent = at(key.parent);
    if (!fits_parent(kind, parent))
      return fmt::format("definition {}: a {} in a {}", i, name_of(kind), name_of(parent));
    if (kind == ItemKind::field) fields.emplace_back(key.parent, i);
    if (kind != ItemKind::ctor) continue;
    const bool is_struct = numbers[raw[i] - 1].text.starts_with("Ctor(Struct");
    if (is_struct != (parent == ItemKind::struct_type)) return fmt::format("definition {}: the wrong constructor", i);
    ctors.push_back(i);
  }
  // The fields of a tuple are 0, 1, …; a unit has none.
  std::ranges::sort(fields);
  for (const auto i : ctors) {
    const auto owner = file.definitions[i].parent;
    const auto field = std::ranges::lower_bound(fields, std::pair(owner, DefIndex{0}));
    const auto text = numbers[raw[i] - 1].text;
    if (field == fields.end() || field->first != owner || text.ends_with("Fictive)")) continue;
    const auto name = file.name(file.definitions[field->second]);
    if (text.ends_with("Const)") || (name && *name != "0"))
      return fmt::format("definition {}: fields of another constructor", i);
  }
  return std::nullopt;
}

bool is_inside(const ItemFile& file, DefIndex index, DefIndex module) {
  while (index > module) index = file.definitions[index].parent;
  return index == module;
}

// Visibilities and children are scattered all over a file. Of a large crate so many are tried, and then every so many; the others
// are looked at when they are asked for.
constexpr DefIndex kTriedAtFirst = 2048;
constexpr DefIndex kTriedStep = 256;

Result<void> check_visibility(const ItemFile& file) {
  for (DefIndex i = 0; i < file.definitions.size(); i += i < kTriedAtFirst ? 1 : kTriedStep) {
    const auto& key = file.definitions[i];
    auto visibility = read_visibility(file, i);
    if (!visibility) return pass(visibility);
    if (i == 0 && visibility->level == Visibility::Level::unknown)
      return unknown_items("the crate root has no visibility");
    if (visibility->level != Visibility::Level::module || key.is_absent || key.data == DefData::macro_ns) continue;
    if (!is_inside(file, i, visibility->module))
      return unknown_items("definition {} is restricted to {}, which it is not in", i, visibility->module);
  }
  return {};
}

/// A child is defined in its module. A constructor stands beside its type, what is in an extern block beside that, and a macro is
/// listed wherever it is written.
bool is_own_child(const ItemFile& file, DefIndex module, DefIndex child) {
  const auto& key = file.definitions[child];
  if (child == 0 || key.is_absent) return false;
  if (key.parent == module || key.data == DefData::macro_ns) return true;
  const auto beyond = file.definitions[key.parent].parent;
  if (key.data == DefData::ctor) return beyond == module || beyond == file.definitions[module].parent;
  return file.kind(key.parent) == ItemKind::foreign_mod && beyond == module;
}

Result<void> check_children(ItemFile& file) {
  const bool has_widths = file.tables[0].width != 0 || file.encoding.tables == ItemEncoding::Tables::widths;
  const std::size_t before = has_widths ? 2 : 1;
  if (file.kind_table < before) return unknown_items("no table of children");
  file.child_table = file.kind_table - before;
  auto& table = file.tables[file.child_table];
  if (auto fetched = fetch_table(file, table); !fetched) return fetched;
  const auto size = file.definitions.size();
  std::uint64_t budget = 2 * size + 1000;  // each is listed once or twice
  DefIndex lists = 0;
  for (DefIndex i = 0; i < table.count(8); ++i) {
    const auto array = table.array(i);
    if (array.position == 0) continue;
    const auto kind = i < size ? file.kind(i) : ItemKind::unknown;
    const bool has_children = kind == ItemKind::mod || kind == ItemKind::enum_type || kind == ItemKind::trait;
    if (kind == ItemKind::unknown || (has_widths && !has_children))
      return unknown_items("definition {} has children", i);
    if (array.count > budget) return unknown_items("more children than definitions");
    budget -= array.count;
    ++lists;
    if (lists > kTriedAtFirst / 4 && lists % (kTriedStep / 8) != 0) continue;
    if (const auto children = read_children(file, i, array); !children) return pass(children);
  }
  return {};
}

/// A table that fits as kinds, with those around it.
struct KindFit {
  std::size_t table;
  std::size_t numbers;  ///< 0: those of the release itself
};

Result<void> try_table(ItemFile& file, std::size_t index, const std::vector<KindNumber>& numbers) {
  if (index + 1 >= file.tables.size()) return unknown_items("no table of visibilities");
  file.kind_table = index;
  file.kinds = numbers;
  for (DefIndex i = 0; i < file.definitions.size(); ++i) file.definitions[i].kind = file.tables[index].bytes[i];
  if (auto fetched = fetch_table(file, file.tables[index + 1]); !fetched) return fetched;
  if (auto children = check_children(file); !children) return children;
  return check_visibility(file);
}

bool means_the_same(Bytes raw, const std::vector<KindNumber>& one, const std::vector<KindNumber>& other) {
  return std::ranges::all_of(
      raw, [&](auto number) { return number == 0 || one[number - 1].kind == other[number - 1].kind; });
}

}  // namespace

ItemKind ItemFile::kind(DefIndex index) const {
  const auto number = definitions[index].kind;
  return number == 0 || number > kinds.size() ? ItemKind::unknown : kinds[number - 1].kind;
}

Result<Visibility> read_visibility(const ItemFile& file, DefIndex index) {
  using Level = Visibility::Level;
  const auto position = file.tables[file.kind_table + 1].value(index);
  if (position == 0) return Visibility{};
  if (!file.is_position(position)) return unknown_items("the visibility of definition {}", index);
  Cursor from(file.blob, position);
  const auto tag = from.u8();
  if (from.ok() && tag == 0) return Visibility{Level::everywhere};
  const auto module = static_cast<DefIndex>(from.leb128(32));
  if (!from.ok() || tag != 1 || module >= file.definitions.size() || file.kind(module) != ItemKind::mod)
    return unknown_items("the visibility of definition {}", index);
  return Visibility{Level::module, module};
}

Result<std::vector<DefIndex>> read_children(const ItemFile& file, DefIndex module, ItemTable::Array array) {
  auto children = read_def_indices(file, array);
  if (!children) return children;
  for (const auto child : *children)
    if (!is_own_child(file, module, child)) return unknown_items("{} is no child of {}", child, module);
  return children;
}

Result<void> read_kinds(ItemFile& file) {
  std::vector<std::vector<KindNumber>> rows{kind_numbers(std::min(file.release, kNewestItems))};
  std::vector<KindFit> fits;
  KindFit tried{};
  std::optional<std::string> problem;
  const auto note = [&](std::string what) { problem = problem.value_or(std::move(what)); };
  for (std::size_t row = 0; row < rows.size() && (fits.empty() || fits.front().numbers != 0); ++row) {
    for (std::size_t i = 0; i < file.tables.size(); ++i) {
      auto& table = file.tables[i];
      if (table.width > 1 || table.size != file.definitions.size()) continue;
      if (auto fetched = fetch_table(file, table); !fetched) return fetched;
      if (table.bytes[0] == 0) continue;
      if (auto wrong = misplaced(file, table.bytes, rows[row])) {
        note(std::move(*wrong));
        continue;
      }
      tried = {i, row};
      auto fit = try_table(file, i, rows[row]);
      if (fit) fits.push_back({i, row});
      else if (fit.error().kind != ErrorKind::unsupported) return fit;
      else note(fit.error().what);
    }
    if (row == 0 && fits.empty()) rows = all_kind_numbers(file.release);
  }
  if (fits.empty()) return unknown_items("kinds: {}", problem.value_or("no table of them"));
  const auto& chosen = fits.front();
  const auto raw = file.tables[chosen.table].bytes;
  for (const auto& other : fits)
    if (other.table != chosen.table || !means_the_same(raw, rows[chosen.numbers], rows[other.numbers]))
      return unknown_items("kinds: several tables fit");
  file.kinds_guessed = chosen.numbers != 0;
  if (chosen.table == tried.table && chosen.numbers == tried.numbers) return {};
  return try_table(file, chosen.table, rows[chosen.numbers]);
}

}  // namespace rartifacts
