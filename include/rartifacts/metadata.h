// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// `1.96.0-nightly` out of "rustc 1.96.0-nightly (e50aa6fba 2026-05-19)".
struct Release {
  int minor = 0;  ///< 96 of 1.96.0
  int patch = 0;
  std::string channel;  ///< empty for a release; `nightly`, `beta`, `beta.3`, `dev`
};

/// What stands at the fixed places of every metadata blob, whatever compiler wrote it.
struct MetadataHeader {
  std::uint8_t version = 0;         ///< metadata version, byte 7 of the magic: 4 to 10 so far
  std::string rustc;                ///< the whole version string, the text rustc compares
  std::uint64_t root = 0;           ///< offset of the crate root; 0 in version 4
  std::uint64_t after_version = 0;  ///< offset of the first byte behind the version string
  bool string_sentinels = false;    ///< strings end with 0xC1
  bool footer = false;              ///< the blob ends with "rust-end-file"
  std::optional<Release> release;   ///< nothing when `rustc` is not of the usual form
};

/// A crate name as stored. Names on rustc's list of predefined symbols are stored as a number; their text is not in the
/// file, and the number means another word in every compiler build.
struct CrateName {
  std::optional<std::string> text;
  std::optional<std::uint32_t> predefined;  ///< index into the table of the compiler that wrote it
  /// Where `text` comes from when it was `predefined`; for the reader's trust.
  enum class Source { stored, svh, file_name, symbol, rustc_table } source = Source::stored;
};

enum class DependencyKind { macros_only, conditional, unconditional };

/// One crate that this crate was compiled against, direct or not.
struct Dependency {
  CrateName name;
  std::string svh;  ///< as rustc prints it: 32 hex digits, 16 before rustc 1.71
  std::optional<std::string> host_svh;
  DependencyKind kind = DependencyKind::unconditional;
  std::string extra_filename;
  std::optional<bool> is_private;  ///< since 1.74
};

/// A list of dependencies, in the order of the metadata. Crates of one set were compiled against the same others, so what is equal is held
/// once for all lists of the process: a list takes a pointer for each. A `Dependency` stays where it is as long as there is a list with
/// it. Lists can be made and changed on several threads, one list on one thread at a time.
class Dependencies {
 public:
  class Iterator {
   public:
    using value_type = Dependency;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;
    using pointer = const Dependency*;
    using reference = const Dependency&;

    Iterator() = default;
    explicit Iterator(const Dependency* const* at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return *at_; }
    Iterator& operator++() { return ++at_, *this; }
    Iterator operator++(int) { return Iterator(at_++); }
    friend bool operator==(Iterator one, Iterator other) { return one.at_ == other.at_; }

   private:
    const Dependency* const* at_ = nullptr;
  };

  Dependencies() = default;
  Dependencies(std::initializer_list<Dependency> all);

  std::size_t size() const { return all_.size(); }
  bool empty() const { return all_.empty(); }
  const Dependency& operator[](std::size_t i) const { return *all_[i]; }
  const Dependency& front() const { return *all_.front(); }
  Iterator begin() const { return Iterator(all_.data()); }
  Iterator end() const { return Iterator(all_.data() + all_.size()); }

  void push_back(const Dependency& one);
  /// Gives each the name that is returned for it; with nothing it keeps its own.
  void rename(const std::function<std::optional<CrateName>(const Dependency&)>& name_for);

 private:
  friend class DependencyPool;

  std::vector<const Dependency*> all_;
  std::shared_ptr<class DependencyPool> pool_;  ///< has them all
};

enum class PanicStrategy { unwind, abort, immediate_abort };

/// Flags of the crate root. Nothing: this compiler does not store it.
struct CrateFlags {
  std::optional<bool> has_global_allocator, has_alloc_error_handler, has_panic_handler, has_default_lib_allocator;
  std::optional<bool> compiler_builtins, needs_allocator, needs_panic_runtime, no_builtins, panic_runtime,
      profiler_runtime;
  std::optional<std::string> symbol_mangling;  ///< `legacy`, `v0`, `hashed`
};

/// A crate as its metadata describes it. Fields behind `is_stub` are empty in a stub.
struct Crate {
  CrateName name;
  std::string svh;
  std::string triple;                        ///< target triple, or the file stem of a custom target
  std::optional<std::string> target_json;    ///< text of a custom target, since 1.63
  std::optional<std::string> target_path;    ///< path of a custom target, before
  std::optional<std::string> custom_target;  ///< `<stem>-<n>`, as rustc names it in messages
  std::optional<bool> is_proc_macro;
  bool is_stub = false;  ///< only the header: the full metadata is in the .rmeta beside it
  /// False when the release is unknown and only the header could be read: nothing below is set.
  bool has_root = false;
  std::string extra_filename;
  std::optional<std::string> stable_crate_id;  ///< lower-case hex
  std::optional<PanicStrategy> panic, panic_in_drop;
  std::optional<std::string> edition;
  CrateFlags flags;
  /// Options that all crates of a program share, since 1.86: `0:4=` is -Zretpoline in 1.95. What the numbers mean changes from
  /// release to release. Empty: none was given.
  std::optional<std::string> target_modifiers;
  std::optional<Dependencies> dependencies;  ///< nothing: unknown layout or a stub
};

/// A library that a crate asks the linker for: `#[link(…)]`, or -l when the crate was compiled.
struct NativeLibrary {
  /// The words of `#[link(kind = "…")]`; `unspecified` where none was given, and rustc then takes it for a dylib.
  enum class Kind { static_library, dylib, raw_dylib, framework, link_arg, wasm_import_module, unspecified };
  CrateName name;
  Kind kind = Kind::unspecified;
  std::string modifiers;                ///< `-bundle,+whole-archive`; empty: none was given
  std::optional<std::string> filename;  ///< of the library that is packed into the rlib
  /// `not(target_feature = "crt-static")`: wanted only where this holds. A word that only this build of rustc knows is `predefined#659`.
  std::optional<std::string> cfg;
  std::uint64_t imports = 0;  ///< functions and variables of a raw-dylib
};
std::string_view name_of(NativeLibrary::Kind kind);

/// The native libraries of a crate, as `-C link-arg` is told of them: those of its own, not of its dependencies.
/// Errors: `unsupported` when this release writes them in a way that is not known, or nothing shows that they were read to the end; a
/// stub, and a proc macro, in which rustc leaves them out.
Result<std::vector<NativeLibrary>> read_native_libraries(View blob);

/// Everything read from one metadata blob.
struct Metadata {
  MetadataHeader header;
  std::optional<Crate> crate;   ///< nothing: not even the crate header could be believed
  bool layout_guessed = false;  ///< the release has no row in the layout table; a neighbouring row passed every check
  std::string reason;           ///< why there is no crate or no dependency list
};

/// Reads the header of the blob at the start of `blob`. Errors: `truncated`, `malformed`.
/// Defined by: rust-lang/rust compiler/rustc_metadata/src/rmeta/mod.rs (METADATA_HEADER), locator.rs.
Result<MetadataHeader> read_metadata_header(View blob);

/// Reads header and crate root. An error means that the header itself is damaged or the blob is cut off; a root of unknown
/// layout is no error, but leaves `crate` or `dependencies` empty and says why in `reason`.
Result<Metadata> read_metadata(View blob);

/// The metadata inside a `.rustc` section. rustc to 1.45 compressed it with DEFLATE, to 1.72 with snappy, later ones store
/// it; then `blob` looks into the file, else into `storage`.
struct RustcSection {
  std::unique_ptr<Image> storage;
  View blob;
};
/// Errors: `truncated`, `malformed`, `too_large` when it unpacks to more than any library holds.
Result<RustcSection> read_rustc_section(View section);

}  // namespace rartifacts
#pragma GCC visibility pop
