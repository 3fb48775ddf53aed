// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/container.h>

#include <vector>

namespace rartifacts {

/// A part of a linked file that is loaded and is no code.
struct LoadedPart {
  View content;
  std::uint64_t address = 0;  ///< where it is loaded, as linked
  bool is_constant = false;   ///< never written, not even by the dynamic loader
};

/// A linked file as it stands in memory.
struct LoadedFile {
  std::vector<LoadedPart> parts;
  std::size_t pointer = 8;  ///< bytes of an address: 4 or 8
  bool is_little = true;
  std::uint64_t pointer_mask = ~std::uint64_t{0};  ///< bits of a pointer in the file that are an address
  std::uint64_t base = 0;                          ///< addresses may be counted from here
  bool is_relocated_apart = false;      ///< places of pointers hold zero, and what comes there stands in `relocations`
  std::vector<View> relocations;        ///< Elf32_Rela, Elf64_Rela
  bool has_unread_relocations = false;  ///< of a packed form
};

/// Of an ELF, PE, Mach-O (of a fat one, the first) or WebAssembly file. Errors: `truncated`, `malformed`, `unsupported`.
Result<LoadedFile> loaded_parts(View file);

}  // namespace rartifacts
