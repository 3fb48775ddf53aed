// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/elf.h>
#include <rartifacts/kernel_module.h>
#include <rartifacts/link.h>
#include <rartifacts/metadata.h>
#include <rartifacts/object.h>
#include <rartifacts/shared.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What a file is, decided by its content. `kind_table` has the names and the one-line explanations.
enum class Kind {
  rmeta,
  rlib,
  proc_macro,
  dylib,
  cdylib,
  staticlib,
  archive,
  object,
  kernel_module,
  shared_library,
  executable,
  bitcode,
  auxiliary,
};

struct KindRow {
  Kind kind;
  std::string_view name;
  std::string_view what;
  /// File name endings under which files of this kind are met; a walk that wants the kind opens only these.
  std::array<std::string_view, 4> suffixes;
};
/// One row per kind, in the order of the enumerators.
extern const std::array<KindRow, 13> kind_table;
std::string_view name_of(Kind kind);
std::optional<Kind> kind_of(std::string_view name);

/// `host`: runs inside rustc on the machine that compiles. `target`: describes, or is, code for the other machine.
enum class Side { host, target };
std::string_view name_of(Side side);

/// What makes a shared library a proc macro, each half as it was found.
struct ProcMacroFacts {
  std::optional<std::string> decls_symbol;  ///< `__rustc_proc_macro_decls_<id>__`
  bool exports_known = true;                ///< false: what the library exports could not be read
  enum class Section { present, missing, unreadable } rustc_section = Section::missing;
};

/// How a member of a Rust archive came into it.
enum class MemberRole {
  rust,      ///< an object that rustc wrote
  bundled,   ///< of a native library that was linked into the crate (`#[link(kind = "static")]`)
  metadata,  ///< lib.rmeta and lib.rmeta-link
};
std::string_view name_of(MemberRole role);

/// The words that output has for what was read.
std::string_view name_of(DependencyKind kind);
std::string_view name_of(PanicStrategy panic);
std::string_view name_of(Language language);
std::string_view name_of(ProcMacroFacts::Section section);

/// The flags of a crate root by name.
struct CrateFlagRow {
  const char* name;
  std::optional<bool> CrateFlags::* member;
};
extern const std::array<CrateFlagRow, 10> crate_flag_table;

/// A member of an archive, as far as `inspect` shows it.
struct MemberFacts {
  std::string name;
  std::uint64_t size = 0;
  std::optional<Language> language;
  std::optional<MemberRole> role;  ///< nothing: it cannot be told, or the archive holds no Rust
  bool external = false;           ///< of a thin archive: a file of its own
  std::string problem;             ///< why an external member could not be read
};

/// A directory that a manifest lists: one whose mode is to be kept, or a link to one.
struct Directory {
  std::string path;
  std::optional<std::string> link_target;  ///< the path is a symbolic link with this text
  std::optional<unsigned> mode;            ///< permissions; none of a link
};

/// One file and everything that was read from it.
struct Artifact {
  std::string path;  ///< raw bytes as the file system has them, relative to the base of the run
  Kind kind = Kind::auxiliary;
  Side side = Side::target;
  std::uint64_t size = 0;
  std::optional<unsigned> mode;            ///< permissions, as chmod(2) takes them; none of a link
  std::optional<std::string> link_target;  ///< the path is a symbolic link with this text
  std::optional<std::string> resolved;     ///< and leads to this path, which has an Artifact of its own
  bool recorded = false;                   ///< read from a manifest: the file itself was not looked at
  bool is_source = false;                  ///< a source file that an editor reads, no artifact of a build
  std::optional<std::string> sha256;       ///< lower-case hex, when asked for
  std::optional<MetadataHeader> metadata;
  Shared<Crate> crate;
  std::optional<ElfFacts> elf;
  std::optional<ObjectFacts> object;
  Shared<ModuleFacts> module;                           ///< of a kernel module
  Shared<LinkFacts> link;                               ///< of objects and archives, when asked for
  Shared<std::vector<NativeLibrary>> native_libraries;  ///< that its crate wants, when asked for and known
  Shared<std::vector<std::string>> exports;  ///< of a shared library, when asked for: names that others can use
  std::optional<ProcMacroFacts> proc_macro;
  Shared<std::vector<MemberFacts>> members;                       ///< of an archive, when asked for
  std::vector<std::pair<std::string, std::uint64_t>> path_leaks;  ///< prefixes looked for, and how often they are in it
  std::vector<std::string> notes;  ///< what the reader should know about how certain all this is
};

}  // namespace rartifacts
#pragma GCC visibility pop
