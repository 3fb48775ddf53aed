// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The layout table
// ================
//
// rustc promises nothing about the crate root, and the metadata version says little about it: 1.63 and 1.65 share version 6,
// 1.93 and 1.96 share 10, and their roots differ. So rows are chosen by the release in the version string. A release that
// changes the root is a new row here, and nothing else.
#include "metadata/layout.h"

#include <array>

namespace rartifacts {

// The enumerators are short words, and stay in here.
namespace layout_rows {

using enum Layout::Root;
using enum Layout::Symbol;
using enum Layout::Hash;
using enum Layout::Id;
using enum Layout::Lazy;
using enum Layout::Target;
using enum Layout::Kinds;
using enum Layout::Has;

// What each release added to, or took from, the set of the one before.
constexpr unsigned k41 = kPluginRegistrar | kDeclsStatic;
constexpr unsigned k48 = kPluginRegistrar;
constexpr unsigned k54 = 0;
constexpr unsigned k57 = k54 | kPanicInDrop;
constexpr unsigned k64 = k57 | kOptionalPanic;
constexpr unsigned k67 = k64 | kAllocErrorHandler;
constexpr unsigned k72 = k67 | kPrivateDependency | kTailFlags;
constexpr unsigned k80 = k72 | kSpecTail;
constexpr unsigned k86 = k80 | kTargetModifiers;
constexpr unsigned k88 = k86 | kStub;
constexpr unsigned k94 = k88 | kExternItems;
constexpr unsigned k97 = k94 | kMitigations;

// clang-format off
constexpr std::array kLayouts{
    //     1.  V        root          symbols SVH     crate id           lazy     target kinds        k   native has
    Layout{41, 5, 5,    name_first,   text,   leb128, disambiguator,     counted, path,  four_kinds,  0,  0,      k41},
    Layout{43, 5, 5,    name_first,   text,   leb128, disambiguator,     counted, path,  three_kinds, 0,  0,      k41},
    Layout{48, 5, 5,    name_first,   text,   leb128, disambiguator,     counted, path,  three_kinds, 9,  5,      k48},
    Layout{52, 5, 5,    name_first,   text,   leb128, disambiguator_id,  counted, path,  three_kinds, 9,  5,      k48},
    Layout{54, 5, 5,    name_first,   text,   leb128, disambiguator_id,  counted, path,  three_kinds, 9,  5,      k54},
    Layout{55, 5, 5,    name_first,   text,   leb128, id_leb128,         counted, path,  three_kinds, 9,  5,      k54},
    Layout{57, 5, 6,    name_first,   text,   leb128, id_leb128,         counted, path,  three_kinds, 9,  5,      k57},
    Layout{59, 6, 6,    name_first,   text,   leb128, id_leb128,         counted, path,  three_kinds, 10, 5,      k57},
    Layout{60, 6, 6,    name_first,   text,   leb128, id_leb128,         bare,    path,  three_kinds, 10, 5,      k57},
    Layout{61, 6, 6,    name_first,   text,   leb128, id_leb128,         bare,    path,  three_kinds, 11, 5,      k57},
    Layout{63, 6, 6,    name_first,   text,   leb128, id_leb128,         bare,    json,  three_kinds, 11, 5,      k57},
    Layout{64, 6, 6,    name_first,   text,   leb128, id_leb128,         bare,    json,  three_kinds, 12, 6,      k64},
    Layout{65, 6, 6,    name_first,   tagged, leb128, id_leb128,         bare,    json,  three_kinds, 12, 6,      k64},
    Layout{67, 6, 7,    name_first,   tagged, leb128, id_leb128,         bare,    json,  three_kinds, 12, 6,      k67},
    Layout{71, 7, 8,    name_first,   tagged, raw,    id_raw,            bare,    json,  three_kinds, 12, 6,      k67},
    Layout{72, 8, 9,    header_first, tagged, raw,    id_raw,            bare,    json,  three_kinds, 13, 7,      k72},
    Layout{80, 9, 9,    header_first, tagged, raw,    id_raw,            bare,    json,  three_kinds, 13, 7,      k80},
    Layout{86, 9, 9,    header_first, tagged, raw,    id_raw,            bare,    json,  three_kinds, 13, 7,      k86},
    Layout{88, 10, 10,  header_first, tagged, raw,    id_raw,            bare,    json,  three_kinds, 13, 7,      k88},
    Layout{94, 10, 10,  header_first, tagged, raw,    id_raw,            bare,    json,  three_kinds, 13, 7,      k94},
    Layout{97, 10, 10,  header_first, tagged, raw,    id_raw,            bare,    json,  three_kinds, 13, 7,      k97},
    Layout{99, 10, 255, header_first, tagged, raw,    id_raw,            bare,    json,  three_kinds, 14, 0,      k97},
};
// clang-format on

}  // namespace layout_rows

std::span<const Layout> layouts() { return layout_rows::kLayouts; }

}  // namespace rartifacts
