// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/container.h>

namespace rartifacts {

// One reader per container format behind `find_section`. Each gives the content of the first section with that name.
Result<std::optional<View>> find_elf_section(View file, std::string_view name);
Result<std::optional<View>> find_macho_section(View file, std::string_view name);
Result<std::optional<View>> find_coff_section(View file, std::string_view name);
Result<std::optional<View>> find_wasm_section(View file, std::string_view name);
Result<std::optional<View>> find_xcoff_section(View file, std::string_view name);

/// The first slice of a fat Mach-O file.
Result<View> first_macho_slice(View file);

}  // namespace rartifacts
