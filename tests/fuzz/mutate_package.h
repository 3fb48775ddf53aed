// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdio>

#include "mutate_ar.h"

namespace rartifacts {

struct TarEntry {
  std::string header;   ///< 512 bytes
  std::string content;  ///< with its padding
};
constexpr std::size_t kTarBlock = 512;

inline void set_tar_number(std::string& header, std::size_t at, std::size_t width, std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%0*llo", static_cast<int>(width - 1),
                static_cast<unsigned long long>(number));
  header.replace(at, width - 1, std::string_view(text.data()).substr(0, width - 1));
}

inline void sign_tar(std::string& header) {
  header.replace(148, 8, 8, ' ');
  std::uint64_t sum = 0;
  for (const char c : header) sum += static_cast<std::uint8_t>(c);
  set_tar_number(header, 148, 7, sum);
  header[154] = '\0';
}

inline TarEntry tar_entry(std::string_view name, char type, std::string content) {
  TarEntry entry{std::string(kTarBlock, '\0'), std::move(content)};
  entry.header.replace(0, std::min<std::size_t>(name.size(), 100), name.substr(0, 100));
  for (const std::size_t at : {100U, 108U, 116U}) set_tar_number(entry.header, at, 8, at == 100 ? 0644 : 0);
  set_tar_number(entry.header, 124, 12, entry.content.size());
  set_tar_number(entry.header, 136, 12, 0);
  entry.header[156] = type;
  entry.header.replace(257, 8, std::string_view("ustar\00000", 8));
  entry.content.resize((entry.content.size() + kTarBlock - 1) / kTarBlock * kTarBlock);
  return entry;
}

inline std::vector<TarEntry> split_tar(std::string_view tar) {
  std::vector<TarEntry> entries;
  for (std::size_t at = 0; at + kTarBlock <= tar.size() && tar[at] != '\0';) {
    TarEntry entry{std::string(tar.substr(at, kTarBlock)), {}};
    const auto size = std::strtoul(entry.header.substr(124, 12).c_str(), nullptr, 8);
    const auto padded = (std::min<std::size_t>(size, tar.size()) + kTarBlock - 1) / kTarBlock * kTarBlock;
    entry.content = tar.substr(at + kTarBlock, padded);
    at += kTarBlock + padded;
    entries.push_back(std::move(entry));
  }
  return entries;
}

inline std::string join_tar(std::vector<TarEntry>& entries) {
  std::string tar;
  for (auto& [header, content] : entries) {
    sign_tar(header);
    tar += header + content;
  }
  return tar.append(2 * kTarBlock, '\0');
}

inline constexpr std::array<std::string_view, 16> kPlaces{"./usr/lib/modules/6.1.0/build/rust/libcore.rmeta",
                                                          "./usr/src/linux/include/config/auto.conf",
                                                          "control",
                                                          ".PKGINFO",
                                                          "./usr/src/linux/include/generated/rustc_cfg",
                                                          "./usr/src/linux/scripts/target.json",
                                                          "./lib/modules/6.1.0/a.ko",
                                                          "./usr/lib/liba.rlib",
                                                          "./usr/lib/liba.so",
                                                          "./usr/src/linux/rust",
                                                          "./usr/src/linux/rust/libcore.rmeta",
                                                          "./a/../../b",
                                                          "/etc/passwd",
                                                          "./usr/src/linux/Module.symvers",
                                                          "./",
                                                          "./boot/config-6.1.0"};

inline void mutate_tar_header(std::string& header, Dice& dice) {
  static constexpr std::string_view kTypes("0125734gxLKSDVM\0", 16);
  static constexpr std::string_view kBinary("\x80\0\0\0\0\0\0\0\0\0\1", 11);
  std::string place(dice.one_of(kPlaces));
  place.resize(100, '\0');
  switch (dice.below(6)) {
    case 0: header[156] = kTypes[dice.below(kTypes.size())]; break;
    case 1: header.replace(0, 100, place); break;
    case 2: header.replace(157, 100, place); break;  // where a link leads
    case 3:
      set_tar_number(header, 124, 12, odd_number(dice, std::strtoul(header.substr(124, 12).c_str(), nullptr, 8)));
      break;
    case 4: header.replace(124, kBinary.size(), kBinary); break;
    default: set_tar_number(header, 100, 8, odd_number(dice, 0777));
  }
}

// Records of `x` and `g`: LENGTH KEY=VALUE, where the length counts itself.
inline std::string pax_record(std::string_view key, std::string_view value) {
  auto size = key.size() + value.size() + 3;
  for (std::size_t all = 0; all != size;) {
    all = size;
    size = key.size() + value.size() + 3 + std::to_string(all).size();
  }
  return std::to_string(size) + ' ' + std::string(key) + '=' + std::string(value) + '\n';
}

inline std::string odd_pax_records(Dice& dice) {
  static constexpr std::array<std::string_view, 9> kKeys{
      "path",  "linkpath",  "size", "GNU.sparse.major", "GNU.sparse.map", "GNU.sparse.realsize", "GNU.sparse.name",
      "mtime", "hdrcharset"};
  static constexpr std::array<std::string_view, 6> kValues{"0",   "1",     "1099511627776", "0,1099511627776",
                                                           "1.0", "BINARY"};
  std::string records;
  for (auto count = 1 + dice.below(3); count > 0; --count)
    records += pax_record(dice.one_of(kKeys), dice.below(3) == 0 ? dice.one_of(kPlaces) : dice.one_of(kValues));
  return records;
}

inline void mutate_tar(std::string& tar, Dice& dice) {
  auto entries = split_tar(tar);
  if (entries.empty()) entries.push_back(tar_entry(dice.one_of(kPlaces), '0', tar));
  auto& entry = dice.one_of(entries);
  const auto index = static_cast<std::ptrdiff_t>(&entry - entries.data());
  switch (dice.below(7)) {
    case 0:
    case 1: mutate_tar_header(entry.header, dice); break;
    case 2:
      entries.insert(entries.begin() + index, tar_entry("pax", dice.below(4) == 0 ? 'g' : 'x', odd_pax_records(dice)));
      break;
    case 3: entries.insert(entries.begin() + index, tar_entry(dice.one_of(kPlaces), '0', entry.content)); break;
    case 4: std::swap(entry, dice.one_of(entries)); break;
    case 5: entries.erase(entries.begin() + index); break;
    default:
      mutate_plainly(entry.content);
      set_tar_number(entry.header, 124, 12, entry.content.size());
      entry.content.resize((entry.content.size() + kTarBlock - 1) / kTarBlock * kTarBlock);
  }
  tar = join_tar(entries);
}

/// An entry of a cpio as `cpio -H newc` writes it: 13 numbers of 8 hexadecimal digits behind the magic.
struct CpioEntry {
  std::array<std::uint64_t, 13> numbers{};
  std::string name;
  std::string content;
};
constexpr std::size_t kCpioHeader = 110;
enum : std::size_t { kCpioMode = 1, kCpioLinks = 4, kCpioSize = 6, kCpioNameSize = 11, kCpioSum = 12 };

inline std::vector<CpioEntry> split_cpio(std::string_view cpio) {
  std::vector<CpioEntry> entries;
  for (std::size_t at = 0; at + kCpioHeader <= cpio.size() && cpio.substr(at).starts_with("07070");) {
    CpioEntry entry;
    for (std::size_t i = 0; i < entry.numbers.size(); ++i)
      entry.numbers[i] = std::strtoul(std::string(cpio.substr(at + 6 + 8 * i, 8)).c_str(), nullptr, 16);
    const auto round = [](std::size_t offset) { return (offset + 3) / 4 * 4; };
    const auto size = std::min<std::size_t>(entry.numbers[kCpioNameSize], cpio.size());
    entry.name = cpio.substr(at + kCpioHeader, size);
    at = round(at + kCpioHeader + size);
    if (at > cpio.size()) break;
    entry.content = cpio.substr(at, entry.numbers[kCpioSize]);
    at = round(at + entry.content.size());
    entries.push_back(std::move(entry));
  }
  return entries;
}

inline std::string join_cpio(const std::vector<CpioEntry>& entries, bool has_sums) {
  std::string cpio;
  const auto pad = [&] { cpio.resize((cpio.size() + 3) / 4 * 4); };
  for (auto [numbers, name, content] : entries) {
    if (has_sums) numbers[kCpioSum] = 0;
    for (const char c : has_sums ? content : std::string()) numbers[kCpioSum] += static_cast<std::uint8_t>(c);
    cpio += has_sums ? "070702" : "070701";
    for (const auto number : numbers) {
      std::array<char, 24> text{};
      std::snprintf(text.data(), text.size(), "%08llx", static_cast<unsigned long long>(number & 0xffffffff));
      cpio += text.data();
    }
    cpio += name;
    pad();
    cpio += content;
    pad();
  }
  return cpio;
}

inline void mutate_cpio(std::string& cpio, Dice& dice) {
  auto entries = split_cpio(cpio);
  if (entries.empty()) return mutate_plainly(cpio);
  auto& entry = dice.one_of(entries);
  const auto index = static_cast<std::ptrdiff_t>(&entry - entries.data());
  switch (dice.below(7)) {
    case 0: entry.numbers[dice.below(entry.numbers.size())] = odd_number(dice, entry.content.size()); break;
    case 1: {
      static constexpr std::array<std::uint64_t, 5> kModes{0100644, 0120777, 040755, 0100755, 010644};
      entry.numbers[kCpioMode] = dice.one_of(kModes);
      break;
    }
    case 2:
      entry.name = std::string(dice.one_of(kPlaces)) + '\0';
      entry.numbers[kCpioNameSize] = entry.name.size();
      break;
    case 3: entries.insert(entries.begin() + index, CpioEntry(entry)); break;
    case 4: std::swap(entry, dice.one_of(entries)); break;
    case 5: entries.erase(entries.begin() + index); break;
    default: mutate_plainly(entry.content); entry.numbers[kCpioSize] = entry.content.size();
  }
  cpio = join_cpio(entries, cpio.starts_with("070702"));
}

/// A .deb with one file: what the input holds.
inline std::string deb_around(const std::string& content, Dice& dice) {
  std::vector<TarEntry> control{tar_entry("control", '0', "Package: a\nVersion: 1\nArchitecture: amd64\n")};
  std::vector<TarEntry> data{tar_entry(dice.one_of(kPlaces), '0', content)};
  std::vector<ArMember> members{{{}, "2.0\n"}, {{}, join_tar(control)}, {{}, join_tar(data)}};
  constexpr std::array<std::string_view, 3> kNames{"debian-binary", "control.tar", "data.tar"};
  for (std::size_t i = 0; i < members.size(); ++i)
    members[i].header = ar_header(kNames[i], std::to_string(members[i].content.size()));
  return join_ar("!<arch>\n", members);
}

inline void mutate_package(std::string& file, Dice& dice) {
  if (file.starts_with("07070")) return mutate_cpio(file, dice);
  if (file.size() > 257 && std::string_view(file).substr(257).starts_with("ustar")) return mutate_tar(file, dice);
  if (!file.starts_with("!<arch>\ndebian-binary")) {
    switch (dice.below(4)) {
      case 0: file = deb_around(file, dice); break;
      case 1: mutate_tar(file, dice); break;
      case 2: {
        CpioEntry entry{.numbers = {}, .name = std::string(dice.one_of(kPlaces)) + '\0', .content = file};
        entry.numbers[kCpioMode] = 0100644;
        entry.numbers[kCpioLinks] = 1;
        entry.numbers[kCpioSize] = entry.content.size();
        entry.numbers[kCpioNameSize] = entry.name.size();
        CpioEntry end{.numbers = {}, .name = std::string("TRAILER!!!\0", 11), .content = {}};
        end.numbers[kCpioNameSize] = end.name.size();
        file = join_cpio({entry, end}, dice.below(2) == 0);
        break;
      }
      default: mutate_plainly(file);
    }
    return;
  }
  auto members = split_ar(file);
  if (dice.below(8) == 0 || members.size() < 2) return mutate_ar(file, dice);
  auto& member = members[1 + dice.below(members.size() - 1)];
  mutate_tar(member.content, dice);
  set_ar_size(member, member.content.size());
  file = join_ar("!<arch>\n", members);
}

}  // namespace rartifacts
