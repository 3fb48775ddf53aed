// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rartifacts {

/// Container formats of compiled code, told apart by their first bytes.
enum class ObjectFormat { elf, macho, macho_fat, pe, coff, wasm, xcoff, bitcode };

/// The format whose magic `head` (the first 64 bytes or fewer) carries. COFF objects have no magic, only a machine number:
/// for them the header must make sense as a whole.
std::optional<ObjectFormat> object_format(Bytes head);

/// The content of the first section called `name` (`.rmeta`, `.rustc`; without the segment in Mach-O), or nothing when the
/// file has no such section. Any class and byte order. Errors: `truncated`, `malformed`.
/// Defined by: ELF gABI ch. 4; Mach-O <mach-o/loader.h>; PE/COFF specification; WebAssembly core 5.5; XCOFF <scnhdr.h>.
Result<std::optional<View>> find_section(View object, std::string_view name);

/// What an ELF header, its dynamic section and its notes say.
struct ElfFacts {
  int elf_class = 0;             ///< 32 or 64
  bool little_endian = true;     ///< EI_DATA
  std::uint16_t e_machine = 0;   ///< EM_*
  std::uint16_t e_type = 0;      ///< ET_*
  bool has_sections = false;     ///< false: section headers were stripped, PT_DYNAMIC was used
  bool has_interpreter = false;  ///< PT_INTERP: an executable even when ET_DYN
  bool is_dynamic = false;       ///< PT_DYNAMIC
  bool is_pie = false;           ///< DF_1_PIE: an executable as well, even without PT_INTERP
  std::optional<std::string> soname;
  std::vector<std::string> needed;
  std::optional<std::string> unloadable;  ///< of a shared library: what makes the dynamic loader refuse its header
  std::optional<std::string> build_id;    ///< NT_GNU_BUILD_ID, lower-case hex
  std::uint64_t symbol_bytes = 0;         ///< of a shared library: size of .symtab and its names; 0 without one
  std::uint64_t debug_bytes = 0;          ///< of a shared library: size of all .debug_* sections in the file
};

/// `x86_64`, `aarch64`, … as the kernel and rustc call it; `em-123` for a machine without a row in our table.
std::string elf_machine_name(std::uint16_t e_machine);
/// The machine, as `elf_machine_name` calls it, that uname(1) or a package calls `architecture`: `x86_64` for `amd64`. Empty for an
/// architecture without a row in our table, and for those that are no machine: `all`, `any`, `noarch`.
std::string_view machine_of_architecture(std::string_view architecture);
/// `rel`, `exec`, `dyn`, `core`, or the number.
std::string elf_type_name(std::uint16_t e_type);

/// e_machine of a program that the dynamic loader starts (PT_INTERP); nothing for anything else. Of the kernel's own ELF files
/// that carry the x bit, vmlinux and the vDSOs, none has that. Reads the file header and the program headers.
std::optional<std::uint16_t> program_machine(View file);

/// The numbers behind these names; nothing for other text.
std::optional<std::uint16_t> elf_machine_of(std::string_view name);
std::optional<std::uint16_t> elf_type_of(std::string_view name);

/// Reads what `ElfFacts` holds. Errors: `truncated`, `malformed`.
Result<ElfFacts> read_elf(View file);

/// Names of the defined global symbols in .dynsym that start with one of `prefixes`. Without section headers the table is
/// found through PT_DYNAMIC. The string table is searched first, so a library without a match costs one pass over it.
Result<std::vector<std::string>> elf_exports(View file, std::vector<std::string_view> prefixes);

/// The same for a Mach-O (of a fat file: the first slice) or PE library, as C spells the names. Reads the whole file, by way of a
/// module that is opened when it is first needed. Errors: `unsupported` when that module is not installed, `too_large`,
/// `malformed`.
Result<std::vector<std::string>> foreign_exports(View file, const std::vector<std::string_view>& prefixes);

/// What made an object file, as far as its `.comment` and symbol names tell.
enum class Language { rust, c, mixed, assembler };
struct ObjectFacts {
  std::optional<Language> language;     ///< nothing: no evidence
  std::optional<std::string> producer;  ///< `rustc version 1.96.0 (…)`, `GCC: (Debian 12.2.0-14) 12.2.0`
};

/// Looks for a compiler's traces in an object of any format: ELF `.comment`, rustc's DWARF producer, mangled names.
Result<ObjectFacts> read_object(View object);

/// `_ZN…17h<16 hex>E` or a well-formed v0 name (`_R…`). `_RasMessage`, a C function of nf_conntrack_h323, is neither.
bool is_rust_mangled(std::string_view symbol);

/// A mangled name, written out.
struct RustName {
  std::string text;                  ///< `<core::fmt::Arguments>::new`, without hashes
  std::optional<std::string> crate;  ///< whose object has the code; nothing where a legacy name does not tell
};
/// Writes a name out as `c++filt` does. Nothing when `is_rust_mangled` says no, or when it is longer than any compiler's.
/// Defined by: rust-lang/rfcs 2603; rust-lang/rust compiler/rustc_symbol_mangling.
std::optional<RustName> demangle(std::string_view symbol);

}  // namespace rartifacts
