// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/elf.h>

#include <charconv>
#include <map>

namespace rartifacts {
namespace {

constexpr std::string_view kGlibc = "GLIBC_";

// Takes the number at the beginning, and the dot behind it; -1 when there is none.
int take_number(std::string_view& text) {
  int number = -1;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return text = {}, -1;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  if (text.starts_with('.')) text.remove_prefix(1);
  return number;
}

}  // namespace

bool is_older_version(std::string_view one, std::string_view other) {
  while (!one.empty() || !other.empty()) {
    const auto a = take_number(one);
    const auto b = take_number(other);
    if (a != b) return a < b;
  }
  return false;
}

std::vector<std::string> newest_versions(const ElfFacts& facts) {
  std::map<std::string_view, std::string_view> newest;  // by what stands before the number
  for (const auto& [library, version] : facts.versions) {
    const auto number = version.rfind('_') + 1;
    if (number == 0 || number == version.size() || version[number] < '0' || version[number] > '9') continue;
    const std::string_view text(version);
    auto& known = newest[text.substr(0, number)];
    if (known.empty() || is_older_version(known.substr(number), text.substr(number))) known = text;
  }
  std::vector<std::string> names;
  names.reserve(newest.size());
  for (const auto& [prefix, version] : newest) names.emplace_back(version);
  return names;
}

std::string glibc_needed(const ElfFacts& facts) {
  std::string newest;
  for (const auto& [library, version] : facts.versions) {
    // Relative relocations in short form, which no symbol asks for.
    const std::string_view text = version == "GLIBC_ABI_DT_RELR" ? "GLIBC_2.36" : std::string_view(version);
    if (!text.starts_with(kGlibc) || text == "GLIBC_PRIVATE") continue;
    if (newest.empty() || is_older_version(newest, text.substr(kGlibc.size()))) newest = text.substr(kGlibc.size());
  }
  return newest;
}

}  // namespace rartifacts
