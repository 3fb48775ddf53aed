// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/graph_formats.h"

#include <algorithm>
#include <array>
#include <set>

#include "bytes/budget.h"
#include "write/artifact_json.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

std::string label(const Artifact& artifact) {
  return fmt::format("{} {} ({})", printable(display_name(artifact.crate->name)), printable(artifact.crate->svh),
                     printable(artifact.path));
}

// What a broken edge says; empty for one that holds.
std::string broken(const CrateGraph& graph, const CrateEdge& edge) {
  if (edge.state == CrateEdge::State::missing) return "not here";
  if (edge.state == CrateEdge::State::found) return {};
  const auto& other = *graph.nodes()[edge.node].artifact;
  return fmt::format("here is {} in {}", printable(other.crate->svh), printable(other.path));
}

void hand_over(const Drawing& drawing, std::string& text) {
  constexpr std::size_t kLong = std::size_t{256} << 10;
  if (!drawing.take || text.size() < kLong) return;
  drawing.take(text);
  text.clear();
}

// `cargo tree`, with what rustc has recorded: each list holds everything a crate needs, not only what it names.
class TextTree {
 public:
  explicit TextTree(const Drawing& drawing) : drawing_(drawing) {}

  std::string draw() {
    for (const auto root : drawing_.roots) {
      out_ += label(*node(root).artifact) + '\n';
      children(root, "");
    }
    return std::move(out_);
  }

 private:
  const CrateNode& node(std::size_t i) const { return drawing_.graph.nodes()[i]; }

  void line(const std::string& prefix, bool is_last, const std::string& text) {
    out_ += prefix + (is_last ? "└── " : "├── ") + text + '\n';
    hand_over(drawing_, out_);
  }

  void child(std::size_t i, const std::string& prefix, bool is_last) {
    const bool has_more = drawing_.inverted ? !drawing_.graph.needed_by(i).empty() : !node(i).edges.empty();
    const bool is_folded = has_more && shown_.contains(i);
    const bool is_too_deep = has_more && !is_folded && depth_ >= kDeepest;
    line(prefix, is_last, label(*node(i).artifact) + (is_folded ? " (*)" : is_too_deep ? " …" : ""));
    if (is_folded || is_too_deep) return;
    ++depth_;
    children(i, prefix + (is_last ? "    " : "│   "));
    --depth_;
  }

  void children(std::size_t i, const std::string& prefix) {
    shown_.insert(i);
    if (drawing_.inverted) {
      const auto& users = drawing_.graph.needed_by(i);
      for (const auto user : users) child(user, prefix, user == users.back());
      return;
    }
    const auto& edges = node(i).edges;
    const auto missing = std::ranges::count(edges, CrateEdge::State::missing, &CrateEdge::state);
    const bool is_folded = missing >= kFewest;
    for (const auto& edge : edges) {
      if (is_folded && edge.state == CrateEdge::State::missing) continue;
      const bool is_last = &edge == &edges.back() && !is_folded;
      if (edge.state == CrateEdge::State::found) child(edge.node, prefix, is_last);
      else
        line(prefix, is_last,
             fmt::format("{} {} ✗ {}", printable(display_name(edge.dependency->name)), printable(edge.dependency->svh),
                         broken(drawing_.graph, edge)));
    }
    if (is_folded) line(prefix, true, fmt::format("✗ {} crates are not here:{}", missing, missing_names(edges)));
  }

  static std::string missing_names(const std::vector<CrateEdge>& edges) {
    std::string names;
    for (const auto& edge : edges)
      if (edge.state == CrateEdge::State::missing) names += ' ' + printable(display_name(edge.dependency->name));
    return names;
  }

  /// A library of the host needs the twenty crates of std, which stand in the compiler's own folder. They share a line.
  static constexpr std::ptrdiff_t kFewest = 4;
  /// Each list holds all that a crate needs, so chains are short; a forged one goes as deep as there are crates.
  static constexpr int kDeepest = 100;
  int depth_ = 0;
  const Drawing& drawing_;
  std::set<std::size_t> shown_;
  std::string out_;
};

std::string write_text(const Drawing& drawing) { return TextTree(drawing).draw(); }

// The nodes of a drawing: all that the roots lead to, in the direction of the arrows.
std::vector<std::size_t> drawn_nodes(const Drawing& drawing) {
  if (!drawing.inverted) return drawing.graph.closure(drawing.roots);
  std::set<std::size_t> reached;
  auto todo = drawing.roots;
  while (!todo.empty()) {
    const auto node = todo.back();
    todo.pop_back();
    if (!reached.insert(node).second) continue;
    std::ranges::copy(drawing.graph.needed_by(node), std::back_inserter(todo));
  }
  return {reached.begin(), reached.end()};
}

// dot and mermaid differ in spelling only.
struct Spelling {
  std::string (*escaped)(std::string_view text);
  std::string_view head, node, edge, broken_node, broken_edge, tail;
};

std::string write_diagram(const Drawing& drawing, const Spelling& spelling) {
  std::string out(spelling.head);
  const auto nodes = drawn_nodes(drawing);
  int broken_count = 0;
  for (const auto i : nodes) {
    const auto& artifact = *drawing.graph.nodes()[i].artifact;
    out += fmt::format(fmt::runtime(spelling.node), i, spelling.escaped(display_name(artifact.crate->name)),
                       spelling.escaped(artifact.crate->svh), spelling.escaped(artifact.path));
    hand_over(drawing, out);
  }
  for (const auto i : nodes) {
    for (const auto& edge : drawing.graph.nodes()[i].edges) {
      if (edge.state != CrateEdge::State::found) {
        out +=
            fmt::format(fmt::runtime(spelling.broken_node), ++broken_count,
                        spelling.escaped(display_name(edge.dependency->name)), spelling.escaped(edge.dependency->svh));
        out += fmt::format(fmt::runtime(spelling.broken_edge), i, broken_count);
      } else if (std::ranges::binary_search(nodes, edge.node)) {
        out += fmt::format(fmt::runtime(spelling.edge), i, edge.node);
      }
    }
    hand_over(drawing, out);
  }
  return out + std::string(spelling.tail);
}

std::string write_dot(const Drawing& drawing) {
  return write_diagram(drawing,
                       {dot_escaped, "digraph crates {\n  rankdir=LR;\n  node [shape=box];\n",
                        "  n{} [label=\"{}\\n{}\" tooltip=\"{}\"];\n", "  n{} -> n{};\n",
                        "  x{} [label=\"{}\\n{}\" color=red style=dashed];\n", "  n{} -> x{} [color=red];\n", "}\n"});
}

std::string write_mermaid(const Drawing& drawing) {
  return write_diagram(drawing, {mermaid_escaped, "graph LR\n", "  n{}[\"{}<br/>{}\"]\n", "  n{} --> n{}\n",
                                 "  x{}[\"{}<br/>{} ✗\"]\n", "  n{} -.-> x{}\n", ""});
}

std::string write_graph_json(const Drawing& drawing) {
  static constexpr std::string_view kStates[] = {"found", "mismatch", "missing"};
  Json json(2);
  std::string out;
  json.begin_object().member("version", 1).key("crates").begin_array();
  for (const auto i : drawn_nodes(drawing)) {
    const auto& node = drawing.graph.nodes()[i];
    json.begin_object().member("name", node.artifact->crate->name.text).member("svh", node.artifact->crate->svh);
    json.path_member("path", node.artifact->path)
        .member("kind", name_of(node.artifact->kind))
        .member("side", name_of(node.artifact->side));
    json.member("root", std::ranges::find(drawing.roots, i) != drawing.roots.end()).key("dependencies").begin_array();
    for (const auto& edge : node.edges) {
      json.begin_object().member("name", edge.dependency->name.text).member("svh", edge.dependency->svh);
      json.member("state", kStates[static_cast<std::size_t>(edge.state)]);
      if (edge.state != CrateEdge::State::missing)
        json.path_member("path", drawing.graph.nodes()[edge.node].artifact->path);
      json.end_object();
    }
    json.end_array().end_object();
    out += json.take();
    hand_over(drawing, out);
  }
  json.end_array().end_object();
  return out + json.take() + "\n";
}

constexpr std::array kGraphFormats{
    GraphFormat{"text",
                "an indented tree; (*): its dependencies are shown above; ✗: missing, or there with another SVH",
                write_text},
    GraphFormat{"dot", "for Graphviz", write_dot},
    GraphFormat{"mermaid", "for Markdown pages", write_mermaid},
    GraphFormat{"json", "crates with their dependencies and whether each is there", write_graph_json},
};

}  // namespace

// A line of text has up to 400 bytes in front of what it says.
Result<void> charge_drawing(const CrateGraph& graph) {
  constexpr std::uint64_t kStepsPerEdge = 2048;
  std::uint64_t edges = 0;
  for (const auto& node : graph.nodes()) edges += node.edges.size();
  return work(kStepsPerEdge * edges);
}

std::span<const GraphFormat> graph_format_table() { return kGraphFormats; }

const GraphFormat* graph_format_of(std::string_view name) {
  const auto* row = std::ranges::find(kGraphFormats, name, &GraphFormat::name);
  return row == kGraphFormats.end() ? nullptr : row;
}

}  // namespace rartifacts
