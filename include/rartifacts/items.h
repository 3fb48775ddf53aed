// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/metadata.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What a definition is: rustc's DefKind without its fields. `primitive` is a type of the language that a module re-exports.
enum class ItemKind : std::uint8_t {
  unknown,
  mod,
  struct_type,
  union_type,
  enum_type,
  variant,
  trait,
  type_alias,
  foreign_type,
  trait_alias,
  assoc_type,
  type_param,
  fn,
  constant,
  const_param,
  assoc_fn,
  assoc_const,
  extern_crate,
  use,
  foreign_mod,
  anon_const,
  inline_const,
  opaque_type,
  impl_trait,
  field,
  lifetime_param,
  global_asm,
  impl,
  closure,
  coroutine,
  static_item,
  ctor,
  macro,
  coroutine_body,
  primitive,
};
/// The word that output has for it, as it is declared: `mod`, `struct`, `fn`, `type`, `const`, `field`, `param`, …
std::string_view name_of(ItemKind kind);

/// Number of a definition within its crate: rustc's DefIndex. 0 is the crate root.
using DefIndex = std::uint32_t;

/// From where a definition can be named.
struct Visibility {
  enum class Level { unknown, everywhere, module } level = Level::unknown;
  DefIndex module = 0;  ///< restricted to this module and those inside of it
};

/// A name that a module has for something defined elsewhere: `pub use`.
struct ReExport {
  std::string name;  ///< `predefined#635` when the word is not known
  ItemKind kind = ItemKind::unknown;
  std::uint32_t crate = 0;  ///< 0: this one; else 1 + position in the list of dependencies; kPrimitive: none
  DefIndex index = 0;       ///< in that crate
  bool is_public = false;
  static constexpr std::uint32_t kPrimitive = ~std::uint32_t{0};
};

/// A file that rustc read, as the crate recorded it.
struct SourceFile {
  std::string path;  ///< as rustc was given it, after --remap-path-prefix
  enum class Hash : std::uint8_t { md5, sha1, sha256, blake3 } hash = Hash::md5;
  std::string checksum;  ///< of its bytes, lower-case hex
};
std::string_view name_of(SourceFile::Hash hash);

/// Where the head of a definition stands: `pub fn leaf(x: u32) -> u32`.
struct SourceSpan {
  std::size_t file = 0;  ///< index into the source files
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool is_expanded = false;  ///< a macro made the definition: this is what it was made from, and not all of that
};

struct ItemFile;

/// The definitions that a crate's metadata describes.
///
/// Metadata holds a 64-bit hash of every definition, made of the hash of its parent, its name and its namespace. So names and
/// tree are proved: where one hash does not come out, nothing is to be used. Kinds and visibility have no hash; they are believed when
/// all of them fit the tree. Macros of a proc-macro library are named as stored, for their hash is that of the function behind.
///
/// Looks into the Image that it was read from, which must outlive it.
/// Defined by: rust-lang/rust compiler/rustc_metadata/src/rmeta, rustc_hir/src/definitions.rs (DefPathHash).
class Items {
 public:
  /// Reads the metadata at the start of `blob`. Errors: `unsupported` when the layout is not known or a rule does not hold,
  /// and what `read_metadata` says.
  static Result<Items> read(View blob);
  /// The same, but a definition is proved when its name is asked for, and `check` says whether all that were are right: cheaper
  /// where few are, as the public ones of a large crate.
  static Result<Items> open(View blob);
  Items(Items&&) noexcept;
  Items& operator=(Items&&) noexcept;
  ~Items();

  DefIndex size() const;
  const Crate& crate() const;
  bool is_proc_macro() const;
  const std::string& rustc() const;
  /// False when names and tree are proved but no table of kinds fits; then every kind is `unknown` and there are no children.
  bool has_kinds() const;
  /// False when this release writes them in a way that is not known: the public interface is not complete then.
  bool has_reexports() const;
  /// What the reader of a listing should know about how certain it is; empty when there is nothing to say.
  std::vector<std::string> notes() const;

  DefIndex parent(DefIndex index) const;
  /// Nothing for what has no name (impls, closures), and for a predefined word that is not known.
  std::optional<std::string_view> name(DefIndex index) const;
  /// True of what rustc makes for `-> impl Trait` in a trait: its name is that of the function, and nobody can name it.
  bool is_anonymous(DefIndex index) const;
  /// The name, else `predefined#635` or `{Impl#3}`.
  std::string shown_name(DefIndex index) const;
  /// Names from the crate root down, after `crate_name`.
  std::string path(DefIndex index, std::string_view crate_name) const;
  ItemKind kind(DefIndex index) const;
  /// As rustc -Zls=items writes it: `Ctor(Struct, Fn)`.
  std::string_view kind_text(DefIndex index) const;
  Visibility visibility(DefIndex index) const;
  bool is_doc_hidden(DefIndex index) const;
  /// The items of a module, trait or enum, without re-exports; nothing for what has no list of them. Of a proc-macro library,
  /// the root has its macros.
  std::optional<std::vector<DefIndex>> children(DefIndex index) const;
  std::vector<ReExport> reexports(DefIndex module) const;
  /// Error: a name that was asked for so far is not what was hashed, or a list cannot be one. Then what was given is not to be used.
  Result<void> check() const;
  /// Proves all definitions that are not yet. Error: one does not come out.
  Result<void> prove() const;
  std::vector<DefIndex> inherent_impls(DefIndex type) const;
  /// All definitions whose parent is `index`: fields, parameters, items of an impl, … in order.
  std::vector<DefIndex> members(DefIndex index) const;

  /// Error: `unsupported` when this release writes them in a way that is not known.
  const Result<std::vector<std::optional<SourceFile>>>& source_files() const;
  std::optional<SourceSpan> span(DefIndex index) const;

  /// The word behind a predefined symbol, when this file proves it.
  std::optional<std::string_view> predefined(std::uint32_t symbol) const;
  /// Whether a predefined symbol that this file does not prove may be `word`.
  bool may_be(std::uint32_t symbol, std::string_view word) const;

  /// The text of rustc -Zls=items, without its first line.
  std::string listing() const;

 private:
  explicit Items(std::unique_ptr<ItemFile> file);
  std::unique_ptr<ItemFile> file_;
};

/// One definition of a crate, proved by its own hash and those of all that it is in.
struct ProvedItem {
  std::string path;                         ///< from the crate root down, after the name of the crate
  std::string rustc;                        ///< that wrote the file
  std::optional<std::uint32_t> predefined;  ///< the symbol of its own name, when that is a predefined one
  std::string name;
  bool is_hidden = false;  ///< marked #[doc(hidden)]
};
/// Reads definition `index` of the metadata at the start of `blob`, and nothing that it does not need: of a large crate far cheaper
/// than all items. Errors: those of `Items::read`; `unsupported` for a proc-macro library and for a name that is not known.
Result<ProvedItem> prove_item(View blob, DefIndex index, std::string_view crate_name);

/// The words that a file proves for some predefined symbols, in the order asked for. Cheaper than all its items.
std::vector<std::optional<std::string>> prove_predefined(View blob, const std::vector<std::uint32_t>& symbols);

}  // namespace rartifacts
#pragma GCC visibility pop
