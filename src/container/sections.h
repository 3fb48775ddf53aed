// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/container.h>

#include <functional>
#include <vector>

namespace rartifacts {

// One reader per container format behind `find_section`. Each gives the content of the first section with that name.
Result<std::optional<View>> find_elf_section(View file, std::string_view name);
Result<std::optional<View>> find_macho_section(View file, std::string_view name);
Result<std::optional<View>> find_coff_section(View file, std::string_view name);
Result<std::optional<View>> find_wasm_section(View file, std::string_view name);
/// The section with the segments of memory; nothing of a component.
Result<std::optional<View>> find_wasm_data(View file);
Result<std::optional<View>> find_xcoff_section(View file, std::string_view name);

/// A section as the load commands of a Mach-O file describe it.
struct MachoSection {
  std::string_view name;
  std::string_view segment;
  std::uint64_t segment_address;
  std::uint64_t address;
  std::uint64_t size;
  std::uint64_t offset;
  std::uint32_t flags;
  bool is64;
};
/// Calls `take` for each section in order, until it fails. Errors: its own, `truncated`, `malformed`, `unsupported`.
Result<void> for_each_macho_section(View file, const std::function<Result<void>(const MachoSection&)>& take);

/// False of a relocatable object.
bool is_linked_macho(View file);

/// A whole file for one machine in a fat (universal) file; also an archive can be one.
struct MachoSlice {
  std::uint32_t cputype;
  std::uint32_t cpusubtype;
  View content;
};
/// Errors: `truncated`, `malformed`.
Result<std::vector<MachoSlice>> macho_slices(View file);
/// The first slice of a fat Mach-O file.
Result<View> first_macho_slice(View file);

}  // namespace rartifacts
