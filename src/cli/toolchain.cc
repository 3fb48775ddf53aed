// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/toolchain.h>

#include <set>

#include "cli/atomic_file.h"
#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/terminal.h"

namespace rartifacts {
namespace {

std::string written_as(const std::string& format, const std::string& rustc, const std::string& channel) {
  if (format == "version") return channel + "\n";
  if (format == "env") return fmt::format("RUSTUP_TOOLCHAIN={}\n", channel);
  return fmt::format("# The compiler of this tree: {}\n[toolchain]\nchannel = \"{}\"\nprofile = \"minimal\"\n", rustc,
                     channel);
}

}  // namespace

ExitCode run_toolchain(const ToolchainCommand& command) {
  auto operands = plan_operands({command.path}, false);
  if (!operands) return refuse(operands.error());
  auto options = scan_for(Profile::oot);
  options.base = operands->base;
  options.paths = operands->paths;
  std::set<std::string> compilers;
  bool was_read = true;
  for (auto& root : scan_roots(options)) {
    const auto selection = select(root, Profile::oot);
    std::ranges::copy(selection.problems, std::back_inserter(root.problems));
    for (const auto& [path, error] : root.problems) report({root.packages.shown(path), error});
    was_read = was_read && root.problems.empty();
    for (const auto* artifact : selection.artifacts)
      if (artifact->metadata) compilers.insert(artifact->metadata->rustc);
  }
  if (!was_read) return ExitCode::input;
  if (compilers.empty())
    return complain(fmt::format("{}: no crate metadata, so no compiler is named", command.path)), ExitCode::input;
  if (compilers.size() > 1) {
    complain(fmt::format("{}: made by more than one compiler, no single toolchain fits:", command.path));
    for (const auto& rustc : compilers) complain(rustc);
    return ExitCode::input;
  }
  const auto& rustc = *compilers.begin();
  auto channel = rustup_channel(rustc);
  if (!channel) return complain(fmt::format("{}: {}", command.path, describe(channel.error()))), ExitCode::input;
  const auto text = written_as(command.format, rustc, *channel);
  if (command.output.empty()) return print(text);
  if (auto written = write_atomically(command.output, text, InputPlaces(*operands)); !written)
    return report({command.output, written.error()}), ExitCode::input;
  return ExitCode::done;
}

}  // namespace rartifacts
