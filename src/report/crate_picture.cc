// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/crate_picture.h"

#include <rartifacts/graph.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/layers.h"
#include "report/shared.h"

namespace rartifacts {
namespace {

constexpr double kHalfHeight = 22;
constexpr std::size_t kLongestName = 28;

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// At most `kLongestName` characters: crate names have no limit, pictures have.
std::string shortened(std::string_view name) {
  std::string out;
  for (std::size_t count = 0; !name.empty(); ++count) {
    if (count == kLongestName) return out + "…";
    const auto length = std::max<std::size_t>(utf8_sequence(name), 1);
    out += name.substr(0, length);
    name.remove_prefix(length);
  }
  return out;
}

// A crate, however many files describe it.
struct Box {
  std::string name, svh;
  std::vector<std::string> files;  ///< none: it is missing
  bool is_blamed = false;
};

struct Arrow {
  bool is_broken = false;
  std::string says;  ///< of a broken one
};

class Picture {
 public:
  explicit Picture(const ReportInput& input) {
    for (const auto& finding : input.audit.findings) {
      if (finding.waived) continue;
      blamed_files_.insert(finding.path);
      if (!finding.crate.empty()) blamed_crates_.insert(finding.crate);
    }
    const auto artifacts = judged_artifacts(input);
    for (const auto* artifact : artifacts) {
      if (!artifact->crate) continue;
      auto& box = boxes_[box_of(*artifact)];
      box.files.push_back(artifact->path);
      box.is_blamed |= blamed_files_.contains(artifact->path);
      if (is_too_large()) return;
    }
    const CrateGraph graph(artifacts);
    for (const auto& node : graph.nodes())
      for (const auto& edge : node.edges)
        if (!is_too_large()) add_arrow(graph, node, edge);
  }

  std::string draw() const {
    if (boxes_.empty() || is_too_large()) return {};
    Digraph graph;
    for (const auto& box : boxes_) graph.widths.push_back(width_of(box));
    for (const auto& [ends, arrow] : arrows_) graph.edges.push_back(ends);
    const auto layout = laid_out(graph);
    if (!layout) return {};
    auto out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"crate graph\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\">\n",
        layout->width, layout->height);
    std::string broken;  // above the others
    auto line = layout->lines.begin();
    for (const auto& [ends, arrow] : arrows_) {
      (arrow.is_broken ? broken : out) += drawn(arrow, *line);
      ++line;
    }
    out += broken;
    for (std::size_t i = 0; i < boxes_.size(); ++i) out += drawn(boxes_[i], layout->centers[i]);
    return out + "</svg>\n";
  }

 private:
  bool is_too_large() const { return boxes_.size() > kMostBoxes; }

  std::size_t box_of(const std::string& name, const std::string& svh) {
    const auto [known, is_new] = index_.emplace(std::pair(name, svh), boxes_.size());
    if (is_new) boxes_.push_back({.name = name, .svh = svh});
    return known->second;
  }
  std::size_t box_of(const Artifact& artifact) {
    return box_of(display_name(artifact.crate->name), artifact.crate->svh);
  }

  void add_arrow(const CrateGraph& graph, const CrateNode& node, const CrateEdge& edge) {
    const auto from = box_of(*node.artifact);
    const auto name = display_name(edge.dependency->name);
    if (edge.state == CrateEdge::State::found) {
      const auto to = box_of(*graph.nodes()[edge.node].artifact);
      if (from != to) arrows_.try_emplace({from, to});
      return;
    }
    // What the audit does not miss comes with the compiler.
    if (!blamed_crates_.contains(name)) return;
    const auto to = edge.state == CrateEdge::State::mismatch ? box_of(*graph.nodes()[edge.node].artifact)
                                                             : box_of(name, edge.dependency->svh);
    if (from == to) return;
    auto& arrow = arrows_[{from, to}];
    arrow.is_broken = true;
    arrow.says = fmt::format("{} needs {} with SVH {}", boxes_[from].name, name, edge.dependency->svh);
  }

  static double width_of(const Box& box) {
    return 24 + 7.8 * static_cast<double>(std::max<std::size_t>(code_points(shortened(box.name)), 8));
  }

  static std::string drawn(const Box& box, Point center) {
    const auto width = width_of(box);
    std::string files;
    for (const auto& file : box.files) files += '\n' + xml_escaped(file);
    const auto* state = box.files.empty() ? " missing" : box.is_blamed ? " blamed" : "";
    return fmt::format(
        "<g class=\"crate{}\"><title>{} {}{}</title><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" "
        "rx=\"6\"/><text x=\"{:.1f}\" y=\"{:.1f}\">{}</text><text class=\"svh\" x=\"{:.1f}\" "
        "y=\"{:.1f}\">{}</text></g>\n",
        state, xml_escaped(box.name), xml_escaped(box.svh), box.files.empty() ? std::string("\nnot here") : files,
        center.x - width / 2, center.y - kHalfHeight, width, 2 * kHalfHeight, center.x, center.y - 3,
        xml_escaped(shortened(box.name)), center.x, center.y + 14, xml_escaped(box.svh.substr(0, 8)));
  }

  // From the edge of one box to the edge of the other, upright through the rows between.
  static std::string drawn(const Arrow& arrow, const std::vector<Point>& line) {
    if (line.empty()) return {};
    const double step = line.back().y > line.front().y   ? kHalfHeight
                        : line.back().y < line.front().y ? -kHalfHeight
                                                         : 0;
    auto path = fmt::format("M{:.1f} {:.1f}", line.front().x, line.front().y + step);
    for (std::size_t i = 1; i < line.size(); ++i) {
      const auto& to = line[i];
      const auto middle = (line[i - 1].y + to.y) / 2;
      path += fmt::format("C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", line[i - 1].x, middle, to.x, middle, to.x,
                          to.y - step);
      if (i + 1 < line.size()) path += fmt::format("V{:.1f}", to.y + step);
    }
    if (!arrow.is_broken) return fmt::format("<path class=\"edge\" d=\"{}\"/>\n", path);
    return fmt::format("<path class=\"edge broken\" d=\"{}\"><title>{}</title></path>\n", path,
                       xml_escaped(arrow.says));
  }

  std::set<std::string> blamed_files_, blamed_crates_;
  std::vector<Box> boxes_;
  std::map<std::pair<std::string, std::string>, std::size_t> index_;  ///< name and SVH -> box
  std::map<std::pair<std::size_t, std::size_t>, Arrow> arrows_;
};

}  // namespace

std::string crate_picture(const ReportInput& input) { return Picture(input).draw(); }

}  // namespace rartifacts
