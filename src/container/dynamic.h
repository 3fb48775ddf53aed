// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "container/elf_file.h"

namespace rartifacts {

/// The dynamic section as tags and values, and the string table it names.
struct Dynamic {
  std::vector<GElf_Dyn> entries;
  Bytes strings;

  std::optional<std::uint64_t> value(GElf_Sxword tag) const {
    const auto found = std::ranges::find(entries, tag, &GElf_Dyn::d_tag);
    return found == entries.end() ? std::nullopt : std::optional<std::uint64_t>(found->d_un.d_val);
  }
};

/// Where the byte at `address` stands in the file; nothing when no segment brings it along.
std::optional<std::uint64_t> file_offset(const std::vector<GElf_Phdr>& segments, std::uint64_t address);

Result<Dynamic> read_dynamic(const ElfFile& elf, View file, const std::vector<GElf_Phdr>& segments);

/// The versions that symbols are asked for in (.gnu.version_r): library and version, sorted. What is damaged ends the list.
std::vector<std::pair<std::string, std::string>> versions_needed(const ElfFile& elf, View file,
                                                                 const std::vector<GElf_Phdr>& segments,
                                                                 const Dynamic& dynamic);

/// Why glibc's ld.so would not load the library, or find nothing in it; nothing when no reason is known.
std::optional<std::string> loader_complaint(const ElfFile& elf, View file, const std::vector<GElf_Phdr>& segments,
                                            const Dynamic& dynamic);

}  // namespace rartifacts
