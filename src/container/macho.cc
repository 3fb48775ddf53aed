// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Mach-O
// ======
//
//     mach_header(_64)   magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags (, reserved)
//     load commands      cmd, cmdsize, …; LC_SEGMENT and LC_SEGMENT_64 hold the sections of one segment
//
// All of Apple's current machines are little-endian, and so is everything rustc writes. Wrapped metadata is `__DWARF,.rmeta`
// in an object, `__DATA,.rustc` in a library. A fat file starts with a big-endian table of whole Mach-O files, one for each
// machine; rustc does not read metadata out of one.
// Defined by: <mach-o/loader.h>, <mach-o/fat.h>.
#include "container/sections.h"

namespace rartifacts {
namespace {

constexpr std::uint32_t kMagic32 = 0xfeedface;
constexpr std::uint32_t kMagic64 = 0xfeedfacf;
constexpr std::uint32_t kLcSegment = 0x01;
constexpr std::uint32_t kLcSegment64 = 0x19;

// Field positions that differ between the two word sizes.
struct MachoLayout {
  std::uint32_t segment_command;
  std::size_t header_size, section_count_at, first_section_at, section_size;
};
constexpr MachoLayout kLayout32{kLcSegment, 28, 48, 56, 68};
constexpr MachoLayout kLayout64{kLcSegment64, 32, 64, 72, 80};

}  // namespace

Result<std::optional<View>> find_macho_section(View file, std::string_view name) {
  auto header = file.fetch(0, kLayout32.header_size);
  if (!header) return pass(header);
  const auto magic = load_le(*header, 0, 4);
  if (magic != kMagic32 && magic != kMagic64) return fail(ErrorKind::unsupported, "big-endian Mach-O");
  const bool is64 = magic == kMagic64;
  const MachoLayout& layout = is64 ? kLayout64 : kLayout32;
  const auto command_count = load_le(*header, 16, 4);
  std::uint64_t at = layout.header_size;
  for (std::uint64_t i = 0; i < command_count; ++i) {
    auto command = file.fetch(at, 8);
    if (!command) return pass(command);
    const auto size = load_le(*command, 4, 4);
    if (size < 8) return fail_at(at, ErrorKind::malformed, "Mach-O load command of {} bytes", size);
    if (load_le(*command, 0, 4) == layout.segment_command) {
      auto segment = file.fetch(at, size);
      if (!segment) return pass(segment);
      if (size < layout.first_section_at) return fail_at(at, ErrorKind::malformed, "Mach-O segment of {} bytes", size);
      const auto sections = load_le(*segment, layout.section_count_at, 4);
      if (sections > (size - layout.first_section_at) / layout.section_size)
        return fail_at(at, ErrorKind::malformed, "{} Mach-O sections do not fit in their segment", sections);
      for (std::size_t k = 0; k < sections; ++k) {
        const Bytes section = segment->subspan(layout.first_section_at + k * layout.section_size, layout.section_size);
        const auto text = as_text(section.first(16));
        if (text.substr(0, text.find('\0')) != name) continue;
        const auto length = load_le(section, is64 ? 40 : 36, is64 ? 8 : 4);
        const auto offset = load_le(section, is64 ? 48 : 40, 4);
        auto content = file.sub(offset, length);
        if (!content) return pass(content);
        return *content;
      }
    }
    at += size;
  }
  return std::nullopt;
}

Result<View> first_macho_slice(View file) {
  auto header =
      file.fetch(0, 8 + 20);  // fat_header: magic, nfat_arch; fat_arch: cputype, cpusubtype, offset, size, align
  if (!header) return pass(header);
  if (load_be(*header, 4, 4) == 0) return fail(ErrorKind::malformed, "fat Mach-O without a slice");
  return file.sub(load_be(*header, 16, 4), load_be(*header, 20, 4));
}

}  // namespace rartifacts
