// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <array>

#include "container/coff_header.h"
#include "container/elf_file.h"
#include "container/sections.h"

namespace rartifacts {
namespace {

// IMAGE_FILE_MACHINE_*: the only thing a COFF object starts with.
constexpr std::array<std::uint16_t, 6> kCoffMachines{0x014c, 0x8664, 0xaa64, 0xa641, 0xa64e, 0x01c4};

// AIX: 0x01df in 32-bit files, 0x01f7 in 64-bit ones. There is at least one section, and the optional header of no file is long.
bool is_xcoff(Bytes head) {
  if (head.size() < 20) return false;
  const auto magic = load_be(head, 0, 2);
  return magic == 0x01f7 ||
         (magic == 0x01df && load_be(head, 2, 2) > 0 && load_be(head, 2, 2) < 1000 && load_be(head, 16, 2) < 256);
}

bool looks_like_coff(Bytes head) {
  if (head.size() < 20) return false;
  if (std::ranges::find(kCoffMachines, load_le(head, 0, 2)) == kCoffMachines.end()) return false;
  return load_le(head, 16, 2) == 0 && load_le(head, 2, 2) > 0;  // no optional header in an object, at least one section
}

}  // namespace

std::optional<ObjectFormat> object_format(Bytes head) {
  if (head.size() < 8) return std::nullopt;
  const auto text = as_text(head);
  if (text.starts_with("\x7f"
                       "ELF"))
    return ObjectFormat::elf;
  if (text.starts_with("MZ")) return ObjectFormat::pe;
  if (text.starts_with(std::string_view("\0asm", 4))) return ObjectFormat::wasm;
  if (text.starts_with("BC\xc0\xde") || text.starts_with("\xde\xc0\x17\x0b")) return ObjectFormat::bitcode;
  switch (load_be(head, 0, 4)) {
    case 0xfeedface:
    case 0xfeedfacf:
    case 0xcefaedfe:
    case 0xcffaedfe: return ObjectFormat::macho;
    // Java class files share this magic; their next word is a version, at least 45, where a fat file counts its slices.
    case 0xcafebabf: return ObjectFormat::macho_fat;
    case 0xcafebabe:
      if (load_be(head, 4, 4) < 40) return ObjectFormat::macho_fat;
      break;
    default: break;
  }
  if (is_xcoff(head)) return ObjectFormat::xcoff;
  if (is_coff_import(head)) return ObjectFormat::coff_import;
  if (is_big_coff(head) || looks_like_coff(head)) return ObjectFormat::coff;
  return std::nullopt;
}

Result<std::optional<View>> find_elf_section(View file, std::string_view name) {
  auto elf = ElfFile::open(file);
  if (!elf) return pass(elf);
  auto section = elf->find(name);
  if (!section) return pass(section);
  if (!*section || (*section)->sh_type == SHT_NOBITS) return std::nullopt;
  auto content = file.sub((*section)->sh_offset, (*section)->sh_size);
  if (!content) return pass(content);
  return *content;
}

Result<std::optional<View>> find_section(View object, std::string_view name) {
  const auto format = object_format(object.head(64));
  if (!format) return fail(ErrorKind::malformed, "not an object file of a format we know");
  switch (*format) {
    case ObjectFormat::elf: return find_elf_section(object, name);
    case ObjectFormat::macho: return find_macho_section(object, name);
    case ObjectFormat::pe:
    case ObjectFormat::coff: return find_coff_section(object, name);
    case ObjectFormat::wasm: return find_wasm_section(object, name);
    case ObjectFormat::xcoff: return find_xcoff_section(object, name);
    case ObjectFormat::coff_import:
    case ObjectFormat::bitcode: return std::nullopt;
    case ObjectFormat::macho_fat: {
      auto slice = first_macho_slice(object);
      if (!slice) return pass(slice);
      return find_macho_section(*slice, name);
    }
  }
  return std::nullopt;
}

}  // namespace rartifacts
