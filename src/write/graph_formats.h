// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/graph.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace rartifacts {

/// What `tree` draws: a graph, and where to start.
struct Drawing {
  const CrateGraph& graph;
  std::vector<std::size_t> roots;
  bool inverted = false;  ///< arrows from a crate to those that need it
  /// Told a long text piece by piece while it is written; what `write` returns is the rest. None: `write` returns all of it.
  std::function<void(std::string_view piece)> take = nullptr;
};

/// Charges what drawing the graph takes; an error before anything is written when that is too much.
Result<void> charge_drawing(const CrateGraph& graph);

/// A form a graph can be written in. One row per format.
struct GraphFormat {
  std::string_view name;
  std::string_view what;
  std::string (*write)(const Drawing& drawing);
};
std::span<const GraphFormat> graph_format_table();
const GraphFormat* graph_format_of(std::string_view name);

}  // namespace rartifacts
