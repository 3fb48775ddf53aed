// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What differs between releases in the encoding of items
// ======================================================
//
// Three tables: how definitions are encoded, the numbers of DefKind, and the places where a kind can stand. The first is proved by
// the hashes of the file, whatever row is taken; the second by the third. A release that changes one of them is a new row.
#include "metadata/item_layout.h"

#include <algorithm>

namespace rartifacts {
namespace {

using Key = DefData;
using Form = ItemEncoding::Tables;

// clang-format off
constexpr std::array kTags{
    Key::crate_root, Key::impl, Key::foreign_mod, Key::use, Key::global_asm, Key::type_ns, Key::value_ns, Key::macro_ns, Key::lifetime_ns, Key::closure, Key::ctor, Key::anon_const,
    Key::opaque_ty, Key::opaque_lifetime, Key::anon_assoc_ty, Key::synthetic_coroutine_body, Key::nested_static};
constexpr std::array kTags93{
    Key::crate_root, Key::impl, Key::foreign_mod, Key::use, Key::global_asm, Key::type_ns, Key::value_ns, Key::macro_ns, Key::lifetime_ns, Key::closure, Key::ctor, Key::anon_const,
    Key::late_anon_const, Key::desugared_anonymous_lifetime, Key::opaque_ty, Key::opaque_lifetime, Key::anon_assoc_ty, Key::synthetic_coroutine_body, Key::nested_static};

constexpr auto kOldRounds = SipRounds::of_2_4;
constexpr auto kRounds = SipRounds::of_1_3;

constexpr std::array kEncodings{
    ItemEncoding{62, Form::sized,  16, kOldRounds, kTags},
    ItemEncoding{69, Form::sized,  16, kRounds,    kTags},
    ItemEncoding{72, Form::widths, 16, kRounds,    kTags},
    ItemEncoding{77, Form::widths, 8,  kRounds,    kTags},
    ItemEncoding{93, Form::widths, 8,  kRounds,    kTags93},
    ItemEncoding{97, Form::widths, 8,  kRounds,    kTags},
};

constexpr int kEver = 999;
using enum ItemKind;
constexpr KindNumber kKindNumbers[] = {
    {mod, "Mod", 0, kEver}, {struct_type, "Struct", 0, kEver}, {union_type, "Union", 0, kEver}, {enum_type, "Enum", 0, kEver},
    {variant, "Variant", 0, kEver}, {trait, "Trait", 0, kEver}, {type_alias, "TyAlias", 0, kEver},
    {foreign_type, "ForeignTy", 0, kEver}, {trait_alias, "TraitAlias", 0, kEver}, {assoc_type, "AssocTy", 0, kEver},
    {type_param, "TyParam", 0, kEver}, {fn, "Fn", 0, kEver},
    {constant, "Const", 0, 95},
    {constant, "Const { is_type_const: true }", 96, kEver}, {constant, "Const { is_type_const: false }", 96, kEver},
    {const_param, "ConstParam", 0, kEver}, {assoc_fn, "AssocFn", 0, kEver},
    {assoc_const, "AssocConst", 0, 95},
    {assoc_const, "AssocConst { is_type_const: true }", 96, kEver}, {assoc_const, "AssocConst { is_type_const: false }", 96, kEver},
    {extern_crate, "ExternCrate", 0, kEver}, {use, "Use", 0, kEver}, {foreign_mod, "ForeignMod", 0, kEver},
    {anon_const, "AnonConst", 0, kEver}, {inline_const, "InlineConst", 0, kEver}, {opaque_type, "OpaqueTy", 0, kEver},
    {impl_trait, "ImplTraitPlaceholder", 65, 72},
    {field, "Field", 0, kEver}, {lifetime_param, "LifetimeParam", 0, kEver}, {global_asm, "GlobalAsm", 0, kEver},
    {impl, "Impl", 0, 70},
    {impl, "Impl { of_trait: false }", 71, kEver}, {impl, "Impl { of_trait: true }", 71, kEver},
    {closure, "Closure", 0, kEver},
    {coroutine, "Generator", 0, 74}, {coroutine, "Coroutine", 75, 75},
    {static_item, "Static(Not)", 0, 77}, {static_item, "Static(Mut)", 0, 77},
    {static_item, "Static { mutability: Not, nested: false }", 78, 79}, {static_item, "Static { mutability: Mut, nested: false }", 78, 79},
    {static_item, "Static { mutability: Not, nested: true }", 78, 79}, {static_item, "Static { mutability: Mut, nested: true }", 78, 79},
    {static_item, "Static { safety: Unsafe, mutability: Not, nested: false }", 80, kEver},
    {static_item, "Static { safety: Safe, mutability: Not, nested: false }", 80, kEver},
    {static_item, "Static { safety: Unsafe, mutability: Mut, nested: false }", 80, kEver},
    {static_item, "Static { safety: Safe, mutability: Mut, nested: false }", 80, kEver},
    {static_item, "Static { safety: Unsafe, mutability: Not, nested: true }", 80, kEver},
    {static_item, "Static { safety: Safe, mutability: Not, nested: true }", 80, kEver},
    {static_item, "Static { safety: Unsafe, mutability: Mut, nested: true }", 80, kEver},
    {static_item, "Static { safety: Safe, mutability: Mut, nested: true }", 80, kEver},
    {ctor, "Ctor(Struct, Fn)", 0, kEver}, {ctor, "Ctor(Struct, Const)", 0, kEver},
    {ctor, "Ctor(Struct, Fictive)", 0, 66},
    {ctor, "Ctor(Variant, Fn)", 0, kEver}, {ctor, "Ctor(Variant, Const)", 0, kEver},
    {ctor, "Ctor(Variant, Fictive)", 0, 66},
    {macro, "Macro(Bang)", 0, 90}, {macro, "Macro(Attr)", 0, 90}, {macro, "Macro(Derive)", 0, 90},
    {macro, "Macro(MacroKinds(1))", 91, kEver}, {macro, "Macro(MacroKinds(2))", 91, kEver}, {macro, "Macro(MacroKinds(4))", 91, kEver},
    {macro, "Macro(MacroKinds(3))", 91, kEver}, {macro, "Macro(MacroKinds(6))", 91, kEver}, {macro, "Macro(MacroKinds(5))", 91, kEver},
    {macro, "Macro(MacroKinds(7))", 91, kEver},
    {coroutine_body, "SyntheticCoroutineBody", 84, kEver},
};

template <class Enum, class... Rest>
constexpr std::uint64_t set_of(Enum first, Rest... rest) {
  return ((std::uint64_t{1} << static_cast<unsigned>(first)) | ... | (std::uint64_t{1} << static_cast<unsigned>(rest)));
}

constexpr std::uint64_t kAny = ~std::uint64_t{0};
constexpr auto kBodies = set_of(fn, assoc_fn, constant, assoc_const, static_item, anon_const, inline_const, closure,
                                coroutine, coroutine_body, ctor);
constexpr auto kWithItems = kBodies | set_of(mod);
constexpr auto kWithParams = set_of(fn, assoc_fn, struct_type, enum_type, union_type, trait, trait_alias, type_alias, assoc_type, impl,
                                    constant, assoc_const, opaque_type, closure, type_param, coroutine, anon_const,
                                    inline_const, foreign_type, static_item);
constexpr auto kConstKeys = set_of(Key::anon_const, Key::late_anon_const);

/// Where a kind stands: the keys that it can have, and the kinds of its parent.
struct ItemPlace {
  ItemKind kind;
  std::uint64_t keys;
  std::uint64_t parents;
};
constexpr ItemPlace kItemPlaces[] = {
    {mod, set_of(Key::type_ns, Key::crate_root), kWithItems},
    {struct_type, set_of(Key::type_ns), kWithItems},
    {union_type, set_of(Key::type_ns), kWithItems},
    {enum_type, set_of(Key::type_ns), kWithItems},
    {variant, set_of(Key::type_ns), set_of(enum_type)},
    {trait, set_of(Key::type_ns), kWithItems},
    {type_alias, set_of(Key::type_ns), kWithItems},
    {foreign_type, set_of(Key::type_ns, Key::value_ns), set_of(foreign_mod)},
    {trait_alias, set_of(Key::type_ns), kWithItems},
    {assoc_type, set_of(Key::type_ns, Key::anon_assoc_ty), set_of(trait, impl, assoc_fn)},
    {type_param, set_of(Key::type_ns, Key::opaque_ty), kWithParams},
    {fn, set_of(Key::value_ns), kWithItems | set_of(foreign_mod)},
    {constant, set_of(Key::value_ns), kWithItems},
    {const_param, set_of(Key::value_ns), kWithParams},
    {assoc_fn, set_of(Key::value_ns), set_of(trait, impl)},
    {assoc_const, set_of(Key::value_ns), set_of(trait, impl)},
    {extern_crate, set_of(Key::type_ns), kWithItems},
    {use, set_of(Key::use), kWithItems},
    {foreign_mod, set_of(Key::foreign_mod), kWithItems},
    {anon_const, kConstKeys, kAny},
    {inline_const, kConstKeys, kAny},
    {opaque_type, set_of(Key::opaque_ty), kAny},
    {impl_trait, set_of(Key::opaque_ty), kAny},
    {field, set_of(Key::value_ns), set_of(struct_type, union_type, variant)},
    {lifetime_param, set_of(Key::lifetime_ns, Key::opaque_lifetime, Key::desugared_anonymous_lifetime), kAny},
    {global_asm, set_of(Key::global_asm), kWithItems},
    {impl, set_of(Key::impl), kWithItems},
    {closure, set_of(Key::closure), kAny},
    {coroutine, set_of(Key::closure), kAny},
    {static_item, set_of(Key::value_ns, Key::nested_static), kWithItems | set_of(foreign_mod)},
    {ctor, set_of(Key::ctor), set_of(struct_type, variant)},
    {macro, set_of(Key::macro_ns), kAny},
    {coroutine_body, set_of(Key::synthetic_coroutine_body), kAny},
};

constexpr std::string_view kDataNames[] = {
    "CrateRoot", "Impl", "ForeignMod", "Use", "GlobalAsm", "TypeNs", "ValueNs", "MacroNs", "LifetimeNs", "Closure", "Ctor", "AnonConst",
    "LateAnonConst", "DesugaredAnonymousLifetime", "OpaqueTy", "OpaqueLifetime", "AnonAssocTy", "SyntheticCoroutineBody", "NestedStatic"};

constexpr std::string_view kKindWords[] = {
    "unknown", "mod", "struct", "union", "enum", "variant", "trait", "type", "foreign-type", "trait-alias", "type", "param", "fn", "const",
    "param", "fn", "const", "extern-crate", "use", "foreign-mod", "anon-const", "inline-const", "opaque-type", "impl-trait", "field",
    "lifetime", "global-asm", "impl", "closure", "coroutine", "static", "ctor", "macro", "coroutine-body", "primitive"};
static_assert(std::size(kKindWords) == static_cast<std::size_t>(primitive) + 1);
// clang-format on

/// By kind; what has no row fits nowhere.
constexpr auto kPlaceOf = [] {
  std::array<ItemPlace, static_cast<std::size_t>(primitive) + 1> places{};
  for (const auto& place : kItemPlaces) places[static_cast<std::size_t>(place.kind)] = place;
  return places;
}();

const ItemPlace& place_of(ItemKind kind) { return kPlaceOf[static_cast<std::size_t>(kind)]; }

constexpr bool holds(std::uint64_t set, unsigned element) { return (set >> element & 1) != 0; }

}  // namespace

std::string_view name_of(ItemKind kind) { return kKindWords[static_cast<std::size_t>(kind)]; }
std::string_view name_of(DefData data) { return kDataNames[static_cast<std::size_t>(data)]; }

bool has_symbol(DefData data) {
  constexpr auto kSymbols =
      set_of(Key::type_ns, Key::value_ns, Key::macro_ns, Key::lifetime_ns, Key::opaque_lifetime, Key::anon_assoc_ty);
  return holds(kSymbols, static_cast<unsigned>(data));
}

std::vector<ItemEncoding> item_encodings_for(int minor) {
  const auto next = std::ranges::upper_bound(kEncodings, minor, {}, &ItemEncoding::first);
  const auto own = next == kEncodings.begin() ? *next : *std::prev(next);
  std::vector<ItemEncoding> all{own};
  for (const auto tables : {Form::widths, Form::sized})
    for (const auto hash_bytes : {8U, 16U})
      for (const auto rounds : {kRounds, kOldRounds})
        for (const std::span<const DefData> tags : {std::span<const DefData>(kTags), std::span<const DefData>(kTags93)})
          all.push_back({own.first, tables, hash_bytes, rounds, tags});
  return all;
}

std::vector<KindNumber> kind_numbers(int minor) {
  std::vector<KindNumber> numbers;
  for (const auto& row : kKindNumbers)
    if (row.first <= minor && minor <= row.last) numbers.push_back(row);
  return numbers;
}

std::vector<std::vector<KindNumber>> all_kind_numbers(int minor) {
  std::vector<std::vector<KindNumber>> all{kind_numbers(std::min(minor, kNewestItems))};
  for (int other = kNewestItems; other >= kFirstItems; --other)
    if (auto numbers = kind_numbers(other); std::ranges::find(all, numbers) == all.end())
      all.push_back(std::move(numbers));
  return all;
}

bool fits_key(ItemKind kind, DefData data) { return holds(place_of(kind).keys, static_cast<unsigned>(data)); }
bool fits_parent(ItemKind kind, ItemKind parent) {
  return holds(place_of(kind).parents, static_cast<unsigned>(parent));
}

BeforeChildren before_children(int minor) {
  struct Row {
    int first;
    BeforeChildren before;
  };
  // Inherent impls: seen in 1.78, 1.85 and from 1.93 on. Elsewhere all tables are tried.
  constexpr Row kRows[] = {
      {kFirstTagSpans, {3, 7}}, {79, {3, 0}}, {85, {3, 6}}, {86, {3, 0}}, {93, {7, 9}}, {94, {8, 10}}};
  BeforeChildren before{};
  for (const auto& row : kRows)
    if (minor >= row.first) before = row.before;
  return before;
}

ReExportFields re_export_fields(int minor) { return {minor >= 80, minor >= 78, minor >= 96}; }

// Seen in files of 1.78 and 1.85, and from 1.93 on.
std::uint32_t underscore_symbol(int minor) { return minor >= 93 ? 2 : 3; }

}  // namespace rartifacts
