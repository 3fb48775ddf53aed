// SPDX-License-Identifier: MIT OR Apache-2.0
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
std::vector<const Artifact*> one_file_each(const ScanResult& result) {
  std::vector<const Artifact*> chosen;
  std::set<std::pair<std::string, std::string>> taken;
  for (const auto kind : {Kind::rmeta, Kind::rlib, Kind::proc_macro, Kind::dylib}) {
    for (const auto& artifact : result.artifacts) {
      if (artifact.kind != kind || !artifact.crate) continue;
      if (taken.emplace(display_name(artifact.crate->name), artifact.crate->svh).second) chosen.push_back(&artifact);
    }
  }
  std::ranges::sort(chosen, {}, &Artifact::path);
  return chosen;
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
  close_doors({.read = reads_of(*operands)});
  auto result = scan(options);
  show_as_typed(result, *operands);
  for (const auto& problem : result.problems) report(problem);

  const CrateGraph graph(one_file_each(result));
  Drawing drawing{graph, {}, !command.invert.empty()};
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const bool is_root = drawing.inverted ? display_name(graph.nodes()[i].artifact->crate->name) == command.invert
                                          : graph.needed_by(i).empty();
    if (is_root) drawing.roots.push_back(i);
  }
  if (drawing.inverted && drawing.roots.empty())
    if (const auto missed = missed_by(graph, command.invert); !missed.empty()) return print(missed);
  if (drawing.roots.empty() && result.problems.empty()) {
    complain(drawing.inverted ? fmt::format("no crate {} in {}", command.invert, command.path)
                              : fmt::format("no crates in {}", command.path));
    return ExitCode::input;
  }
  const auto printed = print(graph_format_of(command.format)->write(drawing));
  return result.problems.empty() ? printed : ExitCode::input;
}

}  // namespace rartifacts
