// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>

#include "mutator.h"

namespace rartifacts {

struct ArMember {
  std::string header;  ///< 60 bytes
  std::string content;
};

constexpr std::size_t kArHeader = 60;

inline std::string ar_header(std::string_view name, std::string_view size) {
  std::string header(kArHeader, ' ');
  header.replace(0, std::min<std::size_t>(name.size(), 16), name.substr(0, 16));
  header.replace(16, 1, "0").replace(28, 1, "0").replace(34, 1, "0").replace(40, 3, "644");
  header.replace(48, std::min<std::size_t>(size.size(), 10), size.substr(0, 10));
  return header.replace(58, 2, "`\n");
}

inline std::vector<ArMember> split_ar(std::string_view file) {
  std::vector<ArMember> members;
  for (std::size_t at = 8; at + kArHeader <= file.size();) {
    const std::string header(file.substr(at, kArHeader));
    const auto size = std::min<std::size_t>(std::strtoul(header.substr(48, 10).c_str(), nullptr, 10), file.size());
    members.push_back({header, std::string(file.substr(at + kArHeader, size))});
    at += kArHeader + size + size % 2;
  }
  return members;
}

inline std::string join_ar(std::string_view magic, const std::vector<ArMember>& members) {
  std::string file(magic);
  for (const auto& [header, content] : members) {
    file += header + content;
    if (content.size() % 2 == 1) file += '\n';
  }
  return file;
}

inline void set_ar_size(ArMember& member, std::uint64_t size) {
  auto text = std::to_string(size).substr(0, 10);
  text.resize(10, ' ');
  member.header.replace(48, 10, text);
}

inline void mutate_ar_name(ArMember& member, std::size_t count, Dice& dice) {
  static constexpr std::array<std::string_view, 16> kNames{"/",
                                                           "//",
                                                           "/SYM64/",
                                                           "/0",
                                                           "/1",
                                                           "/18446744073709",
                                                           "#1/20",
                                                           "#1/4294967295",
                                                           "lib.rmeta/",
                                                           "lib.rmeta",
                                                           "a/",
                                                           "../a.o/",
                                                           "__.SYMDEF",
                                                           "__.SYMDEF SORTED",
                                                           "debian-binary",
                                                           "lib.rmeta-link/"};
  std::string name(dice.below(8) == 0 ? "/" + std::to_string(odd_number(dice, count * 8)) : dice.one_of(kNames));
  name.resize(16, ' ');
  member.header.replace(0, 16, name);
}

inline void mutate_ar(std::string& file, Dice& dice) {
  static constexpr std::array<std::string_view, 3> kMagics{"!<arch>\n", "!<thin>\n", "<bigaf>\n"};
  std::string magic = file.substr(0, 8);
  if (magic.size() < 8 || magic.front() != '!') magic = kMagics.front();
  auto members = split_ar(file);
  if (members.empty()) members.push_back({ar_header("a.o/", std::to_string(file.size())), file});
  auto& member = dice.one_of(members);
  const auto index = static_cast<std::ptrdiff_t>(&member - members.data());
  switch (dice.below(9)) {
    case 0: set_ar_size(member, odd_number(dice, member.content.size())); break;
    case 1: mutate_ar_name(member, members.size(), dice); break;
    case 2:
      // The count of symbols, and their offsets behind it.
      if (member.content.size() >= 8) {
        const auto number = odd_number(dice, member.content.size() / 4);
        const std::size_t width = dice.below(2) == 0 ? 4 : 8;
        const auto at = dice.below(3) == 0 ? dice.below(member.content.size() / width) * width : 0;
        for (std::size_t i = 0; i < width; ++i)
          member.content[at + i] = static_cast<char>(number >> (8 * (width - 1 - i)) & 0xff);
      }
      break;
    case 3: members.insert(members.begin() + index, dice.one_of(members)); break;
    case 4: std::swap(member, dice.one_of(members)); break;
    case 5: members.erase(members.begin() + index); break;
    case 6: magic = dice.one_of(kMagics); break;
    case 7: {
      static constexpr std::array<std::size_t, 5> kFields{16, 28, 34, 40, 58};
      member.header.replace(dice.one_of(kFields), 2, dice.below(2) == 0 ? "  " : "99");
      break;
    }
    default: mutate_plainly(member.content); set_ar_size(member, member.content.size());
  }
  file = join_ar(magic, members);
}

}  // namespace rartifacts
