// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/crates.h"

#include <fmt/ranges.h>
#include <rartifacts/graph.h>
#include <rartifacts/select.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "bytes/path.h"
#include "cli/operands.h"

namespace rartifacts {
namespace {

constexpr std::string_view kDefaultCrate = "kernel";

bool holds_crate(const Artifact& artifact) { return artifact.crate.has_value() && !artifact.link_target; }

// The crates that the user can name instead, as far as one line has room for them.
std::string others(const ScanResult& scan) {
  constexpr std::size_t kShown = 12;
  std::set<std::string> names;
  for (const auto& artifact : scan.artifacts)
    if (holds_crate(artifact)) names.insert(display_name(artifact.crate->name));
  std::vector<std::string> shown(names.begin(), names.end());
  if (shown.size() > kShown) {
    shown.resize(kShown);
    shown.emplace_back("…");
  }
  return fmt::format("--crate NAME, one of {}", fmt::join(shown, ", "));
}

}  // namespace

Result<std::unique_ptr<CrateShelf>> shelf_of(const std::string& path) {
  const auto operands = plan_operands({path}, false);
  if (!operands) return pass(operands);
  auto options = scan_for(Profile::oot);
  options.kernel_kinds = options.kinds;
  options.base = operands->base;
  options.paths = operands->paths;
  struct stat status;
  const bool is_directory = stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  if (!is_directory) options.jobs = 1;  // a thread would cost more than it saves
  auto roots = scan_roots(options);
  auto& scan = roots.front();
  for (const auto& problem : scan.problems)
    if (problem.error.kind != ErrorKind::dangling)
      return fail(problem.error.kind, "{}: {}", scan.packages.shown(problem.path), describe(problem.error));
  if (std::ranges::any_of(scan.artifacts, &Artifact::recorded))
    return fail(ErrorKind::malformed, "{}: a manifest does not hold what is in a crate: give the tree or package",
                path);
  auto shelf = std::make_unique<CrateShelf>(options.base, std::move(scan));
  const auto folder = directory_of(operands->paths.front());
  if (!is_directory && shelf->scan().packages.packages.empty())
    shelf->look_in(folder.empty() ? "." : std::string(folder));
  return shelf;
}

Result<CrateChoice> choose_crate(const std::string& path, const std::string& name) {
  auto shelf = shelf_of(path);
  if (!shelf) return pass(shelf);
  CrateChoice choice{.shelf = std::move(*shelf)};
  const auto& scan = choice.shelf->scan();
  const bool is_file = scan.artifacts.size() == 1 && scan.packages.packages.empty() && name.empty();
  const auto found = is_file && holds_crate(scan.artifacts.front())
                         ? Result<const Artifact*>(&scan.artifacts.front())
                         : choice.shelf->file_of(name.empty() ? kDefaultCrate : std::string_view(name));
  if (std::ranges::none_of(scan.artifacts, holds_crate))
    return fail(ErrorKind::io, "{}: no crate metadata in it", path);
  if (!found && found.error().kind == ErrorKind::io)
    return fail(ErrorKind::io, "{}: {}: {}", path, found.error().what, others(scan));
  if (!found) return pass(found);
  choice.artifact = &choice.shelf->full(**found);
  auto crate = choice.shelf->open(*choice.artifact);
  if (!crate)
    return fail(crate.error().kind == ErrorKind::unsupported ? ErrorKind::malformed : crate.error().kind, "{}: {}",
                scan.packages.shown(choice.artifact->path), describe(crate.error()));
  choice.crate = *crate;
  return choice;
}

}  // namespace rartifacts
