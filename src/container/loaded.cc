// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Where constants and pointers stand in a linked file
// ===================================================
//
//     ELF      sections that are loaded and are no code; without section headers, the segments. With RELA the places of pointers
//              hold zero, and the relocation has the address; with REL and RELR they hold the address
//     PE       sections; pointers hold the address, counted from ImageBase
//     wasm     data segments that stand at a fixed address; pointers hold the address
//     Mach-O   sections; pointers hold the address, or a link of a chain of fixups with the address in its low 36 bits
#include "container/loaded.h"

#include <algorithm>

#include "container/coff_header.h"
#include "container/elf_file.h"
#include "container/sections.h"

namespace rartifacts {
namespace {

constexpr std::uint32_t kShtAndroidRela = 0x60000002;

/// What unwinding reads is made by the assembler and the linker. No constant of the source stands there.
bool is_unwind_table(std::string_view name) {
  return name == ".eh_frame" || name == ".eh_frame_hdr" || name.starts_with(".gcc_except_table");
}

Result<LoadedFile> loaded_elf(View file) {
  auto elf = ElfFile::open(file);
  if (!elf) return pass(elf);
  LoadedFile loaded;
  loaded.pointer = elf->is64() ? 8 : 4;
  loaded.is_little = elf->is_little();
  for (std::size_t i = 1; i < elf->section_count(); ++i) {
    auto section = elf->section(i);
    if (!section) return pass(section);
    if ((section->sh_flags & SHF_ALLOC) == 0 || section->sh_type == SHT_NOBITS) continue;
    if (section->sh_type == kShtAndroidRela) loaded.has_unread_relocations = true;
    const bool is_data = section->sh_type == SHT_PROGBITS && (section->sh_flags & SHF_EXECINSTR) == 0;
    if (!is_data && section->sh_type != SHT_RELA) continue;
    if (is_data && is_unwind_table(elf->section_name(*section).value_or(""))) continue;
    auto view = elf->view(*section);
    if (!view) return pass(view);
    if (section->sh_type == SHT_RELA) loaded.relocations.push_back(*view);
    else loaded.parts.push_back({*view, section->sh_addr, (section->sh_flags & SHF_WRITE) == 0});
  }
  loaded.is_relocated_apart = !loaded.relocations.empty() || loaded.has_unread_relocations;
  if (elf->section_count() > 0) return loaded;
  auto segments = elf->segments();
  if (!segments) return pass(segments);
  for (const auto& segment : *segments) {
    if (segment.p_type != PT_LOAD || segment.p_filesz == 0) continue;
    auto view = file.sub(segment.p_offset, segment.p_filesz);
    if (!view) return pass(view);
    loaded.parts.push_back({*view, segment.p_vaddr, (segment.p_flags & PF_W) == 0});
    // Among much else, also the relocations stand there.
    if ((segment.p_flags & PF_W) == 0) loaded.relocations.push_back(*view);
  }
  loaded.is_relocated_apart = true;
  return loaded;
}

Result<LoadedFile> loaded_pe(View file) {
  LoadedFile loaded;
  auto header = read_coff_header(file);
  if (!header) return pass(header);
  auto optional = file.fetch(header->optional_at, 32);
  if (!optional) return pass(optional);
  const bool is64 = load_le(*optional, 0, 2) == 0x20b;
  loaded.pointer = is64 ? 8 : 4;
  loaded.base = is64 ? load_le(*optional, 24, 8) : load_le(*optional, 28, 4);
  auto at = header->sections_at;
  constexpr std::uint32_t kCode = 0x20;
  constexpr std::uint32_t kWrite = 0x80000000;
  for (std::uint64_t i = 0; i < header->section_count; ++i, at += 40) {
    auto section = file.fetch(at, 40);
    if (!section) return pass(section);
    const auto flags = load_le(*section, 36, 4);
    const auto size = std::min(load_le(*section, 8, 4), load_le(*section, 16, 4));
    if ((flags & kCode) != 0 || size == 0) continue;
    auto view = file.sub(load_le(*section, 20, 4), size);
    if (!view) return pass(view);
    loaded.parts.push_back({*view, loaded.base + load_le(*section, 12, 4), (flags & kWrite) == 0});
  }
  return loaded;
}

Result<LoadedFile> loaded_macho(View file) {
  constexpr std::uint64_t kChained = (std::uint64_t{1} << 36) - 1;
  constexpr std::uint32_t kSectionType = 0xff;
  constexpr std::uint32_t kZeroFill = 0x01;
  constexpr std::uint32_t kInstructions = 0x80000400;
  LoadedFile loaded;
  auto walked = for_each_macho_section(file, [&](const MachoSection& section) -> Result<void> {
    loaded.pointer = section.is64 ? 8 : 4;
    if (section.segment == "__TEXT" && section.name == "__text") loaded.base = section.segment_address;
    if ((section.flags & kSectionType) == kZeroFill || (section.flags & kInstructions) != 0) return {};
    auto view = file.sub(section.offset, section.size);
    if (!view) return pass(view);
    loaded.parts.push_back({*view, section.address, section.segment == "__TEXT"});
    return {};
  });
  if (!walked) return pass(walked);
  if (loaded.pointer == 8) loaded.pointer_mask = kChained;
  return loaded;
}

// WebAssembly core specification, 5.5.14: a vector of segments. Only those of memory 0 with a constant for their place are loaded.
Result<LoadedFile> loaded_wasm(View file) {
  constexpr std::uint8_t kActive = 0, kPassive = 1, kI32Const = 0x41, kEnd = 0x0b;
  auto section = find_wasm_data(file);
  if (!section) return pass(section);
  LoadedFile loaded;
  loaded.pointer = 4;
  if (!*section) return loaded;
  Cursor from(**section, 0);
  for (auto count = from.leb128(32); count > 0 && from.ok(); --count) {
    const auto flags = from.leb128(32);
    if (flags != kActive && flags != kPassive) break;
    const bool is_placed = flags == kActive && from.u8() == kI32Const;
    if (flags == kActive && !is_placed) break;  // at an address that the host chooses
    const auto address = is_placed ? from.leb128(32) : 0;
    if (is_placed && from.u8() != kEnd) break;
    const auto size = from.leb128(32);
    if (!from.ok() || size > from.remaining()) break;
    auto view = (*section)->sub(from.position(), size);
    if (!view) return pass(view);
    if (is_placed) loaded.parts.push_back({*view, address, true});
    from.skip(size);
  }
  return loaded;
}

}  // namespace

Result<LoadedFile> loaded_parts(View file) {
  const auto format = object_format(file.head(64));
  if (format == ObjectFormat::elf) return loaded_elf(file);
  if (format == ObjectFormat::pe) return loaded_pe(file);
  if (format == ObjectFormat::macho) return loaded_macho(file);
  if (format == ObjectFormat::wasm) return loaded_wasm(file);
  if (format == ObjectFormat::macho_fat) {
    auto slice = first_macho_slice(file);
    return slice ? loaded_macho(*slice) : pass(slice);
  }
  return fail(ErrorKind::unsupported, "not a linked file of a format that is read");
}

}  // namespace rartifacts
