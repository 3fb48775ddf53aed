// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/ranges.h>
#include <rartifacts/toolchain.h>

#include <array>
#include <set>

#include "cli/atomic_file.h"
#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

// What else built the tree: a module has to be compiled by the same C compiler, and pahole and bindgen are asked for their versions.
struct RecordedTool {
  std::string_view symbol;
  std::string_view title;
};
constexpr std::array kRecordedTools{RecordedTool{"CC_VERSION_TEXT", "C compiler"},
                                    RecordedTool{"BINDGEN_VERSION_TEXT", "bindgen"},
                                    RecordedTool{"PAHOLE_VERSION", "pahole"}};

std::string other_tools(const KernelConfig& config) {
  std::string out;
  for (const auto& [symbol, title] : kRecordedTools) {
    const auto value = config.value(symbol);
    if (!value || value->empty() || *value == "0") continue;
    out += fmt::format("# {}: {}\n", title, printable(*value));
  }
  if (config.is_set("CC_IS_CLANG")) out += "# make: LLVM=1\n";
  return out;
}

std::string written_in(const std::string& format, const std::string& rustc, const std::string& channel,
                       const std::string& tools) {
  if (format == "version") return channel + "\n";
  if (format == "env") return fmt::format("RUSTUP_TOOLCHAIN={}\n", channel);
  return fmt::format("# The compiler of this tree: {}\n{}[toolchain]\nchannel = \"{}\"\nprofile = \"minimal\"\n", rustc,
                     tools, channel);
}

// rustup has no distribution's build, but a number it has.
Result<std::string> text_for(const std::string& format, const std::string& rustc, const std::string& tools) {
  if (format != "toml" && format != "version" && format != "env") return rustc_dependency(rustc, format);
  auto channel = rustup_channel(rustc);
  if (channel) return written_in(format, rustc, *channel, tools);
  const auto number = format == "toml" ? std::nullopt : rustc_number(rustc);
  if (!number) return pass(channel);
  return format == "env" ? fmt::format("RUSTC_VERSION={}\n", *number) : *number + "\n";
}

}  // namespace

ExitCode run_toolchain(const ToolchainCommand& command) {
  auto operands = plan_operands(command.paths, false);
  if (!operands) return refuse(operands.error());
  auto options = scan_for(Profile::oot);
  options.base = operands->base;
  options.paths = operands->paths;
  const auto shown = fmt::format("{}", fmt::join(command.paths, ", "));
  close_doors_to_scan(options, {.read = reads_of(*operands), .write = {command.output}});
  std::set<std::string> compilers;
  std::set<std::string> tools;
  bool was_read = true;
  for (auto& root : scan_roots(options)) {
    for (const auto& kernel : root.kernels) tools.insert(other_tools(kernel.config));
    const auto selection = select(root, Profile::oot);
    std::ranges::copy(selection.problems, std::back_inserter(root.problems));
    for (const auto& [path, error] : root.problems) report({root.packages.shown(path), error});
    was_read = was_read && root.problems.empty();
    for (const auto* artifact : selection.artifacts)
      if (artifact->metadata) compilers.insert(artifact->metadata->rustc);
  }
  if (!was_read) return ExitCode::input;
  if (compilers.empty())
    return complain(fmt::format("{}: no crate metadata, so the compiler is not known", shown)), ExitCode::input;
  if (compilers.size() > 1) {
    complain(fmt::format("{}: made by more than one compiler:", shown));
    for (const auto& rustc : compilers) complain(rustc);
    return ExitCode::input;
  }
  const auto& rustc = *compilers.begin();
  const auto text = text_for(command.format, rustc, tools.size() == 1 ? *tools.begin() : std::string());
  if (!text) return complain(fmt::format("{}: {}", shown, describe(text.error()))), ExitCode::input;
  if (command.output.empty()) return print(*text);
  if (auto written = write_atomically(command.output, *text, InputPlaces(*operands)); !written)
    return report({command.output, written.error()}), ExitCode::input;
  return ExitCode::done;
}

}  // namespace rartifacts
