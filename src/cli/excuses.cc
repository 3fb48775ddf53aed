// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/excuses.h"

#include <fcntl.h>

#include "source/directory.h"

namespace rartifacts {
namespace {

Result<std::vector<Waiver>> read_waivers(const std::string& file) {
  if (file.empty()) return {};
  auto text = read_text_below(AT_FDCWD, file, true);
  if (!text) return fail(text.error().kind, "{}: {}", file, text.error().what);
  auto waivers = parse_waivers(*text);
  // Of its own making: wrong usage, unlike a file that cannot be read.
  if (!waivers) return fail(ErrorKind::unsupported, "{}: {}", file, waivers.error().what);
  return waivers;
}

}  // namespace

Result<Excuses> Excuses::read(const std::string& waivers, const std::string& baseline) {
  Excuses excuses;
  auto listed = read_waivers(waivers);
  if (!listed) return pass(listed);
  auto recorded = read_waivers(baseline);
  if (!recorded) return pass(recorded);
  excuses.file_ = waivers;
  excuses.waivers_ = *std::move(listed);
  excuses.baseline_ = *std::move(recorded);
  excuses.today_ = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return excuses;
}

void Excuses::apply_waivers(Audit& audit) { mark_waived(audit, waivers_, today_, used_); }

std::vector<Finding> Excuses::findings() const { return waiver_findings(waivers_, used_, file_, today_); }

}  // namespace rartifacts
