// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The commands, and what the help says of each in a few sentences.
#include "cli/command_table.h"

#include <algorithm>
#include <array>

#include "cli/options.h"

#ifndef RARTIFACTS_VERSION
#error "the build defines RARTIFACTS_VERSION"
#endif

namespace rartifacts {
namespace {

std::string program_footer() {
  constexpr auto kFindings = static_cast<std::size_t>(ExitCode::findings);
  return exit_codes(exit_code_table[kFindings].meaning) +
         "\nEnvironment:\n  NO_COLOR           when set and not empty, nothing is colored\n"
         "  SOURCE_DATE_EPOCH  the date in SPDX documents (default: now)\n";
}

template <auto member, auto add, auto run>
constexpr CommandRow command_row(std::string_view name, std::string_view summary) {
  return {name, summary, [](CLI::App& app, Commands& commands) { add(app, commands.*member); },
          [](const Commands& commands) { return run(commands.*member); }};
}

constexpr std::array kCommandRows{
    command_row<&Commands::scan, add_scan, run_scan>(
        "scan",
        "List the Rust artifacts that must ship\n\nFinds the Rust artifacts below each PATH. Of a kernel tree it lists "
        "what building an out-of-tree module reads: the crates that `kernel` needs, found by name and hash, their proc "
        "macros, and the files that the configuration calls for. Of any other tree it lists every file that has crate "
        "metadata.\n\nIt is all or nothing: when a file cannot be read, nothing is listed, and the exit status is 3."),
    command_row<&Commands::inspect, add_inspect, run_inspect>(
        "inspect",
        "Show what a file is, and what is recorded in it\n\nReads crate metadata, libraries, objects, kernel "
        "modules and bitcode: compiler, crate, hashes, dependencies, target; symbols, sections and relocations of "
        "objects; modinfo and signature of modules."),
    command_row<&Commands::tree, add_tree, run_tree>(
        "tree", "Show which crate needs which\n\nDependencies are followed by name and hash (SVH), as rustc does."),
    command_row<&Commands::toolchain, add_toolchain, run_toolchain>(
        "toolchain",
        "Show which rustc made a tree, as rust-toolchain.toml\n\nThe output names the toolchain of rustup that is the "
        "same compiler. A distribution's own build is none of them: then only --format version prints something, the "
        "number of the release, and the other formats fail. So do all when crates in PATH were made by different "
        "compilers."),
    command_row<&Commands::audit, add_audit, run_audit>(
        "audit",
        "Check whether rustc will accept a set of artifacts\n\nGoes through the set as rustc does when it compiles "
        "against it, and names the file to blame. Several packages are checked as if they were installed together."),
    command_row<&Commands::report, add_report, run_report>(
        "report",
        "Join what several runs of audit have found into one report\n\nReads what `audit --report ndjson` has written: "
        "in the jobs of a CI matrix, or by a run for each package. The exit status is that of one audit of it all."),
    command_row<&Commands::extract, add_extract, run_extract>(
        "extract", "Extract objects or metadata from an rlib or static library"),
    command_row<&Commands::verify, add_verify, run_verify>("verify", "Check a copy against a manifest"),
    command_row<&Commands::diff, add_diff, run_diff>("diff",
                                                     "Show what changed between two trees, packages or manifests"),
    command_row<&Commands::api, add_api, run_api>(
        "api", "List what a crate offers: modules, types, traits, functions, macros"),
    command_row<&Commands::sources, add_sources, run_sources>("sources",
                                                              "List the source files of a crate, or check them"),
    command_row<&Commands::explain, add_explain, run_explain>("explain",
                                                              "Explain a rule of audit, or an error code of rustc"),
};

}  // namespace

std::span<const CommandRow> command_table() { return kCommandRows; }

const CommandRow* command_of(std::string_view name) {
  const auto row = std::ranges::find(kCommandRows, name, &CommandRow::name);
  return row == kCommandRows.end() ? nullptr : &*row;
}

void add_commands(CLI::App& app, Commands& commands, const std::function<bool(std::string_view)>& is_wanted) {
  app.description(
      "Finds the Rust artifacts of a build, and checks that rustc will accept them\n\nTells which files of a build are "
      "Rust artifacts, what each of them is, which must ship together, and whether the rustc of the people who install "
      "them will accept them. It reads the files itself and needs no rustc; only `audit --rustc` runs one.");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_flag("-h,--help", "Show the help: -h in short, --help in full");
  auto* version = app.set_version_flag("-V,--version", "rartifacts " RARTIFACTS_VERSION, "Show the version");
  app.add_option("-C,--directory", commands.directory, "Run as if started in DIR")->type_name("DIR");
  app.add_flag("--no-sandbox", commands.no_sandbox,
               "Do not give up the rights that reading does not need: to other files, programs and sockets");
  app.add_flag("--verbose", commands.verbose, "With --version: show what the sandbox can do here")->needs(version);
  app.footer(program_footer);
  const auto wants = [&](const CommandRow& row) { return is_wanted(row.name); };
  const bool wants_none = std::ranges::none_of(kCommandRows, wants);
  for (const auto& row : kCommandRows) {
    if (!wants(row) && !wants_none) continue;
    auto& command = *app.add_subcommand(std::string(row.name), std::string(row.summary));
    if (wants(row)) row.add(command, commands);
  }
  auto& help = *app.add_subcommand("help", "Show the help of a command");
  help.add_option("COMMAND", commands.helped, "One of the commands; without it, they are listed")->type_name("");
}

}  // namespace rartifacts
