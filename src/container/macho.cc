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

Result<void> for_each_macho_section(View file, const std::function<Result<void>(const MachoSection&)>& take) {
  auto header = file.fetch(0, kLayout32.header_size);
  if (!header) return pass(header);
  const auto magic = load_le(*header, 0, 4);
  if (magic != kMagic32 && magic != kMagic64) return fail(ErrorKind::unsupported, "big-endian Mach-O");
  const bool is64 = magic == kMagic64;
  const MachoLayout& layout = is64 ? kLayout64 : kLayout32;
  const auto text_at = [](Bytes field) { return as_text(field).substr(0, as_text(field).find('\0')); };
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
        auto taken = take({.name = text_at(section.first(16)),
                           .segment = text_at(section.subspan(16, 16)),
                           .segment_address = load_le(*segment, 24, is64 ? 8 : 4),
                           .address = load_le(section, 32, is64 ? 8 : 4),
                           .size = load_le(section, is64 ? 40 : 36, is64 ? 8 : 4),
                           .offset = load_le(section, is64 ? 48 : 40, 4),
                           .flags = static_cast<std::uint32_t>(load_le(section, is64 ? 64 : 56, 4)),
                           .is64 = is64});
        if (!taken) return taken;
      }
    }
    at += size;
  }
  return {};
}

Result<std::optional<View>> find_macho_section(View file, std::string_view name) {
  std::optional<View> found;
  auto walked = for_each_macho_section(file, [&](const MachoSection& section) -> Result<void> {
    if (found || section.name != name) return {};
    auto content = file.sub(section.offset, section.size);
    if (!content) return pass(content);
    found = *content;
    return {};
  });
  if (!walked && !found) return pass(walked);
  return found;
}

bool is_linked_macho(View file) {
  constexpr std::uint32_t kObject = 1;
  const auto head = file.head(16);
  return head.size() == 16 && load_le(head, 12, 4) != kObject;
}

Result<std::vector<MachoSlice>> macho_slices(View file) {
  constexpr std::uint64_t kMostSlices = 40;
  constexpr std::uint32_t kMagic64Bit = 0xcafebabf;  // offsets and sizes of 64 bits
  auto header = file.fetch(0, 8);
  if (!header) return pass(header);
  const bool is_wide = load_be(*header, 0, 4) == kMagic64Bit;
  const std::uint64_t entry = is_wide ? 32 : 20;
  const auto count = load_be(*header, 4, 4);
  if (count == 0) return fail(ErrorKind::malformed, "fat Mach-O without a slice");
  if (count > kMostSlices) return fail(ErrorKind::malformed, "fat Mach-O of {} slices", count);
  auto table = file.fetch(8, count * entry);
  if (!table) return pass(table);
  std::vector<MachoSlice> slices;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes row = table->subspan(i * entry, entry);
    auto content =
        is_wide ? file.sub(load_be(row, 8, 8), load_be(row, 16, 8)) : file.sub(load_be(row, 8, 4), load_be(row, 12, 4));
    if (!content) return pass(content);
    slices.push_back(
        {static_cast<std::uint32_t>(load_be(row, 0, 4)), static_cast<std::uint32_t>(load_be(row, 4, 4)), *content});
  }
  return slices;
}

Result<View> first_macho_slice(View file) {
  auto slices = macho_slices(file);
  if (!slices) return pass(slices);
  return slices->front().content;
}

}  // namespace rartifacts
