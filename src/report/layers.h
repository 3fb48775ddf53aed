// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace rartifacts {

/// A drawing of more boxes is larger than anybody looks at.
inline constexpr std::size_t kMostBoxes = 300;

/// Boxes and arrows to lay out. An arrow goes from the box that needs to the one that is needed.
struct Digraph {
  std::vector<double> widths;                              ///< one per box
  std::vector<std::pair<std::size_t, std::size_t>> edges;  ///< each pair once, none from a box to itself
};

struct Point {
  double x = 0;
  double y = 0;
};

/// Where everything goes, in the unit of the widths.
struct LayeredLayout {
  std::vector<Point> centers;  ///< one per box
  /// One per arrow: the middles of the rows it crosses, from the center of its box to that of the other. Empty for an
  /// arrow that can be left out, because its end is reached by another way.
  std::vector<std::vector<Point>> lines;
  double width = 0;
  double height = 0;
};

/// Layers by longest path, as Sugiyama's method has it: every arrow goes down (but for those that close a circle), long
/// ones bend around the boxes between, and neighbours stand above each other as far as a few passes of averaging get.
/// Nothing when the drawing would be larger than anybody looks at.
std::optional<LayeredLayout> laid_out(const Digraph& graph);

}  // namespace rartifacts
