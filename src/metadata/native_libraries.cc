// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Native libraries
// ================
//
// One of the arrays of the crate root has what the crate asks the linker for. Since 1.66 or so an element is
//
//     kind             u8, and of each modifier it can have an Option<bool>
//     name             symbol
//     filename         Option<symbol>: packed into the rlib under this name
//     cfg              Option: wanted only where it holds
//     foreign_module   Option<DefId>: the `extern` block with #[link]; none of -l
//     verbatim         Option<bool>
//     dll_imports      count, and what is imported from a raw-dylib
//
// The table has a row for each release that was looked at with its own compiler. Another release is read as the row before it and
// as the row behind it, and what fits has to be the same. That an element was read right shows in the end: rustc writes `extern`
// blocks, the next array of the root, straight behind the last one.
// Defined by: rust-lang/rust compiler/rustc_session/src/cstore.rs (NativeLib, DllImport), rustc_hir/src/attrs/data_structures.rs
// (NativeLibKind), rustc_ast/src/attr/data_structures.rs (CfgEntry).
#include <array>

#include "bytes/unicode.h"
#include "metadata/item_file.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kMostNativeLibraries = 20'000;
constexpr std::size_t kMostNativeBytes = std::size_t{1} << 20;  ///< of all names, which may lead back to one text
constexpr std::size_t kLongestNativeName = 4096;

struct NativeLayout {
  enum class Kinds { plain, five, seven };
  enum class Imports { none, ordinal, named, symbols };
  int first, last;  ///< releases of rustc
  Kinds kinds;      ///< plain: without modifiers; five; seven: with link-arg and wasm-import-module
  bool name_is_optional;
  bool has_filename;
  bool has_wasm_module;  ///< Option<symbol>
  bool has_verbatim;
  bool has_newer_modifiers;  ///< export-symbols of static, as-needed of raw-dylib
  bool has_cfg_entries;      ///< else a condition is a MetaItem, which is not read
  Imports imports;
};

// clang-format off
constexpr std::array kNativeLayouts{
    //                     kinds                       Option filename wasm   verbatim newer  entries imports
    NativeLayout{48, 48, NativeLayout::Kinds::plain, true,  false,   true,  false,   false, false,  NativeLayout::Imports::none},
    NativeLayout{63, 63, NativeLayout::Kinds::five,  true,  false,   true,  true,    false, false,  NativeLayout::Imports::ordinal},
    NativeLayout{78, 85, NativeLayout::Kinds::seven, false, true,    false, true,    false, false,  NativeLayout::Imports::named},
    NativeLayout{95, 95, NativeLayout::Kinds::seven, false, true,    false, true,    true,  true,   NativeLayout::Imports::named},
    NativeLayout{96, 98, NativeLayout::Kinds::seven, false, true,    false, true,    true,  true,   NativeLayout::Imports::symbols},
};
// clang-format on

using NativeKind = NativeLibrary::Kind;

class NativeReader {
 public:
  NativeReader(const ItemFile& file, const NativeLayout& layout)
      : file_(file), layout_(layout), from_(file.blob, file.places.native) {}

  Result<std::vector<NativeLibrary>> read() {
    std::vector<NativeLibrary> all;
    for (std::uint64_t i = 0; i < file_.places.native_count && from_.ok(); ++i) all.push_back(library());
    const auto end = file_.places.native_end;
    if (from_.ok() && (end == 0 ? from_.position() > file_.header.root : from_.position() != end))
      reject("what follows them begins elsewhere");
    if (!from_.ok()) return from_.error();
    return all;
  }

 private:
  void reject(std::string what) { from_.reject(ErrorKind::unsupported, std::move(what)); }

  // What holds of every text in here: a name, an option, part of a condition.
  CrateName symbol() {
    const auto read = read_symbol(file_, from_);
    CrateName name;
    if (read.predefined != Definition::kStored) {
      name.predefined = read.predefined;
    } else {
      name.text = read.text;
      bytes_ += read.text.size();
      if (from_.ok() && (read.text.size() > kLongestNativeName || bytes_ > kMostNativeBytes || !is_utf8(read.text)))
        reject("a name that is none");
    }
    return name;
  }

  std::string shown_symbol() {
    auto name = symbol();
    if (name.text) return std::move(*name.text);
    const auto index = name.predefined.value_or(0);
    const auto word = predefined_link_word(file_.header.rustc, index);
    return word ? std::string(*word) : unknown_word(index);
  }

  void modifier(NativeLibrary& library, std::string_view name) {
    if (!from_.boolean()) return;
    const bool is_on = from_.boolean();
    library.modifiers += fmt::format("{}{}{}", library.modifiers.empty() ? "" : ",", is_on ? '+' : '-', name);
  }

  void plain_kind(NativeLibrary& library) {
    constexpr std::array kKinds{NativeKind::static_library, NativeKind::static_library, NativeKind::dylib,
                                NativeKind::raw_dylib,      NativeKind::framework,      NativeKind::unspecified};
    const auto tag = from_.u8();
    if (tag >= kKinds.size()) return reject("a kind that is none");
    library.kind = kKinds[tag];
    if (tag == 0) library.modifiers = "-bundle";  // kind="static-nobundle"
  }

  void kind(NativeLibrary& library) {
    if (layout_.kinds == NativeLayout::Kinds::plain) return plain_kind(library);
    constexpr std::array kKinds{NativeKind::static_library, NativeKind::dylib,    NativeKind::raw_dylib,
                                NativeKind::framework,      NativeKind::link_arg, NativeKind::wasm_import_module,
                                NativeKind::unspecified};
    const auto tag = from_.u8();
    const bool is_five = layout_.kinds == NativeLayout::Kinds::five;
    constexpr std::uint8_t kLastOfFive = 4;
    if (tag >= kKinds.size() || (is_five && tag > kLastOfFive)) return reject("a kind that is none");
    library.kind = is_five && tag == kLastOfFive ? NativeKind::unspecified : kKinds[tag];
    if (library.kind == NativeKind::static_library) {
      modifier(library, "bundle");
      modifier(library, "whole-archive");
      if (layout_.has_newer_modifiers) modifier(library, "export-symbols");
    } else if (library.kind == NativeKind::dylib || library.kind == NativeKind::framework ||
               (library.kind == NativeKind::raw_dylib && layout_.has_newer_modifiers)) {
      modifier(library, "as-needed");
    }
  }

  void span() {
    if (file_.release < kFirstTagSpans) return reject("spans of this release");
    skip_span(from_);
  }

  // CfgEntry, as it was written.
  std::string condition(int depth) {
    constexpr int kDeepestCondition = 32;
    enum : std::uint8_t { kCfgAll, kCfgAny, kCfgNot, kCfgBool, kCfgNameValue };
    const auto tag = from_.u8();
    if (depth > kDeepestCondition || tag > kCfgNameValue) reject("a condition that is none");
    if (!from_.ok()) return {};
    std::string text;
    if (tag == kCfgAll || tag == kCfgAny) {
      text = tag == kCfgAll ? "all(" : "any(";
      const auto count = from_.leb128(32);
      for (std::uint64_t i = 0; i < count && from_.ok(); ++i) text += (i == 0 ? "" : ", ") + condition(depth + 1);
      text += ')';
    } else if (tag == kCfgNot) {
      text = fmt::format("not({})", condition(depth + 1));
    } else if (tag == kCfgBool) {
      text = from_.boolean() ? "true" : "false";
    } else {
      text = shown_symbol();
      if (from_.boolean()) text += fmt::format(" = \"{}\"", shown_symbol());
    }
    span();
    return text;
  }

  void dll_import() {
    shown_symbol();
    if (from_.boolean()) {  // an ordinal; since there are other kinds of names, one of these
      constexpr std::uint8_t kOrdinal = 0, kLastNameType = 3;
      const auto type = layout_.imports == NativeLayout::Imports::ordinal ? kOrdinal : from_.u8();
      if (type > kLastNameType) reject("an import name type that is none");
      if (type == kOrdinal) from_.skip(2);
    }
    constexpr std::uint8_t kLastConvention = 3;
    const auto convention = from_.u8();
    if (convention > kLastConvention) reject("a calling convention that is none");
    if (convention != 0) from_.leb128(32);
    if (layout_.imports == NativeLayout::Imports::ordinal) {  // a span of its time: context, kind, start, length
      from_.leb128(32);
      if (from_.u8() != 0) reject("a span of another kind");
      from_.leb128(32);
      from_.leb128(32);
      return;
    }
    span();
    if (layout_.imports == NativeLayout::Imports::named) {
      from_.boolean();
    } else {
      constexpr std::uint8_t kLastSymbolType = 2;
      if (from_.u8() > kLastSymbolType) reject("a symbol type that is none");
      from_.leb128();
    }
  }

  NativeLibrary library() {
    NativeLibrary library;
    kind(library);
    if (layout_.name_is_optional && !from_.boolean()) reject("a library without a name");
    library.name = symbol();
    if (layout_.has_filename && from_.boolean()) library.filename = shown_symbol();
    if (from_.boolean()) {
      if (!layout_.has_cfg_entries) reject("one is wanted under a condition");
      if (from_.ok()) library.cfg = condition(0);
    }
    if (from_.boolean()) {  // foreign_module
      if (from_.leb128(32) != 0) reject("an extern block of another crate");
      from_.leb128(32);
    }
    if (layout_.has_wasm_module && from_.boolean()) shown_symbol();
    if (layout_.has_verbatim) modifier(library, "verbatim");
    if (layout_.imports == NativeLayout::Imports::none) return library;
    library.imports = from_.leb128(32);
    for (std::uint64_t i = 0; i < library.imports && from_.ok(); ++i) dll_import();
    return library;
  }

  const ItemFile& file_;
  const NativeLayout& layout_;
  Cursor from_;
  std::size_t bytes_ = 0;
};

// All that is printed, to compare.
std::string native_text(const std::vector<NativeLibrary>& libraries) {
  std::string out;
  for (const auto& library : libraries)
    out += fmt::format("{} {} {} {} {} {} {}\n", name_of(library.kind), library.name.text.value_or(""),
                       library.name.predefined.value_or(0), library.modifiers, library.filename.value_or(""),
                       library.cfg.value_or(""), library.imports);
  return out;
}

/// The row of a release, or else the one before it and the one behind it.
std::vector<const NativeLayout*> native_candidates(int release) {
  std::vector<const NativeLayout*> rows;
  for (const auto& row : kNativeLayouts) {
    if (row.first <= release && release <= row.last) return {&row};
    if (row.last < release) rows.assign(1, &row);
    else if (row.first > release) return rows.push_back(&row), rows;
  }
  return rows;
}

// By what the file proves, then by the table of its compiler.
void name_words(View blob, std::string_view rustc, std::vector<NativeLibrary>& libraries) {
  std::vector<std::uint32_t> symbols;
  for (const auto& library : libraries)
    if (library.name.predefined) symbols.push_back(*library.name.predefined);
  if (symbols.empty()) return;
  const auto words = prove_predefined(blob, symbols);
  auto word = words.begin();
  for (auto& library : libraries)
    if (library.name.predefined) library.name.text = *word++;
  for (auto& library : libraries) {
    const auto known = library.name.text ? std::nullopt : predefined_link_word(rustc, *library.name.predefined);
    if (!known) continue;
    library.name.text = *known;
    library.name.source = CrateName::Source::rustc_table;
  }
}

}  // namespace

std::string_view name_of(NativeLibrary::Kind kind) {
  static constexpr std::string_view kNames[] = {
      "static", "dylib", "raw-dylib", "framework", "link-arg", "wasm-import-module", "unspecified"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<std::vector<NativeLibrary>> read_native_libraries(View blob) {
  auto header = read_metadata_header(blob);
  if (!header) return pass(header);
  ItemFile file(blob);
  file.header = *header;
  if (!header->release) return fail(ErrorKind::unsupported, "native libraries: {} is no release", header->rustc);
  file.release = header->release->minor;
  const auto* layout = layout_candidates(*header).front();
  auto crate = decode_root(blob, *header, *layout, &file.places);
  if (!crate) return fail(ErrorKind::unsupported, "native libraries: {}", crate.error().what);
  if (crate->is_stub) return fail(ErrorKind::unsupported, "native libraries: the .rmeta beside a stub has them");
  if (crate->is_proc_macro.value_or(false))
    return fail(ErrorKind::unsupported, "native libraries: rustc leaves them out of a proc macro");
  if (layout->native == 0) return fail(ErrorKind::unsupported, "native libraries: not read of {}", header->rustc);
  if (file.places.native_count == 0) return std::vector<NativeLibrary>();
  if (file.places.native_count > kMostNativeLibraries)
    return fail(ErrorKind::unsupported, "native libraries: more than any crate has");
  file.symbols = layout->symbol;
  const auto rows = native_candidates(file.release);
  const bool is_own_row = rows.size() == 1 && file.release <= rows.front()->last && file.release >= rows.front()->first;
  if (!is_own_row && file.places.native_end == 0)
    return fail(ErrorKind::unsupported, "native libraries: not read of {}", header->rustc);
  std::optional<std::vector<NativeLibrary>> found;
  std::string why;
  for (const auto* row : rows) {
    auto read = NativeReader(file, *row).read();
    if (!read) {
      if (why.empty()) why = read.error().what;
    } else if (found && native_text(*found) != native_text(*read)) {
      return fail(ErrorKind::unsupported, "native libraries: two layouts fit, and differ");
    } else {
      found = std::move(*read);
    }
  }
  if (!found) return fail(ErrorKind::unsupported, "native libraries: {}", why);
  name_words(blob, header->rustc, *found);
  return std::move(*found);
}

}  // namespace rartifacts
