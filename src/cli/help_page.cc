// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The tree of CLI11 read back. A text of several lines gives its first line to -h and the rest to --help; the text below the
// options is cut into sections, each of which starts with a line `Title:`.
#include "cli/help_page.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <optional>
#include <sstream>
#include <string_view>

namespace rartifacts {
namespace {

std::vector<std::string> pieces_of(const std::string& text, char separator) {
  std::vector<std::string> pieces;
  std::string piece;
  for (std::istringstream stream(text); std::getline(stream, piece, separator);) pieces.push_back(piece);
  return pieces;
}

// CLI11 names the validators of an option behind its type: `FORMAT:{text,json}`, `N:UINT in [1 - 256]`.
HelpOption help_option(const CLI::Option& option) {
  HelpOption out;
  const auto type = option.get_type_name();
  const auto colon = std::min(type.find(':'), type.size());
  const auto rules = std::string_view(type).substr(colon);
  if (rules.starts_with(":{") && rules.ends_with('}'))
    out.choices = pieces_of(std::string(rules.substr(2, rules.size() - 3)), ',');
  if (option.get_positional()) {
    out.names = {option.get_name(true)};
  } else {
    for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
    if (option.get_expected_max() > 0) out.value = type.substr(0, colon);
  }
  out.what = option.get_description();
  out.is_required = option.get_required();
  out.repeats = option.get_expected_max() > 1;
  return out;
}

std::vector<HelpOption> options_in(const CLI::App& app, bool positional) {
  std::vector<HelpOption> out;
  const auto is_shown = [&](const CLI::Option* option) {
    return !option->get_group().empty() && option->get_positional() == positional;
  };
  for (const auto* option : app.get_options(is_shown)) out.push_back(help_option(*option));
  // CLI11 puts its own first; they are the last that anybody looks for.
  const auto is_help = [](const HelpOption& option) {
    return std::ranges::find(option.names, "--help") != option.names.end();
  };
  std::ranges::stable_partition(out, std::not_fn(is_help));
  return out;
}

std::optional<HelpRow> row_in(const std::string& line) {
  const auto end = line.find("  ", 2);
  if (!line.starts_with("  ") || line.starts_with("   ") || end == line.npos) return std::nullopt;
  const auto what = line.find_first_not_of(' ', end);
  if (what == line.npos) return std::nullopt;
  return HelpRow{line.substr(2, end - 2), line.substr(what)};
}

void finish(HelpSection& section) {
  while (!section.lines.empty() && section.lines.back().empty()) section.lines.pop_back();
  if (section.title.empty()) return;
  for (const auto& line : section.lines) {
    auto row = row_in(line);
    if (!row) return section.rows.clear();
    section.rows.push_back(std::move(*row));
  }
}

std::vector<HelpSection> sections_in(const std::string& text) {
  std::vector<HelpSection> sections;
  for (const auto& line : pieces_of(text, '\n')) {
    const bool is_title = line.size() > 1 && line.ends_with(':') && line.front() != ' ';
    const bool leaves_list =
        !line.empty() && line.front() != ' ' && !sections.empty() && !sections.back().title.empty();
    if (is_title) sections.push_back({line.substr(0, line.size() - 1), {}, {}});
    else if (sections.empty() || leaves_list) sections.push_back({"", {}, {line}});
    else sections.back().lines.push_back(line);
  }
  for (auto& section : sections) finish(section);
  std::erase_if(sections, [](const HelpSection& section) { return section.lines.empty(); });
  return sections;
}

// Lines up to an empty one make a paragraph.
std::vector<std::string> paragraphs_of(const std::vector<std::string>& lines) {
  std::vector<std::string> paragraphs;
  bool is_open = false;
  for (const auto& line : lines) {
    if (line.empty()) is_open = false;
    else if (is_open) paragraphs.back() += ' ' + line;
    else paragraphs.push_back(line), is_open = true;
  }
  return paragraphs;
}

}  // namespace

HelpPage help_page(const CLI::App& app) {
  HelpPage page;
  const auto* parent = app.get_parent();
  page.name = app.get_name();
  page.command = parent ? parent->get_name() + ' ' + page.name : page.name;
  auto about = pieces_of(app.get_description(), '\n');
  if (!about.empty()) page.summary = about.front(), about.erase(about.begin());
  page.description = paragraphs_of(about);
  page.operands = options_in(app, true);
  page.options = options_in(app, false);
  if (parent) {
    page.global_options = options_in(*parent, false);
    // -h and --help are every command's own; --version, and what goes with it, is nobody's but the program's.
    const auto* version = parent->get_version_ptr();
    std::erase_if(page.global_options, [&](const HelpOption& option) {
      return std::ranges::find(option.names, "--help") != option.names.end() ||
             (version && option.what == version->get_description()) || option.what.starts_with("With --version");
    });
  }
  page.sections = sections_in(app.get_footer());
  for (auto& section : page.sections)
    if (section.title.empty()) section.lines = paragraphs_of(section.lines);
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    page.commands.push_back({command->get_name(), first_line(command->get_description())});
  return page;
}

std::vector<HelpRow> explained_choices(const HelpPage& page, const HelpOption& option) {
  std::vector<HelpRow> rows;
  rows.reserve(option.choices.size());
  for (const auto& choice : option.choices) rows.push_back({choice, ""});
  for (const auto& section : page.sections)
    if (!rows.empty() && std::ranges::equal(section.rows, option.choices, {}, &HelpRow::name)) rows = section.rows;
  return rows;
}

bool tells_choices(const HelpOption& option) {
  return std::ranges::all_of(option.choices, [&](const auto& choice) { return option.what.contains(choice); });
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace rartifacts
