// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Kbuild writes its configuration twice: .config, which users edit and where strings stand in quotes, and
// include/config/auto.conf, which Makefiles include and where they do not. CONFIG_RUSTC_VERSION and CONFIG_RUST_IS_AVAILABLE
// say that there is a compiler; only CONFIG_RUST=y says that there are artifacts.
#include <rartifacts/kernel.h>

#include <algorithm>
#include <charconv>

#include "bytes/budget.h"

namespace rartifacts {
namespace {

// "# Linux/x86 6.12.117 Kernel Configuration"
std::optional<std::pair<int, int>> version_of(std::string_view line) {
  line.remove_prefix(std::min(line.find(' ', 2), line.size() - 1) + 1);
  int major = 0;
  int minor = 0;
  const auto* end = line.data() + line.size();
  const auto [dot, error] = std::from_chars(line.data(), end, major);
  if (error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return std::nullopt;
  return std::pair(major, minor);
}

std::optional<long> number_in(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view condition) {
  std::vector<std::string_view> words;
  while (!condition.empty()) {
    words.push_back(condition.substr(0, condition.find(' ')));
    condition.remove_prefix(std::min(condition.size(), words.back().size() + 1));
  }
  return words;
}

std::string_view symbol_of(std::string_view word) {
  if (word.starts_with('!')) word.remove_prefix(1);
  return word.substr(0, word.find('<'));
}

}  // namespace

KernelConfig KernelConfig::parse(std::string_view text) {
  constexpr std::string_view kPrefix = "CONFIG_";
  KernelConfig config;
  Values values;
  const auto size = text.size();
  add_work(size);
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto equals = line.find('=');
    if (line.starts_with("# Linux/")) config.version_ = version_of(line);
    if (!line.starts_with(kPrefix) || equals == line.npos) continue;
    auto value = line.substr(equals + 1);
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) value = value.substr(1, value.size() - 2);
    values.insert_or_assign(std::string(line.substr(kPrefix.size(), equals - kPrefix.size())), std::string(value));
  }
  constexpr std::uint64_t kCost = 128;  // of what holds a pair
  (void)keep(size + values.size() * kCost);
  config.values_ = std::move(values);
  return config;
}

bool KernelConfig::is_set(std::string_view name) const { return value(name) == "y"; }

std::optional<std::string> KernelConfig::value(std::string_view name) const {
  if (!values_) return std::nullopt;
  const auto found = values_->find(name);
  return found == values_->end() ? std::nullopt : std::optional(found->second);
}

bool KernelConfig::fits(std::string_view condition) const {
  return std::ranges::all_of(words_of(condition), [&](std::string_view word) {
    const auto less = word.find('<');
    if (less == word.npos) return is_set(symbol_of(word)) != word.starts_with('!');
    const auto number = number_in(value(symbol_of(word)).value_or(""));
    return number && number < number_in(word.substr(less + 1));
  });
}

std::vector<std::string_view> symbols_in(std::string_view condition) {
  auto symbols = words_of(condition);
  std::ranges::transform(symbols, symbols.begin(), symbol_of);
  return symbols;
}

}  // namespace rartifacts
