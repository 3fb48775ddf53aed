// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "container/elf_file.h"

namespace rartifacts {

/// DW_LANG_*, as far as we ask for them.
constexpr std::uint64_t kDwarfRust = 0x1c;
constexpr std::uint64_t kDwarfAssembly = 0x3d;
constexpr std::uint64_t kDwarfMipsAssembler = 0x8001;  ///< of every machine: gas and clang write it

/// What the debug information says of source files that one compiler compiled with the same options.
struct CompileUnits {
  std::uint64_t language = 0;  ///< DW_AT_language; 0: not said
  std::string producer;        ///< DW_AT_producer; GCC lists its options there
  std::uint64_t count = 0;
};

/// The compile units of .debug_info, without going into them; those that are alike together, in the order of the first ones.
/// Empty when there is none. Errors: `truncated`, `malformed`, `unsupported` when the section is compressed, `too_large`.
/// Defined by: DWARF 5, ch. 7; DWARF 4.
Result<std::vector<CompileUnits>> read_compile_units(const ElfFile& elf);

bool is_dwarf_c(std::uint64_t language);
/// `Rust`, `C11`, `assembler`, …; `language 0x1234` without a row in our table.
std::string dwarf_language_name(std::uint64_t language);

}  // namespace rartifacts
