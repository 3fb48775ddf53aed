// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <ranges>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
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

/// What was selected, of all roots.
struct Found {
  std::vector<ScanResult> roots;
  std::vector<Artifact*> artifacts;    ///< sorted by path
  std::vector<Directory> directories;  ///< links to directories
  std::set<std::string> parents;       ///< of those on disk; what stands in a package or manifest has none there
  std::vector<Problem> problems;
  std::uint64_t entries = 0;
};

void add_parents(std::set<std::string>& parents, std::string_view path) {
  constexpr std::size_t kNodeSize = 80;
  for (auto parent = directory_of(path); !parent.empty(); parent = directory_of(parent))
    if (!parents.emplace(parent).second || !keep(kNodeSize + parent.size()))
      return;  // those above it are there already
}

Found choose(std::vector<ScanResult> roots, Profile profile, const ScanCommand& command) {
  Found found{.roots = std::move(roots)};
  for (auto& root : found.roots) {
    auto selection = select(root, profile);
    std::ranges::move(selection.problems, std::back_inserter(root.problems));
    show_packages(root);
    const bool is_on_disk = root.packages.packages.empty();
    for (auto* artifact : selection.artifacts) {
      const bool is_kind =
          command.kinds.empty() || std::ranges::find(command.kinds, name_of(artifact->kind)) != command.kinds.end();
      if (!is_kind || (!command.side.empty() && name_of(artifact->side) != command.side)) continue;
      found.artifacts.push_back(artifact);
      if (is_on_disk && !artifact->recorded) add_parents(found.parents, artifact->path);
    }
    if (is_on_disk)
      for (const auto& link : root.directory_links) add_parents(found.parents, link.path);
    std::ranges::move(root.directory_links, std::back_inserter(found.directories));
    std::ranges::move(root.problems, std::back_inserter(found.problems));
    found.entries += root.entries;
  }
  std::ranges::sort(found.artifacts, {}, &Artifact::path);
  std::ranges::sort(found.directories, {}, &Directory::path);
  return found;
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
  auto operands = plan_operands(command.paths, format->feeds_copy);
  if (!operands) return refuse(operands.error());
  const auto prefix = inside_package(command.prefix);
  if (!prefix) return refuse(prefix.error());

  const bool is_filtered = !command.kinds.empty() || command.sniff;
  const auto profile = is_filtered && !command.profile_given ? Profile::all : *profile_of(command.profile);
  auto options = options_of(command, profile, *operands);
  Progress progress;
  options.progress = std::ref(progress);
  options.digests = format->needs_digests;
  close_doors_to_scan(options, {.read = reads_of(*operands)});
  auto found = choose(scan_roots(options), profile, command);
  if (format->needs_digests && (found.problems.empty() || command.keep_going))
    add_digests(options.base, found.artifacts, options.jobs, found.problems);
  Manifest manifest{.root = operands->base, .profile = profile, .prefix = *prefix, .color = wants_color()};
  manifest.artifacts.assign(found.artifacts.begin(), found.artifacts.end());
  manifest.directories = std::move(found.directories);
  if (command.dirs) {
    auto parents = listed_directories(options.base, {found.parents.begin(), found.parents.end()}, found.problems);
    std::ranges::move(parents, std::back_inserter(manifest.directories));
    std::ranges::sort(manifest.directories, {}, &Directory::path);
  }
  if (!command.target.empty()) manifest.target = command.target;

  for (const auto& problem : found.problems) report(problem);
  if (!found.problems.empty() && !command.keep_going) return ExitCode::input;
  if (found.artifacts.empty() && found.problems.empty() && !command.allow_empty) {
    complain(fmt::format(
        "no Rust artifacts among {} entries: is this a finished build? (--allow-empty accepts an empty list)",
        found.entries));
    return ExitCode::input;
  }
  auto printed = ExitCode::done;
  manifest.take = [&](std::string_view piece) {
    // The table is for people, and holds colours.
    if (printed == ExitCode::done) printed = format->name == "table" ? print(piece) : print_list(piece);
  };
  const auto text = format->write(manifest);
  if (!text) return complain(describe(text.error())), ExitCode::usage;
  manifest.take(*text);
  return found.problems.empty() ? printed : ExitCode::input;
}

}  // namespace rartifacts
