// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Drawing a graph in layers
// =========================
//
// After Sugiyama, Tagawa, Toda: "Methods for Visual Understanding of Hierarchical System Structures" (1981), each step
// in its simplest form:
//
//   1. put the boxes in an order in which users come first; arrows against it (circles) are not looked at in 2 and 3
//   2. leave out arrows whose end is reached by another way: dependency lists are transitive, all of it is a tangle
//   3. give each box a row: the lowest it can have, then raised to just below the lowest of its users
//   4. cut arrows over several rows into pieces with a waypoint, a narrow invisible box, in each row between
//   5. sort each row by where its neighbours in the row before stand, down and up a few times
#include "report/layers.h"

#include <algorithm>
#include <queue>
#include <ranges>
#include <tuple>

namespace rartifacts {
namespace {

constexpr std::size_t kMostSlots = 4000;  ///< boxes and waypoints
constexpr double kRowHeight = 92;
constexpr double kGap = 20;
constexpr double kMargin = 30;
constexpr double kWaypointWidth = 10;
constexpr int kPasses = 12;

using Indices = std::vector<std::size_t>;

class Layers {
 public:
  explicit Layers(const Digraph& graph) : graph_(graph), count_(graph.widths.size()) {}

  std::optional<LayeredLayout> lay_out() {
    if (count_ > kMostBoxes) return std::nullopt;
    put_in_order();
    find_needless_edges();
    choose_rows();
    if (!place_waypoints()) return std::nullopt;
    for (int pass = 0; pass < kPasses; ++pass) sort_rows(pass % 2 == 0);
    return finished();
  }

 private:
  struct Slot {
    std::size_t row = 0;
    double width = 0;
    double x = 0;
    Indices above, below;  ///< slots that a line leads to
  };

  bool is_forward(std::size_t from, std::size_t to) const { return place_[from] < place_[to]; }

  void put_in_order() {
    std::vector<std::size_t> users(count_);
    std::vector<Indices> needed(count_);
    for (const auto& [from, to] : graph_.edges) needed[from].push_back(to), ++users[to];
    std::priority_queue<std::size_t, Indices, std::greater<>> free;
    for (std::size_t i = 0; i < count_; ++i)
      if (users[i] == 0) free.push(i);
    place_.assign(count_, count_);
    for (std::size_t circle = 0; order_.size() < count_;) {
      while (free.empty()) {  // the rest stands in circles: cut the first one open
        if (place_[circle] == count_) free.push(circle);
        ++circle;
      }
      const auto box = free.top();
      free.pop();
      if (place_[box] != count_) continue;
      place_[box] = order_.size();
      order_.push_back(box);
      for (const auto to : needed[box])
        if (--users[to] == 0) free.push(to);
    }
  }

  void find_needless_edges() {
    std::vector<std::vector<bool>> has(count_, std::vector<bool>(count_));
    for (const auto& [from, to] : graph_.edges) has[from][to] = is_forward(from, to);
    for (const auto& [from, to] : graph_.edges) {
      bool is_needless = false;
      for (std::size_t via = 0; via < count_ && !is_needless; ++via)
        is_needless = has[from][to] && has[from][via] && has[via][to];
      is_needless_.push_back(is_needless);
    }
  }

  void choose_rows() {
    std::vector<Indices> needed(count_), users(count_);
    for (const auto& [from, to] : graph_.edges)
      if (is_forward(from, to)) needed[from].push_back(to), users[to].push_back(from);
    std::vector<std::size_t> height(count_);
    for (const auto box : std::views::reverse(order_))
      for (const auto to : needed[box]) height[box] = std::max(height[box], height[to] + 1);
    for (const auto box : order_) {
      if (users[box].empty()) continue;
      height[box] = height[users[box].front()] - 1;
      for (const auto user : users[box]) height[box] = std::min(height[box], height[user] - 1);
    }
    const auto highest = count_ == 0 ? 0 : *std::ranges::max_element(height);
    rows_.resize(highest + 1);
    for (std::size_t box = 0; box < count_; ++box) {
      slots_.push_back({.row = highest - height[box], .width = graph_.widths[box]});
      rows_[slots_[box].row].push_back(box);
    }
  }

  // False when there are too many.
  bool place_waypoints() {
    for (std::size_t i = 0; i < graph_.edges.size(); ++i) {
      auto& chain = chains_.emplace_back();
      if (is_needless_[i]) continue;
      auto [from, to] = graph_.edges[i];
      const bool goes_up = slots_[from].row > slots_[to].row;
      if (goes_up) std::swap(from, to);
      chain.push_back(from);
      for (auto row = slots_[from].row + 1; row < slots_[to].row; ++row) {
        chain.push_back(slots_.size());
        rows_[row].push_back(slots_.size());
        slots_.push_back({.row = row, .width = kWaypointWidth});
        if (slots_.size() > kMostSlots) return false;
      }
      chain.push_back(to);
      for (std::size_t k = 0; k + 1 < chain.size(); ++k) {
        slots_[chain[k]].below.push_back(chain[k + 1]);
        slots_[chain[k + 1]].above.push_back(chain[k]);
      }
      if (goes_up) std::ranges::reverse(chain);
    }
    for (auto& row : rows_) line_up(row);
    return true;
  }

  double width_of(const Indices& row) const {
    double width = kGap * static_cast<double>(std::max<std::size_t>(row.size(), 1) - 1);
    for (const auto slot : row) width += slots_[slot].width;
    return width;
  }

  // One beside the other, the middle of the row at 0.
  void line_up(const Indices& row) {
    double x = -width_of(row) / 2;
    for (const auto slot : row) {
      slots_[slot].x = x + slots_[slot].width / 2;
      x += slots_[slot].width + kGap;
    }
  }

  void sort_rows(bool downwards) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      auto& row = rows_[downwards ? i : rows_.size() - 1 - i];
      std::vector<std::tuple<double, double, std::size_t>> wishes;  // who wishes the same stays in order
      for (const auto slot : row) {
        const auto& neighbours = downwards ? slots_[slot].above : slots_[slot].below;
        double sum = 0;
        for (const auto neighbour : neighbours) sum += slots_[neighbour].x;
        const auto wish = neighbours.empty() ? slots_[slot].x : sum / static_cast<double>(neighbours.size());
        wishes.emplace_back(wish, slots_[slot].x, slot);
      }
      std::ranges::sort(wishes);
      std::ranges::transform(wishes, row.begin(), [](const auto& wish) { return std::get<std::size_t>(wish); });
      line_up(row);
    }
  }

  LayeredLayout finished() const {
    LayeredLayout layout;
    for (const auto& row : rows_) layout.width = std::max(layout.width, width_of(row));
    layout.width += 2 * kMargin;
    layout.height = kRowHeight * static_cast<double>(rows_.size() - 1) + 2 * kMargin;
    const auto point = [&](std::size_t slot) {
      return Point{slots_[slot].x + layout.width / 2, kMargin + kRowHeight * static_cast<double>(slots_[slot].row)};
    };
    for (std::size_t box = 0; box < count_; ++box) layout.centers.push_back(point(box));
    for (const auto& chain : chains_) {
      auto& line = layout.lines.emplace_back();
      for (const auto slot : chain) line.push_back(point(slot));
    }
    return layout;
  }

  const Digraph& graph_;
  std::size_t count_;
  Indices order_;                  ///< boxes, users first
  Indices place_;                  ///< where each box stands in it
  std::vector<bool> is_needless_;  ///< per edge
  std::vector<Slot> slots_;        ///< first the boxes, then waypoints
  std::vector<Indices> rows_;      ///< slots from left to right
  std::vector<Indices> chains_;    ///< per edge: the slots on its way
};

}  // namespace

std::optional<LayeredLayout> laid_out(const Digraph& graph) { return Layers(graph).lay_out(); }

}  // namespace rartifacts
