// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/verify.h>

#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "write/verification.h"

namespace rartifacts {

ExitCode run_verify(const VerifyCommand& command) {
  const bool is_stdin = command.manifest == "-";
  close_doors({.read = {command.manifest, command.directory}});
  const auto manifest = read_manifest_file(command.manifest, RecordedFacts::of_copy);
  if (!manifest) return report({command.manifest, manifest.error()}), ExitCode::input;
  if (manifest->artifacts.empty())
    return complain(fmt::format("{}: lists no file, so there is nothing to verify", command.manifest)), ExitCode::input;

  CopyOptions options{.directory = command.directory, .extras = !command.files_only};
  if (!is_stdin) options.ignore = path_inside(options.directory, command.manifest);
  options.jobs = command.jobs;
  const auto copy = look_at_copy(*manifest, options);
  // A verdict about files that were not read would be a guess.
  for (const auto& problem : copy.problems) report(problem);
  if (!copy.problems.empty()) return ExitCode::input;

  const auto verification = verify(*manifest, copy, command.any_mode);
  const auto printed =
      print(command.format == "json" ? verification_json(verification, command.manifest, command.directory)
                                     : verification_text(verification));
  if (printed != ExitCode::done) return printed;
  return verification.deviations.empty() ? ExitCode::done : ExitCode::findings;
}

}  // namespace rartifacts
