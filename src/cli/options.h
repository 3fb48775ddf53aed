// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "cli/commands.h"

namespace rartifacts {

/// The options of each command, and the text below them.
void add_scan(CLI::App& scan, ScanCommand& command);
void add_inspect(CLI::App& inspect, InspectCommand& command);
void add_tree(CLI::App& tree, TreeCommand& command);
void add_toolchain(CLI::App& toolchain, ToolchainCommand& command);
void add_audit(CLI::App& audit, AuditCommand& command);
void add_report(CLI::App& report, ReportCommand& command);
void add_extract(CLI::App& extract, ExtractCommand& command);
void add_verify(CLI::App& verify, VerifyCommand& command);
void add_diff(CLI::App& diff, DiffCommand& command);
void add_sources(CLI::App& sources, SourcesCommand& command);
void add_api(CLI::App& api, ApiCommand& command);
void add_explain(CLI::App& explain, ExplainCommand& command);

/// The end of a help: what each exit status means. `found`: what 1 means; empty where a command never ends with it.
std::string exit_codes(std::string_view found);

}  // namespace rartifacts
