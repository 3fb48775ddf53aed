// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/toolchain.h>

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

}  // namespace

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
