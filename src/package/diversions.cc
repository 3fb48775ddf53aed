// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Lists of diversions, as dpkg-divert(1) prints them (dpkg, src/divert/main.c, diversion_describe):
//
//   diversion of /usr/include/linux/soundcard.h to /usr/include/linux/soundcard.h.linux by oss4-dev
//   local diversion of /etc/x to /etc/x.distrib
//
// Nothing is quoted, so a name that holds ` to /` makes two readings of one line; such a line is refused rather than guessed.
#include "package/identity.h"

namespace rartifacts {
namespace {

std::optional<Diversion> diversion_in(std::string_view line) {
  constexpr std::string_view kLocal = "local diversion of /";
  constexpr std::string_view kOf = "diversion of /";
  constexpr std::string_view kTo = " to /";
  constexpr std::string_view kBy = " by ";
  const bool is_local = line.starts_with(kLocal);
  if (!is_local && !line.starts_with(kOf)) return std::nullopt;
  line.remove_prefix(is_local ? kLocal.size() : kOf.size());
  Diversion diversion;
  if (!is_local) {
    const auto by = line.rfind(kBy);
    if (by == line.npos) return std::nullopt;
    diversion.by = line.substr(by + kBy.size());
    line = line.substr(0, by);
    if (diversion.by.empty() || diversion.by.contains(' ')) return std::nullopt;
  }
  const auto to = line.find(kTo);
  if (to == line.npos || to == 0 || to != line.rfind(kTo)) return std::nullopt;
  diversion.path = line.substr(0, to);
  diversion.to = line.substr(to + kTo.size());
  return diversion;
}

}  // namespace

Result<std::vector<Diversion>> read_diversions(std::string_view text) {
  std::vector<Diversion> diversions;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) continue;
    auto diversion = diversion_in(line);
    if (!diversion)
      return fail(ErrorKind::malformed,
                  "line {} is no `diversion of A to B by PACKAGE`: give it what LC_ALL=C dpkg-divert --list prints",
                  number);
    diversions.push_back(std::move(*diversion));
  }
  return diversions;
}

}  // namespace rartifacts
