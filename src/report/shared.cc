// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/shared.h"

#include <algorithm>
#include <array>

#include "metadata/siphash.h"

namespace rartifacts {
namespace {

std::string counted(std::ptrdiff_t count, std::string_view word) {
  const bool is_single = count == 1 || word == "info";
  return fmt::format("{} {}{}", count == 0 ? "no" : fmt::format("{}", count), word, is_single ? "" : "s");
}

}  // namespace

bool decides(const Finding& finding, const ReportInput& input) {
  return !finding.waived && finding.severity >= input.fail_on;
}

std::string verdict_of(const ReportInput& input) {
  static constexpr std::array<std::pair<Severity, std::string_view>, 3> kWords{
      {{Severity::error, "error"}, {Severity::warning, "warning"}, {Severity::info, "info"}}};
  const auto tally = tally_of(input.audit.findings);
  std::string open;
  for (const auto& [severity, word] : kWords) {
    const auto found = tally.open[static_cast<std::size_t>(severity)];
    if (found > 0) open += (open.empty() ? "" : ", ") + counted(static_cast<std::ptrdiff_t>(found), word);
  }
  std::string aside = tally.waived > 0 ? fmt::format("{} waived", tally.waived) : "";
  if (!is_healthy(input))
    return open + " in " + counted(artifact_count(input), "artifact") + (aside.empty() ? "" : " (" + aside + ")");
  if (!open.empty()) aside = open + (aside.empty() ? "" : ", " + aside);
  if (input.audit.lacks_config)
    aside += (aside.empty() ? "" : "; ") +
             std::string("no include/config/auto.conf: what crate kernel needs beside crates was not checked");
  const auto open_crates = input.audit.unchecked.size();
  if (open_crates > 0)
    return fmt::format(
        "ok, as far as {} of {} crates could be checked: {} come with a compiler (--rustc or --sysroot says which){}",
        input.audit.crates - open_crates, input.audit.crates, open_crates, aside.empty() ? "" : " (" + aside + ")");
  const auto count = artifact_count(input);
  return "ok: " + counted(count, "artifact") + (count > 1 ? " fit together" : "") +
         (aside.empty() ? "" : " (" + aside + ")");
}

std::ptrdiff_t artifact_count(const ReportInput& input) {
  if (!input.sets.empty()) {
    const bool is_sound = is_healthy(input);
    std::size_t shipping = 0;
    std::size_t judged = 0;
    for (const auto& set : input.sets) shipping += set.shipping, judged += set.judged;
    return static_cast<std::ptrdiff_t>(is_sound && shipping > 0 ? shipping : judged);
  }
  return std::ssize(is_healthy(input) && !input.artifacts.empty() ? input.artifacts : judged_artifacts(input));
}

std::vector<const Artifact*> judged_artifacts(const ReportInput& input) {
  std::map<std::string_view, const Artifact*> all;
  for (const auto& artifact : input.scan.artifacts)
    if (std::ranges::binary_search(input.audit.paths, artifact.path)) all.emplace(artifact.path, &artifact);
  for (const auto* artifact : input.artifacts) all.insert_or_assign(artifact->path, artifact);
  std::vector<const Artifact*> sorted;
  sorted.reserve(all.size());
  for (const auto& [path, artifact] : all) sorted.push_back(artifact);
  return sorted;
}

const std::string& place_of(const Finding& finding, const ReportInput& input) {
  return finding.path.empty() ? input.root : finding.path;
}

std::string codes_of(const Finding& finding) {
  return std::string(row_of(finding.rule).id) + (finding.rustc_error.empty() ? "" : ", " + finding.rustc_error);
}

void write_evidence(Json& json, const Finding& finding) {
  json.key("evidence").begin_object();
  std::map<std::string, int> names;  // as they are written, with the number for the next of the same name
  for (const auto& [name, value] : finding.evidence) {
    auto unique = name;
    const auto [known, is_new] = names.try_emplace(json_escaped(name), 2);
    if (!is_new) do
        unique = fmt::format("{}_{}", name, known->second++);
      while (!names.try_emplace(json_escaped(unique), 2).second);
    json.path_member(unique, value);
  }
  json.end_object();
}

std::string Fingerprints::next(const Finding& finding) {
  const auto key = fmt::format("{}\n{}\n{}", row_of(finding.rule).id, finding.path, finding.crate);
  const auto hash = fmt::format("{:016x}", siphash13(as_bytes(key)));
  return fmt::format("{}:{}", hash, ++count_[hash]);
}

}  // namespace rartifacts
