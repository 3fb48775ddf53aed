// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/judged_set.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "bytes/budget.h"

namespace rartifacts {
namespace {

// As they are noted down, and once more in the report.
std::uint64_t size_in_report(const Finding& finding) {
  constexpr std::uint64_t kTwice = 2;
  std::uint64_t size = sizeof finding + finding.path.size() + finding.crate.size() + finding.message.size() +
                       finding.fix.size() + finding.rustc_error.size() + finding.waiver_reason.size();
  for (const auto& [name, value] : finding.evidence) size += 2 * sizeof(std::string) + name.size() + value.size();
  return kTwice * size;
}

}  // namespace

void Tally::count(const Finding& finding) {
  if (finding.waived) ++waived;
  else ++open[static_cast<std::size_t>(finding.severity)];
}

bool Tally::is_healthy(Severity fail_on) const {
  return std::accumulate(open.begin() + static_cast<std::ptrdiff_t>(fail_on), open.end(), std::size_t{0}) == 0;
}

Tally tally_of(const std::vector<Finding>& findings) {
  Tally tally;
  for (const auto& finding : findings) tally.count(finding);
  return tally;
}

std::string_view verdict_word(const SetRow& row, Severity fail_on) {
  if (!row.is_readable) return "unreadable";
  if (!row.is_judged) return "nothing";
  return row.tally.is_healthy(fail_on) ? "ok" : "findings";
}

SetRow set_row(const JudgedSet& set) {
  return {.name = set.name,
          .tally = tally_of(set.audit.findings),
          .is_readable = set.problems.empty(),
          .is_judged = set.is_judged,
          .shipping = set.shipping,
          .judged = set.judged};
}

std::size_t artifacts_in(const SetRow& row, Severity fail_on) {
  return row.tally.is_healthy(fail_on) && row.shipping > 0 ? row.shipping : row.judged;
}

Result<void> JoinedSets::add(JudgedSet&& set) {
  auto row = set_row(set);
  entries += set.entries;
  is_judged |= row.is_judged;
  is_readable &= row.is_readable;
  std::uint64_t size = 0;
  for (auto& finding : set.audit.findings) {
    const bool decides = !finding.waived && finding.severity >= fail_on_;
    if (!keeps_.findings && (!decides || !audit.findings.empty())) continue;
    size += size_in_report(finding);
    audit.findings.push_back(std::move(finding));
  }
  if (keeps_.passed) {
    for (const auto& [rule, path] : set.audit.passed) size += sizeof(set.audit.passed.front()) + path.size();
    std::ranges::move(set.audit.passed, std::back_inserter(audit.passed));
  }
  if (keeps_.findings) {
    for (const auto& crate : set.audit.unchecked) size += sizeof crate + crate.name.size() + crate.needed_by.size();
    std::ranges::move(set.audit.unchecked, std::back_inserter(audit.unchecked));
    size += sizeof row + row.name.size();
    rows.push_back(std::move(row));
  }
  audit.crates += set.audit.crates;
  audit.lacks_config |= set.audit.lacks_config;
  return keep(size);
}

void JoinedSets::finish() {
  const auto identity = [](const UncheckedCrate& one) { return std::tie(one.name, one.svh); };
  std::ranges::stable_sort(audit.unchecked, {}, identity);
  const auto repeated = std::ranges::unique(audit.unchecked, {}, identity);
  audit.crates -= repeated.size();
  audit.unchecked.erase(repeated.begin(), repeated.end());
}

}  // namespace rartifacts
