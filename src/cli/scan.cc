// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <ranges>

#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/terminal.h"
#include "source/directory.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

ScanOptions options_of(const ScanCommand& command, Profile profile, const Operands& operands) {
  // A filter by kind chooses from everything, unless a profile was asked for as well.
  auto options = scan_for(profile);
  if (!command.kinds.empty() && !command.profile_given) {
    options.kinds.clear();
    for (const auto& name : command.kinds) options.kinds.insert(*kind_of(name));
    options.kernel_kinds = options.kinds;
    // The crates of a kernel tell which auxiliary files it needs.
    if (options.kinds.contains(Kind::auxiliary)) options.kernel_kinds.insert(Kind::rmeta);
  }
  options.base = operands.base;
  options.paths = operands.paths;
  options.sniff = command.sniff;
  options.jobs = command.jobs;
  return options;
}

std::vector<std::string> with_parents(const std::vector<std::string>& links,
                                      const std::vector<const Artifact*>& artifacts, bool dirs) {
  std::set<std::string> all(links.begin(), links.end());
  if (dirs) {
    for (const auto* artifact : artifacts)
      for (auto parent = directory_of(artifact->path); !parent.empty(); parent = directory_of(parent))
        all.emplace(parent);
    for (const auto& link : links)
      for (auto parent = directory_of(link); !parent.empty(); parent = directory_of(parent)) all.emplace(parent);
  }
  return {all.begin(), all.end()};
}

// `/usr/src/x/` and `usr/src/x` are the same place in a package.
Result<std::string> inside_package(const std::string& prefix) {
  const auto path = tidied_path(prefix);
  if (has_parent_parts(path)) return fail(ErrorKind::unsupported, "--prefix {}: leads out of the package", prefix);
  return path == "." ? "" : path;
}

}  // namespace

ExitCode run_scan(const ScanCommand& command) {
  const auto* format = format_of(!command.format.empty() ? command.format : stdout_is_terminal() ? "table" : "paths");
  auto operands = plan_operands(command.common, command.paths, format->feeds_copy);
  if (!operands) return refuse(operands.error());
  const auto prefix = inside_package(command.prefix);
  if (!prefix) return refuse(prefix.error());

  const bool is_filtered = !command.kinds.empty() || command.sniff;
  const auto profile = is_filtered && !command.profile_given ? Profile::all : *profile_of(command.profile);
  auto options = options_of(command, profile, *operands);
  Progress progress;
  options.progress = std::ref(progress);
  auto result = scan(options);
  auto selection = select(result, profile);
  std::erase_if(selection.artifacts, [&](const Artifact* artifact) {
    const bool is_kind =
        command.kinds.empty() || std::ranges::find(command.kinds, name_of(artifact->kind)) != command.kinds.end();
    return !is_kind || (!command.side.empty() && name_of(artifact->side) != command.side);
  });
  std::ranges::move(selection.problems, std::back_inserter(result.problems));
  if (format->needs_digests && (result.problems.empty() || command.keep_going))
    add_digests(options.base, selection.artifacts, options.jobs, result.problems);
  Manifest manifest{.root = operands->base, .profile = profile, .prefix = *prefix, .color = wants_color()};
  manifest.artifacts.assign(selection.artifacts.begin(), selection.artifacts.end());
  const auto directories = with_parents(result.directory_links, manifest.artifacts, command.dirs);
  manifest.directories = listed_directories(options.base, directories, result.problems);
  if (!command.target.empty()) manifest.target = command.target;

  for (const auto& problem : result.problems) report(problem);
  if (!result.problems.empty() && !command.keep_going) return ExitCode::input;
  if (selection.artifacts.empty() && result.problems.empty() && !command.allow_empty) {
    complain(fmt::format(
        "no Rust artifacts among {} entries: is this a finished build? (--allow-empty accepts an empty list)",
        result.entries));
    return ExitCode::input;
  }
  auto text = format->write(manifest);
  if (!text) return complain(describe(text.error())), ExitCode::usage;
  const auto printed = print(*text);
  return result.problems.empty() ? printed : ExitCode::input;
}

}  // namespace rartifacts
