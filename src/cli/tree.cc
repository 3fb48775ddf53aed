// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/locate.h>
#include <rartifacts/scan.h>
#include <rartifacts/select.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/commands.h"
#include "cli/operands.h"
#include "cli/sandbox.h"
#include "cli/terminal.h"
#include "write/escape.h"
#include "write/graph_formats.h"

namespace rartifacts {
namespace {

// A crate that stands in several containers (an .rlib and its .rmeta) is drawn once, from the one rustc would read.
std::vector<const Artifact*> one_file_each(const std::vector<ScanResult>& roots) {
  std::vector<const Artifact*> chosen;
  std::set<std::pair<std::string, std::string>> taken;
  for (const auto kind : {Kind::rmeta, Kind::rlib, Kind::proc_macro, Kind::dylib})
    for (const auto& root : roots)
      for (const auto& artifact : root.artifacts) {
        if (artifact.kind != kind || !artifact.crate) continue;
        if (taken.emplace(display_name(artifact.crate->name), artifact.crate->svh).second) chosen.push_back(&artifact);
      }
  std::ranges::sort(chosen, {}, &Artifact::path);
  return chosen;
}

// What rustc finds for each crate when it is used from where it stands; where not even its compiler is known, what would fit.
CrateGraph graph_of(const std::vector<ScanResult>& roots) {
  const auto chosen = one_file_each(roots);
  if (std::ranges::any_of(chosen, [](const Artifact* file) { return !file->metadata; })) return CrateGraph(chosen);
  const SearchOptions nothing_besides;
  std::vector<CratePlaces> places;
  places.reserve(roots.size());
  for (const auto& root : roots) places.emplace_back(root, nothing_besides);
  return {chosen, [&](const Artifact& user, const Dependency& needed) -> FoundCrate {
            const auto own = std::ranges::find_if(roots, [&](const ScanResult& root) {
              return &user >= root.artifacts.data() && &user < root.artifacts.data() + root.artifacts.size();
            });
            auto& search = places[static_cast<std::size_t>(own - roots.begin())];
            auto& locator = search.locator_for(user);
            const auto& found = search.find(locator, needed);
            if (found.state == Located::State::chosen) return {found.metadata, false};
            const auto* refused = found.reported();
            if (!refused || refused->why != Refusal::hash || refused->file->artifact == &user) return {};
            return {refused->file->artifact, true};
          }};
}

// Who needs a crate of that name which is not there, or is another one.
std::string missed_by(const CrateGraph& graph, const std::string& name) {
  std::map<std::string, std::vector<std::string>> users;  // by SVH
  for (const auto& node : graph.nodes())
    for (const auto& edge : node.edges)
      if (edge.state != CrateEdge::State::found && display_name(edge.dependency->name) == name)
        users[edge.dependency->svh].push_back(node.artifact->path);
  std::string out;
  for (const auto& [svh, paths] : users) {
    out += fmt::format("{} {} is not here, and needed by\n", name, svh);
    for (const auto& path : paths) out += fmt::format("  {}\n", printable(path));
  }
  return out;
}

}  // namespace

ExitCode run_tree(const TreeCommand& command) {
  auto operands = plan_operands({command.path}, false);
  if (!operands) return refuse(operands.error());
  auto options = scan_for(Profile::oot);
  options.kernel_kinds = options.kinds;  // host rlibs are crates too
  options.base = operands->base;
  options.paths = operands->paths;
  close_doors_to_scan(options, {.read = reads_of(*operands)});
  auto roots = scan_roots(options);
  const auto graph = graph_of(roots);
  bool is_whole = true;
  for (auto& root : roots) {
    show_packages(root);
    show_as_typed(root, *operands);
    for (const auto& problem : root.problems) report(problem);
    is_whole = is_whole && root.problems.empty();
  }
  Drawing drawing{graph, {}, !command.invert.empty()};
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const bool is_root = drawing.inverted ? display_name(graph.nodes()[i].artifact->crate->name) == command.invert
                                          : graph.needed_by(i).empty();
    if (is_root) drawing.roots.push_back(i);
  }
  if (drawing.inverted && drawing.roots.empty())
    if (const auto missed = missed_by(graph, command.invert); !missed.empty()) return print(missed);
  if (drawing.roots.empty() && is_whole) {
    complain(drawing.inverted ? fmt::format("no crate {} in {}", command.invert, command.path)
                              : fmt::format("no crates in {}", command.path));
    return ExitCode::input;
  }
  if (!charge_drawing(graph)) return print("");  // which names the limit
  auto printed = ExitCode::done;
  drawing.take = [&](std::string_view piece) {
    if (printed == ExitCode::done) printed = print(piece);
  };
  drawing.take(graph_format_of(command.format)->write(drawing));
  return is_whole ? printed : ExitCode::input;
}

}  // namespace rartifacts
