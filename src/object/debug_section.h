// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "container/elf_file.h"

namespace rartifacts {

/// A section of debug information, and what the linker would put into it. In an object that is not linked yet, offsets into
/// other sections stand in the relocations, not in the section.
class DebugSection {
 public:
  static constexpr std::size_t kMaxText = 4096;

  /// Nothing when there is no such section. Errors: `unsupported` when it is compressed, `too_large`, `malformed`.
  static Result<std::optional<DebugSection>> open(const ElfFile& elf, std::string_view name);

  View view() const { return view_; }
  std::uint64_t number(Bytes bytes) const {
    return is_little_ ? load_le(bytes, 0, bytes.size()) : load_be(bytes, 0, bytes.size());
  }
  /// `in_place`, which stands at `position`, unless a relocation has something else for it.
  std::uint64_t relocated(std::uint64_t position, std::uint64_t in_place) const;
  /// The text at `offset`, cut at kMaxText.
  Result<std::string> text(std::uint64_t offset) const;

 private:
  struct Relocation {
    std::uint64_t offset = 0;
    std::uint64_t value = 0;
    bool is_whole = false;  ///< with its addend (RELA); else the section holds that
  };

  DebugSection(View view, bool is_little) : view_(view), is_little_(is_little) {}
  Result<void> read_relocations(const ElfFile& elf, std::size_t target);
  bool add(Elf_Data* data, Elf_Data* symbols, int index, bool has_addends);

  View view_;
  bool is_little_;
  std::vector<Relocation> relocations_;  ///< sorted by offset
};

}  // namespace rartifacts
