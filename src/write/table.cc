// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/graph.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "write/formats.h"

namespace rartifacts {
namespace {

using TableRow = std::array<std::string, 5>;

// Columns of a terminal, as far as it matters here: one per code point.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) value /= 1024, ++unit;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace

Result<std::string> write_table(const Manifest& manifest) {
  std::vector<TableRow> rows{{"PATH", "KIND", "SIDE", "CRATE", "SIZE"}};
  std::map<std::string_view, int> kinds;
  std::set<std::string> compilers;
  std::uint64_t bytes = 0;
  for (const auto* artifact : manifest.artifacts) {
    auto path = printable(artifact->path);
    if (artifact->link_target) path += " -> " + printable(*artifact->link_target);
    rows.push_back({path, std::string(name_of(artifact->kind)), std::string(name_of(artifact->side)),
                    artifact->crate ? printable(display_name(artifact->crate->name)) : "", human_size(artifact->size)});
    ++kinds[name_of(artifact->kind)];
    if (!artifact->link_target) bytes += artifact->size;
    if (artifact->metadata) compilers.insert(artifact->metadata->rustc);
  }
  std::array<std::size_t, 5> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string out;
  for (const auto& row : rows) {
    const bool is_head = &row == &rows.front();
    if (is_head && manifest.color) out += "\x1b[1m";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      const bool is_last = i + 1 == row.size();
      out += is_last ? padding + row[i] : row[i] + padding + "  ";
    }
    if (is_head && manifest.color) out += "\x1b[0m";
    out += '\n';
  }
  std::string summary = fmt::format("\n{} files, {}", manifest.artifacts.size(), human_size(bytes));
  for (const auto& [kind, count] : kinds)
    summary += fmt::format("{}{} {}", kind == kinds.begin()->first ? ": " : ", ", count, kind);
  out += summary + '\n';
  for (const auto& rustc : compilers) out += "made by " + printable(rustc) + '\n';
  return out;
}

}  // namespace rartifacts
