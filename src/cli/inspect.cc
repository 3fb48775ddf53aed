// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/graph.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/terminal.h"
#include "source/directory.h"
#include "write/artifact_json.h"

namespace rartifacts {

ExitCode run_inspect(const InspectCommand& command) {
  auto operands = plan_operands(command.common, command.files, false);
  if (!operands) return complain(describe(operands.error())), ExitCode::usage;
  auto options = scan_for(Profile::all);
  options.base = operands->base;
  options.paths = operands->paths;
  auto result = scan(options);
  for (const auto& problem : result.problems) report(problem);
  std::string out;
  for (const auto& artifact : result.artifacts) {
    Json json;
    write_artifact(json, artifact);
    out += json.take() + "\n";
  }
  const auto printed = print(out);
  return result.problems.empty() ? printed : ExitCode::input;
}

}  // namespace rartifacts
