// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/toolchain.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <regex>

namespace rartifacts {
namespace {

std::string day_after(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  const year_month_day next =
      sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} + days{1};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(next.year()), static_cast<unsigned>(next.month()),
                     static_cast<unsigned>(next.day()));
}

constexpr std::size_t kLongestVersion = 200;  // std::regex takes stack for each character

/// Who builds a compiler for a distribution, and how one depends on it: the first group is the version of the package.
struct DistributionRow {
  std::string_view form;
  std::string_view whose;
  std::string_view pattern;
  std::string_view dependency;
};
constexpr std::array kDistributions{
    DistributionRow{"debian", "Debian's or Ubuntu's",
                    R"(rustc (\d+\.\d+\.\d+)( \([0-9a-f]{9} [-0-9]{10}\))?( \(built from a source tarball\))?)",
                    "rustc (>= {0}), rustc (<< {1}~)\n"},
    DistributionRow{"rpm", "Fedora's or Red Hat's",
                    R"(rustc \d[^()]* \([0-9a-f]{9} [-0-9]{10}\) \((?:Fedora|Red Hat) ([-.~^+\w]+)\))", "rust = {0}\n"},
    DistributionRow{"arch", "Arch Linux's",
                    R"(rustc \d[^()]* \([0-9a-f]{9} [-0-9]{10}\) \(Arch Linux rust ([-.:+\w]+)\))", "rust={0}\n"},
};

// 1.85.2 of 1.85.1
std::string next_patch(const std::string& number) {
  const auto dot = number.rfind('.') + 1;
  unsigned patch = 0;
  std::from_chars(number.data() + dot, number.data() + number.size(), patch);
  return fmt::format("{}{}", number.substr(0, dot), patch + 1);
}

}  // namespace

std::optional<std::string> rustc_number(std::string_view rustc) {
  static const std::regex kAnyBuild(R"(rustc (\d+\.\d+\.\d+[-a-z0-9.]*)( \([-+~ .:\w]+\))*)");
  std::cmatch match;
  return rustc.size() <= kLongestVersion &&
                 std::regex_match(rustc.data(), rustc.data() + rustc.size(), match, kAnyBuild)
             ? std::optional(match[1].str())
             : std::nullopt;
}

Result<std::string> rustc_dependency(std::string_view rustc, std::string_view form) {
  const auto* row = std::ranges::find(kDistributions, form, &DistributionRow::form);
  std::cmatch match;
  if (row == kDistributions.end()) return fail(ErrorKind::unsupported, "{} is no form of a dependency", form);
  const std::regex pattern(row->pattern.data(), row->pattern.size());
  // What the Rust project builds has the commit and no more: no package of a distribution has it.
  const bool is_of_project = form == "debian" && rustup_channel(rustc).has_value();
  if (rustc.size() > kLongestVersion || is_of_project ||
      !std::regex_match(rustc.data(), rustc.data() + rustc.size(), match, pattern))
    return fail(ErrorKind::unsupported, "\"{}\" is not {} build: no package there has it", rustc, row->whose);
  const auto version = match[1].str();
  return fmt::format(fmt::runtime(row->dependency), version, next_patch(version));
}

Result<std::string> rustup_channel(std::string_view rustc) {
  // Upstream builds carry the commit and its date and nothing else.
  static const std::regex kUpstream(
      R"(rustc (\d+\.\d+\.\d+)(-(nightly|beta)(\.\d+)?)? \([0-9a-f]{9} (\d{4})-(\d\d)-(\d\d)\))");
  std::cmatch match;
  if (!std::regex_match(rustc.data(), rustc.data() + rustc.size(), match, kUpstream))
    return fail(ErrorKind::unsupported,
                "\"{}\" is a distribution's own build, which rustup does not have: install that distribution's rustc",
                rustc);
  if (!match[3].matched) return match[1].str();
  const auto number = [&](std::size_t group) { return std::stoi(match[group].str()); };
  return fmt::format("{}-{}", match[3].str(),
                     day_after(number(5), static_cast<unsigned>(number(6)), static_cast<unsigned>(number(7))));
}

}  // namespace rartifacts
