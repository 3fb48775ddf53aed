// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/diff.h>
#include <sys/stat.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/terminal.h"
#include "source/directory.h"
#include "write/difference.h"

namespace rartifacts {
namespace {

Error no_crate(const Artifact& artifact) {
  return {ErrorKind::unsupported,
          fmt::format("made by {}, and nothing else in it can be read: what changed cannot be told",
                      artifact.metadata->rustc),
          std::nullopt};
}

// Each set is scanned from its own root, so that its paths do not begin with what the user called it.
Result<ScanResult> scan_set(const CommonOptions& common, const std::string& path) {
  const auto place = at_directory(common, path);
  struct stat status;
  const bool is_tree = stat(place.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  const auto operands = is_tree ? plan_operands({place}, {"."}, false) : plan_operands(common, {path}, false);
  if (!operands) return pass(operands);
  auto options = scan_for(Profile::oot);
  options.base = operands->base;
  options.paths = operands->paths;
  auto result = scan(options);
  std::vector<Artifact*> files;
  for (auto& artifact : result.artifacts) {
    if (artifact.metadata && !artifact.crate) result.problems.push_back({artifact.path, no_crate(artifact)});
    if (!artifact.metadata) files.push_back(&artifact);
  }
  add_digests(options.base, files, options.jobs, result.problems);
  if (result.problems.empty() && result.artifacts.empty() && result.kernels.empty())
    return fail(ErrorKind::io, "{}: no Rust artifacts among {} entries, and no kernel configuration", path,
                result.entries);
  return result;
}

}  // namespace

ExitCode run_diff(const DiffCommand& command) {
  const auto before = scan_set(command.common, command.before);
  if (!before) return refuse(before.error());
  const auto after = scan_set(command.common, command.after);
  if (!after) return refuse(after.error());
  // What was not read may be anything: it is no difference, and not the same either.
  for (const auto* side : {&*before, &*after})
    for (const auto& problem : side->problems) report(problem);
  if (!before->problems.empty() || !after->problems.empty()) return ExitCode::input;

  const auto difference = diff(*before, *after);
  const DiffNames names{command.before, command.after};
  const auto printed =
      print(command.format == "json" ? difference_json(difference, names) : difference_text(difference, names));
  if (printed != ExitCode::done) return printed;
  return is_empty(difference) ? ExitCode::done : ExitCode::findings;
}

}  // namespace rartifacts
