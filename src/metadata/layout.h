// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/metadata.h>

#include <span>

namespace rartifacts {

/// Stands behind each string where `MetadataHeader::string_sentinels`.
inline constexpr std::uint8_t kStringSentinel = 0xc1;
/// No rustc predefines more words.
inline constexpr std::uint32_t kMaxPredefined = 6000;
/// How a word is shown that is only known by its index into rustc's table: `predefined#635`.
inline constexpr std::string_view kUnknownWord = "predefined#";
std::string unknown_word(std::uint32_t symbol);

/// How a range of rustc releases encodes the crate root. One row of the table in layout.cc.
struct Layout {
  enum class Root { name_first, header_first };  ///< name, triple, … or triple, SVH, name, …
  enum class Symbol { text, tagged };            ///< a string, or a tag and then a string, an offset, an index
  enum class Hash { leb128, raw };               ///< SVH: LEB128 of a u64, or 16 bytes
  /// Stable crate id: 16 bytes (then called disambiguator), both in 1.52, LEB128 of a u64, 8 bytes.
  enum class Id { disambiguator, disambiguator_id, id_leb128, id_raw };
  enum class Lazy { counted, bare };             ///< distances include the element count, or not
  enum class Target { path, json };              ///< what a custom target carries
  enum class Kinds { four_kinds, three_kinds };  ///< enumerators of the dependency kind
  /// Fields of the root that came and went. `has` is a set of these.
  enum Has : unsigned {
    kPluginRegistrar = 1 << 0,  ///< Option<u32> behind the allocator flags
    kDeclsStatic = 1 << 1,      ///< two more Options behind it: decls_static, stability
    kPanicInDrop = 1 << 2,
    kOptionalPanic = 1 << 3,  ///< the panic strategy became an Option
    kAllocErrorHandler = 1 << 4,
    kPrivateDependency = 1 << 5,  ///< a bool at the end of each dependency
    kStub = 1 << 6,               ///< is_stub in the header
    kExternItems = 1 << 7,        ///< a LazyArray of externally implementable items before crate_deps
    kTailFlags = 1 << 8,          ///< six flags and the symbol mangling are known to end the root
    kSpecTail = 1 << 9,           ///< and one more bool behind them
    kTargetModifiers = 1 << 10,   ///< before all of these, a LazyArray of options that all crates of a program share
    kMitigations = 1 << 11,       ///< and another array behind it
  };

  int first;                 ///< from rustc 1.<first> up to the next row
  std::uint8_t version_low;  ///< metadata versions this layout occurs with
  std::uint8_t version_high;
  Root root;
  Symbol symbol;
  Hash svh;
  Id id;
  Lazy lazy;
  Target target;
  Kinds kinds;
  int arrays;  ///< LazyArrays between crate_deps and proc_macro_data; 0: decls_static tells a proc macro
  int native;  ///< which of them holds the native libraries; 0: not known
  unsigned has;
};

/// All rows, oldest first.
std::span<const Layout> layouts();
/// The newest release that the table was checked against; later ones are read with the last row and marked as guessed.
inline constexpr int kNewestChecked = 98;

/// Where a root goes on behind what is read of every crate.
struct RootPlaces {
  std::uint64_t tables = 0;    ///< behind proc_macro_data, where the tables of items begin; 0: not reached
  std::uint64_t previous = 0;  ///< where the last lazy pointer led; 0: there was none
  std::uint64_t end = 0;       ///< of the blob, without its footer
  std::uint64_t macros = 0;    ///< position of the macros of a proc-macro library
  std::uint64_t macro_count = 0;
  std::uint64_t native = 0;  ///< position of the native libraries
  std::uint64_t native_count = 0;
  std::uint64_t native_end = 0;  ///< where the array behind them begins, which is where they end; 0: that one is empty
};

/// Decodes the crate root of `blob` as `layout` says. An error means: not this layout. Nothing partial is ever given out.
/// `names` says whether names that rustc refuses are an error: the layout is taken for the wrong one then.
enum class NameCheck { strict, none };
Result<Crate> decode_root(View blob, const MetadataHeader& header, const Layout& layout, RootPlaces* places = nullptr,
                          NameCheck names = NameCheck::strict);
/// The rows to try for the root of a blob: that of its release, then the others, its neighbours first.
std::vector<const Layout*> layout_candidates(const MetadataHeader& header);

/// The target modifiers of a root that begins at `root`, of which everything up to `end` is not read otherwise; nothing when they
/// cannot be made out. See `Crate::target_modifiers`.
std::optional<std::string> read_target_modifiers(View blob, std::uint64_t root, std::uint64_t end,
                                                 bool has_mitigations);

/// True for what rustc lets a crate be called.
bool is_crate_name(std::string_view text);

/// Decodes only CrateHeader, the fields up to `is_stub`, of a root that starts with it.
Result<Crate> decode_crate_header(View blob, const MetadataHeader& header, const Layout& layout);

/// The word that `rustc`, this exact build, predefines under `index`; nothing when the build or the index is not in our table.
std::optional<std::string_view> predefined_crate_name(std::string_view rustc, std::uint32_t index);

/// The same of words that stand in #[link] of the standard library: `c`, `target_feature`.
std::optional<std::string_view> predefined_link_word(std::string_view rustc, std::uint32_t index);

/// All crate names that the table has of this build, with their indices.
std::vector<std::pair<std::uint32_t, std::string_view>> predefined_crates(std::string_view rustc);

/// The release that was built from a commit of rustc, `rustc 1.96.0 (ac68faa20 2026-05-25)`; nothing without a row in the same table.
std::optional<std::string> rustc_of_commit(std::string_view commit);

/// `<stem>-<n>`: the name that rustc 1.<minor> shows for a custom target. Nothing where the rule of that release is unknown.
std::optional<std::string> custom_target_name(const Crate& crate, int minor);

/// Length of the footer "rust-end-file", when `blob` has one.
std::uint64_t footer_size(const MetadataHeader& header);

}  // namespace rartifacts
