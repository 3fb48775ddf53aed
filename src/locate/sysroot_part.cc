// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/locate.h>

#include <algorithm>
#include <array>

namespace rartifacts {
namespace {

/// The crates that the language itself names, and that every compiler brings along (Rust reference, "Crates and source files",
/// "Preludes").
constexpr std::array<std::string_view, 5> kLanguageCrates{"alloc", "core", "proc_macro", "std", "test"};

/// More crates than this no release brings with one of its own.
constexpr std::size_t kMostFollowers = 256;

// A name that is only a number is a word that rustc knows.
bool is_language_crate(const CrateName& name) {
  return name.text ? std::ranges::find(kLanguageCrates, *name.text) != kLanguageCrates.end()
                   : name.predefined.has_value();
}

// core without std brings these, which stand for it in the build of std.
bool stands_with_core(const CrateName& name) {
  return is_language_crate(name) || name.text == "compiler_builtins" ||
         (name.text && name.text->starts_with("rustc_std_workspace_"));
}

}  // namespace

void SysrootPart::learn(const Crate& crate) {
  if (!crate.dependencies) return;
  const auto& list = *crate.dependencies;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!is_language_crate(list[i].name)) continue;
    const auto rest = list.size() - i - 1;
    const auto [known, is_new] =
        followers_.try_emplace(list[i].svh, Followers{&list, i + 1, std::min(rest, kMostFollowers)});
    if (is_new) continue;
    auto& run = known->second;
    std::size_t same = 0;
    while (same < run.size && same < rest && run[same].svh == list[i + 1 + same].svh) ++same;
    run.size = same;
  }
}

std::size_t SysrootPart::lead(const Dependencies& list) const {
  if (list.empty() || !is_language_crate(list.front().name)) return 0;
  // A runtime that rustc chooses itself; no crate of anybody else is recorded as conditional.
  for (auto size = list.size(); size > 0; --size)
    if (list[size - 1].kind == DependencyKind::conditional) return size;
  if (list.front().name.text == "core") {
    std::size_t size = 1;
    while (size < list.size() && stands_with_core(list[size].name)) ++size;
    return size;
  }
  const auto run = followers_.find(list.front().svh);
  return 1 + (run == followers_.end() ? 0 : run->second.size);
}

std::vector<bool> SysrootPart::of(const Crate& crate) const {
  std::vector<bool> part;
  if (!crate.dependencies) return part;
  const auto& list = *crate.dependencies;
  part.resize(list.size());
  const auto leading = lead(list);
  std::fill_n(part.begin(), leading, true);
  for (auto i = leading; i < list.size(); ++i) {
    if (leading > 0 && stands_with_core(list[i].name)) part[i] = true;  // compiler_builtins may come last
    if (!is_language_crate(list[i].name)) continue;
    part[i] = true;
    const auto run = followers_.find(list[i].svh);
    if (run == followers_.end()) continue;
    for (std::size_t at = 0; at < run->second.size; ++at)
      if (i + 1 + at < list.size() && list[i + 1 + at].svh == run->second[at].svh) part[i + 1 + at] = true;
  }
  return part;
}

std::optional<std::uint8_t> metadata_version_of(const Release& release) {
  struct Row {
    int first, last;
    std::uint8_t version;
  };
  // Of releases that were looked at.
  static constexpr std::array kRows{Row{41, 58, 5}, Row{59, 69, 6}, Row{70, 71, 7},
                                    Row{72, 75, 8}, Row{76, 85, 9}, Row{88, 98, 10}};
  if (!release.channel.empty()) return std::nullopt;
  const auto* row = std::ranges::find_if(
      kRows, [&](const Row& one) { return release.minor >= one.first && release.minor <= one.last; });
  return row == kRows.end() ? std::nullopt : std::optional(row->version);
}

}  // namespace rartifacts
