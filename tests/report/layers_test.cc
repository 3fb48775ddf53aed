// SPDX-License-Identifier: MIT OR Apache-2.0
#include "report/layers.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace rartifacts;

namespace {

Digraph boxes(std::size_t count, std::vector<std::pair<std::size_t, std::size_t>> edges) {
  return {.widths = std::vector<double>(count, 50), .edges = std::move(edges)};
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("layers: a crate stands above what it needs, and no two stand on one another") {
    const auto layout = laid_out(boxes(5, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 4}})).value();
    const auto& at = layout.centers;
    CHECK(at[0].y < at[1].y);
    CHECK(at[1].y == at[2].y);
    CHECK(at[4].y == at[1].y);  // not at the bottom, though it needs nothing: just below its user
    CHECK(at[2].y < at[3].y);
    for (std::size_t a = 0; a < 5; ++a)
      for (std::size_t b = a + 1; b < 5; ++b) CHECK((at[a].y != at[b].y || std::abs(at[a].x - at[b].x) >= 50));
    for (const auto& center : at) {
      CHECK(center.x >= 25);
      CHECK(center.x <= layout.width - 25);
      CHECK(center.y > 0);
      CHECK(center.y < layout.height);
    }
  }

  TEST_CASE("layers: what is reached by another way has no line of its own") {
    const auto layout = laid_out(boxes(4, {{0, 1}, {1, 2}, {0, 2}, {2, 3}, {0, 3}, {1, 3}})).value();
    CHECK(layout.lines[0].size() == 2);
    CHECK(layout.lines[1].size() == 2);
    CHECK(layout.lines[2].empty());
    CHECK(layout.lines[3].size() == 2);
    CHECK(layout.lines[4].empty());
    CHECK(layout.lines[5].empty());
  }

  TEST_CASE("layers: a long line bends around the boxes on its way") {
    // Two chains share the end: 0-1-2-3-4, and 5-4, which is as long as the other.
    const auto layout = laid_out(boxes(7, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {0, 5}, {5, 4}, {6, 4}, {0, 6}})).value();
    CHECK(layout.lines[5].size() == 4);  // 5, two rows between, 4
    for (const auto& line : layout.lines) {
      for (std::size_t i = 0; i + 1 < line.size(); ++i) CHECK(line[i].y < line[i + 1].y);
      for (std::size_t i = 1; i + 1 < line.size(); ++i)
        for (const auto& box : layout.centers) CHECK((box.y != line[i].y || std::abs(box.x - line[i].x) > 25));
    }
  }

  TEST_CASE("layers: circles, which only forged metadata has, end") {
    const auto layout = laid_out(boxes(4, {{0, 1}, {1, 2}, {2, 0}, {3, 2}, {2, 3}})).value();
    CHECK(layout.centers.size() == 4);
    for (const auto& line : layout.lines) CHECK(line.size() >= 2);
  }

  TEST_CASE("layers: nothing and one") {
    CHECK(laid_out(boxes(0, {}))->centers.empty());
    CHECK(laid_out(boxes(1, {}))->centers.size() == 1);
  }

  TEST_CASE("layers: too many are not drawn") {
    CHECK(!laid_out(boxes(301, {})));
    // A ladder whose every line is long.
    std::vector<std::pair<std::size_t, std::size_t>> edges;
    for (std::size_t i = 0; i + 1 < 150; ++i) edges.emplace_back(i, i + 1);
    for (std::size_t i = 150; i < 300; ++i) edges.emplace_back(0, i), edges.emplace_back(i, 149);
    CHECK(!laid_out(boxes(300, edges)));
  }
}
