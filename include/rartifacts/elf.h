// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

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
  std::optional<std::string> runpath;  ///< DT_RUNPATH or DT_RPATH: folders between colons, with $ORIGIN
  /// .gnu.version_r: library and version, `libc.so.6` and `GLIBC_2.34`. Sorted.
  std::vector<std::pair<std::string, std::string>> versions;
  std::optional<std::string>
      unloadable;  ///< of a shared library: what makes the dynamic loader refuse it, as far as known
  std::optional<std::string> build_id;  ///< NT_GNU_BUILD_ID, lower-case hex
  std::uint64_t symbol_bytes = 0;       ///< of a shared library: size of .symtab and its names; 0 without one
  std::uint64_t debug_bytes = 0;        ///< of a shared library: size of all .debug_* sections in the file
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

/// The newest version of each name that is asked for: `GLIBC_2.34`, `GCC_4.2.0`. Without GLIBC_PRIVATE, which is no number.
std::vector<std::string> newest_versions(const ElfFacts& facts);
/// The oldest glibc that has all versions: `2.34`; empty when none is asked for.
std::string glibc_needed(const ElfFacts& facts);
/// Compares numbers between dots: 2.4 is older than 2.34.
bool is_older_version(std::string_view one, std::string_view other);

/// Reads what `ElfFacts` holds. Errors: `truncated`, `malformed`.
Result<ElfFacts> read_elf(View file);

/// Names of the defined global symbols in .dynsym that start with one of `prefixes`. Without section headers the table is
/// found through PT_DYNAMIC. The string table is searched first, so a library without a match costs one pass over it.
Result<std::vector<std::string>> elf_exports(View file, std::vector<std::string_view> prefixes);

/// Names of all symbols in .dynsym that others can use, weak ones as well; sorted, each once. Of a table without end the first 256 Ki.
Result<std::vector<std::string>> all_elf_exports(View file);

}  // namespace rartifacts
#pragma GCC visibility pop
