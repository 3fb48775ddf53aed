// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace rartifacts {
namespace {

constexpr std::size_t kHelpWidth = 80;
constexpr std::size_t kWidestName = 28;  // a longer one has its text on the next line

// Words of `text` in lines of at most kHelpWidth, all but the first indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t column) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    const auto word = text.substr(0, end);
    const auto width = static_cast<std::size_t>(
        std::ranges::count_if(word, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
    if (!out.empty() && column + 1 + width > kHelpWidth) out += '\n' + std::string(indent, ' '), column = indent;
    else if (!out.empty() && !word.empty()) out += ' ', ++column;
    out += word;
    column += width;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string label_of(const HelpOption& option) {
  std::string label = option.names.front().starts_with("--") ? "    " : "";
  for (const auto& name : option.names) label += (&name == &option.names.front() ? "" : ", ") + name;
  if (!option.value.empty()) label += ' ' + option.value;
  return label;
}

std::string rows_of(std::string_view title, const std::vector<HelpRow>& rows) {
  if (rows.empty()) return {};
  std::size_t width = 0;
  for (const auto& row : rows)
    if (row.name.size() <= kWidestName) width = std::max(width, row.name.size());
  std::string out = fmt::format("\n{}:\n", title);
  for (const auto& row : rows) {
    const bool is_wide = row.name.size() > width;
    out += fmt::format("  {:<{}}", row.name, width);
    out += is_wide ? '\n' + std::string(width + 4, ' ') : "  ";
    out += wrapped(row.what, width + 4, width + 4) + '\n';
  }
  return out;
}

bool is_explained(const HelpPage& page, const HelpOption& option) {
  return std::ranges::any_of(explained_choices(page, option), [](const HelpRow& row) { return !row.what.empty(); });
}

std::string help_options(const HelpPage& page, std::string_view title, const std::vector<HelpOption>& options,
                         bool is_long) {
  std::vector<HelpRow> rows;
  for (const auto& option : options) {
    auto what = is_long ? option.what : first_line(option.what);
    if (is_long && !option.choices.empty() && !is_explained(page, option) && !tells_choices(option))
      what += fmt::format(" [{}]", fmt::join(option.choices, ", "));
    rows.push_back({label_of(option), what});
  }
  return rows_of(title, rows);
}

std::string operands_of(const HelpPage& page, bool is_long) {
  std::vector<HelpRow> rows;
  rows.reserve(page.operands.size());
  for (const auto& operand : page.operands)
    rows.push_back(
        {operand.names.front() + (operand.repeats ? "..." : ""), is_long ? operand.what : first_line(operand.what)});
  return rows_of("Arguments", rows);
}

std::string help_section(const HelpSection& section) {
  if (!section.rows.empty()) return rows_of(section.title, section.rows);
  std::string out;
  if (section.title.empty()) {
    for (const auto& paragraph : section.lines) out += '\n' + wrapped(paragraph, 0, 0) + '\n';
    return out;
  }
  out = fmt::format("\n{}:\n", section.title);
  for (const auto& line : section.lines) out += line + '\n';
  return out;
}

std::string top_of(const HelpPage& page, bool is_long) {
  std::string out = page.summary + "\n";
  if (is_long)
    for (const auto& paragraph : page.description) out += '\n' + wrapped(paragraph, 0, 0) + '\n';
  return out + fmt::format("\nUsage: {}\n", usage_of(page)) + rows_of("Commands", page.commands) +
         operands_of(page, is_long) + help_options(page, "Options", page.options, is_long) +
         help_options(page, "Options of every command", page.global_options, is_long);
}

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace

std::string usage_of(const HelpPage& page) {
  std::string usage = page.command + " [OPTIONS]";
  if (!page.commands.empty()) usage += " COMMAND";
  for (const auto& operand : page.operands) {
    const auto name = operand.names.front() + (operand.repeats ? "..." : "");
    usage += operand.is_required ? ' ' + name : " [" + name + ']';
  }
  return usage;
}

std::string short_help(const HelpPage& page) {
  std::vector<std::string> more;
  for (const auto& section : page.sections)
    if (!section.title.empty()) more.push_back(in_lower_case(section.title));
  const auto last = more.empty() ? "" : more.back();
  if (!more.empty()) more.pop_back();
  const auto list = more.empty() ? last : fmt::format("{} and {}", fmt::join(more, ", "), last);
  return top_of(page, false) +
         (list.empty() ? "" : '\n' + wrapped(fmt::format("{} --help adds {}.", page.command, list), 0, 0) + '\n');
}

std::string long_help(const HelpPage& page) {
  auto out = top_of(page, true);
  for (const auto& section : page.sections) out += help_section(section);
  return out;
}

}  // namespace rartifacts
