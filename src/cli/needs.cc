// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/needs.h"

#include <fcntl.h>

#include <algorithm>
#include <map>
#include <ranges>

#include "bytes/budget.h"
#include "bytes/unicode.h"
#include "cli/crates.h"
#include "cli/operands.h"
#include "cli/terminal.h"
#include "source/directory.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

constexpr std::string_view kAround = " \t\r";

/// What is on the line before a comment, which begins with `#` after white space: `r#type` has none.
std::string_view needed_path(std::string_view line) {
  for (auto hash = line.find('#'); hash != line.npos; hash = line.find('#', hash + 1))
    if (hash == 0 || kAround.contains(line[hash - 1])) {
      line = line.substr(0, hash);
      break;
    }
  const auto start = line.find_first_not_of(kAround);
  return start == line.npos ? std::string_view() : line.substr(start, line.find_last_not_of(kAround) + 1 - start);
}

/// The paths that are needed, by the crate that is their first part.
using Needs = std::map<std::string, std::vector<std::string>>;

Result<Needs> needs_in(std::string_view text) {
  Needs needs;
  std::size_t number = 0;
  for (const auto range : std::views::split(without_byte_order_mark(text), '\n')) {
    ++number;
    const auto line = needed_path(std::string_view(range.begin(), range.end()));
    if (line.empty()) continue;
    const auto path = item_path(line);
    if (!path) return fail(ErrorKind::malformed, "line {}: {}: not a path such as kernel::clk::Clk", number, line);
    needs[path->substr(0, path->find("::"))].emplace_back(line);
  }
  return needs;
}

Finding missing_item(const CrateChoice& choice, const std::string& path, const std::string& nearest) {
  Finding finding{.rule = Rule::missing_item, .severity = row_of(Rule::missing_item).severity};
  finding.path = choice.shelf->scan().packages.shown(choice.artifact->path);
  finding.crate = choice.crate->name;
  finding.rustc_error = row_of(Rule::missing_item).rustc_error;
  finding.message = fmt::format("{} is needed, and crate {} does not offer it", path, finding.crate);
  if (!nearest.empty()) finding.message += fmt::format("; it has {}", nearest);
  finding.evidence = {{"needed", path}};
  if (!nearest.empty()) finding.evidence.insert(finding.evidence.begin(), {"nearest", nearest});
  finding.fix = nearest.empty() ? "choose a kernel or a configuration that has it"
                                : "use " + nearest + ", or what this kernel has instead";
  std::ranges::sort(finding.evidence);
  return finding;
}

Result<CrateChoice> find_crate(const std::string& name, const std::vector<std::string>& trees) {
  std::optional<Error> first_error;
  for (const auto& tree : trees) {
    auto choice = choose_crate(tree, name);
    if (choice && choice->crate->items->has_kinds()) return choice;
    if (!first_error)
      first_error = choice ? Error{ErrorKind::malformed,
                                   fmt::format("{}: {}", tree, choice->crate->items->notes().front()), std::nullopt}
                           : choice.error();
  }
  return std::unexpected(*first_error);
}

}  // namespace

Result<void> judge_needs(Audit& judged, const std::string& needs, const std::vector<std::string>& trees) {
  const auto text = read_text_below(AT_FDCWD, needs, true);
  if (!text) return fail(text.error().kind, "{}: {}", needs, text.error().what);
  const auto needed = needs_in(*text);
  if (!needed) return fail(needed.error().kind, "{}: {}", needs, needed.error().what);
  std::vector<Error> undecided;
  bool is_missing = false;
  for (const auto& [name, paths] : *needed) {
    const auto choice = find_crate(name, trees);
    if (!choice) {
      undecided.push_back({choice.error().kind, fmt::format("{}: {}", needs, choice.error().what), {}});
      continue;
    }
    const FindCrate find = [&](const Dependency& dependency) { return choice->shelf->find(dependency); };
    const auto answer = missing_from(*choice->crate, paths, find);
    if (!answer) return pass(answer);
    for (const auto& [path, reason] : answer->undecided)
      undecided.push_back({ErrorKind::unsupported,
                           fmt::format("{}: cannot tell whether crate {} offers {}: {}", needs, name, path, reason),
                           {}});
    const auto interface =
        answer->missing.empty() ? Result<std::vector<InterfaceItem>>({}) : public_interface(*choice->crate, true, find);
    if (!interface) return pass(interface);
    for (const auto& path : answer->missing) {
      constexpr std::uint64_t kStepsPerItem = 8;
      if (auto charged = work(kStepsPerItem * interface->size()); !charged) return charged;
      judged.findings.push_back(missing_item(*choice, path, nearest_path(*interface, item_path(path).value_or(path))));
      is_missing = true;
    }
  }
  // What is known to be missing is enough for a verdict.
  if (!is_missing && !undecided.empty()) return std::unexpected(undecided.front());
  for (const auto& doubt : undecided) complain(printable(describe(doubt)));
  std::ranges::stable_sort(judged.findings, {},
                           [](const Finding& finding) { return std::tie(finding.path, finding.rule, finding.crate); });
  return {};
}

}  // namespace rartifacts
