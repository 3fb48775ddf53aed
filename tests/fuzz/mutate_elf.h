// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "mutate_ar.h"

namespace rartifacts {

/// Where a field is, in files of 32 and of 64 bits.
struct ElfField {
  std::array<std::uint8_t, 2> at;
  std::array<std::uint8_t, 2> width;
};
inline constexpr std::array<ElfField, 12> kElfHeader{{{{16, 16}, {2, 2}},     // e_type
                                                      {{18, 18}, {2, 2}},     // e_machine
                                                      {{28, 32}, {4, 8}},     // e_phoff
                                                      {{32, 40}, {4, 8}},     // e_shoff
                                                      {{36, 48}, {4, 4}},     // e_flags
                                                      {{40, 52}, {2, 2}},     // e_ehsize
                                                      {{42, 54}, {2, 2}},     // e_phentsize
                                                      {{44, 56}, {2, 2}},     // e_phnum
                                                      {{46, 58}, {2, 2}},     // e_shentsize
                                                      {{48, 60}, {2, 2}},     // e_shnum
                                                      {{50, 62}, {2, 2}},     // e_shstrndx
                                                      {{5, 4}, {1, 1}}}};     // EI_DATA, EI_CLASS
inline constexpr std::array<ElfField, 10> kElfSection{{{{0, 0}, {4, 4}},      // sh_name
                                                       {{4, 4}, {4, 4}},      // sh_type
                                                       {{8, 8}, {4, 8}},      // sh_flags
                                                       {{12, 16}, {4, 8}},    // sh_addr
                                                       {{16, 24}, {4, 8}},    // sh_offset
                                                       {{20, 32}, {4, 8}},    // sh_size
                                                       {{24, 40}, {4, 4}},    // sh_link
                                                       {{28, 44}, {4, 4}},    // sh_info
                                                       {{32, 48}, {4, 8}},    // sh_addralign
                                                       {{36, 56}, {4, 8}}}};  // sh_entsize

class ElfBytes {
 public:
  explicit ElfBytes(std::string& file) : file_(file), is64_(file[4] == 2), is_big_(file[5] == 2) {}

  std::uint64_t get(std::size_t base, const ElfField& field) const {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < field.width[is64_]; ++i)
      number |= std::uint64_t{static_cast<std::uint8_t>(at(base, field, i))} << (8 * i);
    return number;
  }
  void set(std::size_t base, const ElfField& field, std::uint64_t number) {
    for (std::size_t i = 0; i < field.width[is64_]; ++i)
      at(base, field, i) = static_cast<char>(number >> (8 * i) & 0xff);
  }
  std::size_t section_size() const { return is64_ ? 64 : 40; }
  std::size_t symbol_size() const { return is64_ ? 24 : 16; }
  /// Where the section headers are, as far as the file has them.
  std::vector<std::size_t> sections() const {
    std::vector<std::size_t> all;
    const auto begin = get(0, kElfHeader[3]);
    const auto count = get(0, kElfHeader[9]);
    for (std::uint64_t i = 0; i < count && begin < file_.size(); ++i)
      if (begin + (i + 1) * section_size() <= file_.size()) all.push_back(begin + i * section_size());
    return all;
  }

 private:
  char& at(std::size_t base, const ElfField& field, std::size_t byte) const {
    return file_[base + field.at[is64_] + (is_big_ ? field.width[is64_] - 1U - byte : byte)];
  }

  std::string& file_;
  std::size_t is64_;
  bool is_big_;
};

// Content goes to the mutator of the fuzzer; its size stays, and so do the places of the others.
inline void mutate_section_content(std::string& file, const ElfBytes& elf, std::size_t section, Dice& dice) {
  const auto begin = elf.get(section, kElfSection[4]);
  const auto size = elf.get(section, kElfSection[5]);
  if (size == 0 || begin >= file.size() || size > file.size() - begin) return;
  auto* data = reinterpret_cast<std::uint8_t*>(file.data()) + begin;
  // One entry of a table, or all of it.
  const auto entry = elf.symbol_size();
  const bool is_one = size >= entry && dice.below(2) == 0;
  const auto at = is_one ? dice.below(size / entry) * entry : 0;
  const std::size_t length = is_one ? entry : static_cast<std::size_t>(size);
  LLVMFuzzerMutate(data + at, length, length);
}

inline void mutate_elf(std::string& file, Dice& dice) {
  constexpr std::size_t kHeader = 64;
  if (file.size() < kHeader || !file.starts_with("\x7f"
                                                 "ELF"))
    return mutate_plainly(file);
  ElfBytes elf(file);
  auto sections = elf.sections();
  if (sections.empty() || dice.below(6) == 0) {
    const auto& field = dice.one_of(kElfHeader);
    return elf.set(0, field, odd_number(dice, dice.below(2) == 0 ? file.size() : elf.get(0, field)));
  }
  const auto section = dice.one_of(sections);
  const auto other = dice.one_of(sections);
  switch (dice.below(7)) {
    case 0: {
      static constexpr std::array<std::uint64_t, 14> kTypes{0, 1, 2,  3,  4,  6,          7,
                                                            8, 9, 11, 17, 18, 0x6ffffffe, 0x6fffffff};
      elf.set(section, kElfSection[1], dice.one_of(kTypes));
      break;
    }
    case 1: {
      // Where it is and how large, near the end of the file.
      const auto begin = elf.get(section, kElfSection[4]);
      elf.set(section, kElfSection[dice.below(2) == 0 ? 4 : 5],
              odd_number(dice, file.size() - std::min(begin, file.size())));
      break;
    }
    case 2: elf.set(section, kElfSection[6 + dice.below(2)], odd_number(dice, sections.size())); break;
    case 3: {
      // Another's name, content or links.
      const auto& field = dice.one_of(kElfSection);
      elf.set(section, field, elf.get(other, field));
      break;
    }
    case 4:
      for (std::size_t i = 0; i < elf.section_size(); ++i) std::swap(file[section + i], file[other + i]);
      break;
    case 5: {
      const auto& field = dice.one_of(kElfSection);
      elf.set(section, field, odd_number(dice, elf.get(section, field)));
      break;
    }
    default: mutate_section_content(file, elf, section, dice);
  }
}

/// An archive or an object, whichever it is.
inline void mutate_object(std::string& file, Dice& dice) {
  if (file.starts_with("!<")) mutate_ar(file, dice);
  else mutate_elf(file, dice);
}

}  // namespace rartifacts
