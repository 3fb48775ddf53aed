// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cli/commands.h"

namespace rartifacts {

/// What the command line fills in: the options of every command, and those of all.
struct Commands {
  std::string directory;  ///< -C
  bool no_sandbox = false;
  bool verbose = false;  ///< of --version
  ScanCommand scan;
  InspectCommand inspect;
  TreeCommand tree;
  ToolchainCommand toolchain;
  AuditCommand audit;
  ReportCommand report;
  ExtractCommand extract;
  VerifyCommand verify;
  DiffCommand diff;
  ApiCommand api;
  SourcesCommand sources;
  ExplainCommand explain;
  std::string helped;  ///< the command that `help` is asked about
};

struct CommandRow {
  std::string_view name;
  std::string_view summary;
  void (*add)(CLI::App& app, Commands& commands);  ///< the options, and the text below them
  ExitCode (*run)(const Commands& commands);
};
/// In the order in which the help lists them.
std::span<const CommandRow> command_table();

/// Gives `app` the options of every command, and the commands: with their options those that `is_wanted` takes. Of the others it
/// gets the names, when there is none that is wanted: making options costs more than many a run.
void add_commands(CLI::App& app, Commands& commands, const std::function<bool(std::string_view)>& is_wanted);

/// The command of this name, or none.
const CommandRow* command_of(std::string_view name);

}  // namespace rartifacts
