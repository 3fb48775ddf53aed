// SPDX-License-Identifier: MIT OR Apache-2.0
#include "container/foreign_kinds.h"

#include <algorithm>
#include <array>

namespace rartifacts {
namespace {

struct MachoMachine {
  std::uint32_t cputype;
  std::uint32_t cpusubtype;
  std::string_view name;
};
// <mach/machine.h>; the high byte of a subtype holds capabilities. The first row of a type is taken for other subtypes.
constexpr std::array kMachoMachines{MachoMachine{0x01000007, 3, "x86_64"},
                                    MachoMachine{0x01000007, 8, "x86_64h"},
                                    MachoMachine{0x0100000c, 0, "arm64"},
                                    MachoMachine{0x0100000c, 2, "arm64e"},
                                    MachoMachine{0x0200000c, 1, "arm64_32"},
                                    MachoMachine{7, 3, "i386"},
                                    MachoMachine{12, 9, "armv7"},
                                    MachoMachine{12, 11, "armv7s"},
                                    MachoMachine{12, 12, "armv7k"},
                                    MachoMachine{18, 0, "ppc"},
                                    MachoMachine{0x01000012, 0, "ppc64"}};

}  // namespace

Result<bool> exports_start(View wasm) {
  constexpr std::uint8_t kExportSection = 7;
  for (std::uint64_t at = 8; at < wasm.size();) {
    Cursor section(wasm, at);
    const auto id = section.u8();
    const auto size = section.leb128(32);
    if (!section.ok()) return section.error();
    at = section.position() + size;
    if (id != kExportSection) continue;
    for (auto count = section.leb128(32); count > 0 && section.ok() && section.position() < at; --count) {
      const auto name = as_text(section.raw(section.leb128(32)));
      if (name == "_start") return true;
      section.u8();
      section.leb128(32);
    }
    if (!section.ok()) return section.error();
  }
  return false;
}

std::string imported_dll(View member) {
  constexpr std::uint64_t kImportHeader = 20;
  const auto head = member.head(4096);
  if (head.size() <= kImportHeader) return {};
  auto names = as_text(head.subspan(kImportHeader));
  const auto end = names.find('\0');
  if (end == names.npos) return {};
  names.remove_prefix(end + 1);
  return std::string(names.substr(0, names.find('\0')));
}

std::string macho_machine_name(std::uint32_t cputype, std::uint32_t cpusubtype) {
  constexpr std::uint32_t kSubtype = 0x00ffffff;
  const auto is_type = [&](const MachoMachine& row) { return row.cputype == cputype; };
  const auto exact = std::ranges::find_if(
      kMachoMachines, [&](const auto& row) { return is_type(row) && row.cpusubtype == (cpusubtype & kSubtype); });
  if (exact != kMachoMachines.end()) return std::string(exact->name);
  const auto first = std::ranges::find_if(kMachoMachines, is_type);
  return first != kMachoMachines.end() ? std::string(first->name) : fmt::format("cputype {}", cputype);
}

}  // namespace rartifacts
