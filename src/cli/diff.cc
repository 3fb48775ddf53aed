// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/diff.h>
#include <sys/stat.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "write/difference.h"

namespace rartifacts {
namespace {

Error no_crate(const Artifact& artifact) {
  return {
      ErrorKind::unsupported,
      fmt::format("made by {}, and nothing else in it can be read, so it cannot be compared", artifact.metadata->rustc),
      std::nullopt};
}

/// A set, and links of a package that lead into another one: what is behind them was not seen.
struct Set {
  ScanResult scan;
  std::vector<Problem> links;
};

void put_links_aside(Set& set) {
  const auto is_link = [](const Problem& problem) { return problem.error.kind == ErrorKind::dangling; };
  std::ranges::copy_if(set.scan.problems, std::back_inserter(set.links), is_link);
  std::erase_if(set.scan.problems, is_link);
}

// Each set is scanned from its own root, so that its paths do not begin with what the user called it.
Result<Set> scan_set(const std::string& path) {
  struct stat status;
  const bool is_tree = stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  const auto operands = is_tree ? Operands{path, {"."}, false} : plan_operands({path}, false);
  if (!operands) return pass(operands);
  auto options = scan_for(Profile::oot);
  options.base = operands->base;
  options.paths = operands->paths;
  options.digests = true;
  // One operand is one root, and its paths are those below the root, not what a package is called.
  auto roots = scan_roots(options);
  Set set{.scan = std::move(roots.front())};
  auto& result = set.scan;
  const bool is_package = !result.packages.packages.empty();
  std::vector<Artifact*> files;
  for (auto& artifact : result.artifacts) {
    if (artifact.metadata && !artifact.crate) result.problems.push_back({artifact.path, no_crate(artifact)});
    files.push_back(&artifact);
  }
  if (is_package) put_links_aside(set);
  else add_digests(options.base, files, options.jobs, result.problems);
  if (result.problems.empty() && result.artifacts.empty() && result.kernels.empty())
    return fail(ErrorKind::io, "{}: no Rust artifacts among {} entries, and no kernel configuration", path,
                result.entries);
  return set;
}

}  // namespace

ExitCode run_diff(const DiffCommand& command) {
  auto reads = reads_of_typed({command.before, command.after});
  for (const auto& directory : {command.source_before, command.source_after}) reads.push_back(directory);
  close_doors({.read = std::move(reads)});
  if (command.api) return run_api_diff(command);
  if (command.format == "markdown") return complain("--format markdown: only with --api"), ExitCode::usage;
  const auto before = scan_set(command.before);
  if (!before) return refuse(before.error());
  const auto after = scan_set(command.after);
  if (!after) return refuse(after.error());
  // What was not read may be anything: it is no difference, and not the same either.
  for (const auto* set : {&*before, &*after})
    for (const auto& problem : set->scan.problems) report(problem);
  if (!before->scan.problems.empty() || !after->scan.problems.empty()) return ExitCode::input;

  auto difference = diff(before->scan, after->scan);
  for (const auto* set : {&*before, &*after}) {
    for (const auto& [path, error] : set->links) {
      if (is_empty(difference)) report({path, error});
      difference.not_compared.push_back(fmt::format("{}: {}", path, error.what));
    }
  }
  if (is_empty(difference) && (!before->links.empty() || !after->links.empty())) return ExitCode::input;
  const DiffNames names{command.before, command.after};
  const auto printed =
      print(command.format == "json" ? difference_json(difference, names) : difference_text(difference, names));
  if (printed != ExitCode::done) return printed;
  return is_empty(difference) ? ExitCode::done : ExitCode::findings;
}

}  // namespace rartifacts
