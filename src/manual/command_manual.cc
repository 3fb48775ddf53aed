// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/help.h"
#include "manual/roff.h"

namespace rartifacts {
namespace {

std::string page_name(const HelpPage& page) {
  auto name = page.command;
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string synopsis_of(const HelpPage& page) {
  auto out = ".B " + roff_literal(page.command) + "\n[\\fIOPTIONS\\fR]";
  if (!page.commands.empty()) out += " \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]";
  for (const auto& operand : page.operands) {
    const auto name = fmt::format("\\fI{}\\fR{}", operand.names.front(), operand.repeats ? "..." : "");
    out += operand.is_required ? ' ' + name : " [" + name + ']';
  }
  return roff_title("Synopsis") + out + '\n';
}

std::string tag_of(const HelpOption& option) {
  std::string tag;
  for (const auto& name : option.names) tag += (tag.empty() ? "" : ", ") + roff_bold(name);
  return option.value.empty() ? tag : fmt::format("{} \\fI{}\\fR", tag, roff_literal(option.value));
}

std::string text_of(const HelpPage& page, const HelpOption& option) {
  auto what = option.what;
  std::ranges::replace(what, '\n', ' ');
  if (!what.ends_with('.')) what += '.';
  auto text = roff_text(what);
  if (option.choices.empty()) return text;
  std::vector<std::string> words;
  words.reserve(option.choices.size());
  for (const auto& choice : option.choices) words.push_back(roff_bold(choice));
  const auto section = std::ranges::find_if(page.sections, [&](const HelpSection& each) {
    return std::ranges::equal(each.rows, option.choices, {}, &HelpRow::name);
  });
  if (section == page.sections.end() && tells_choices(option)) return text;
  if (section == page.sections.end()) return fmt::format("{}\nOne of {}.", text, fmt::join(words, ", "));
  return fmt::format("{}\nOne of {}; see {} below.", text, fmt::join(words, ", "), section->title);
}

std::string manual_options(const HelpPage& page) {
  auto out = roff_title("Options");
  for (const auto* options : {&page.options, &page.global_options})
    for (const auto& option : *options) out += roff_item(tag_of(option), text_of(page, option));
  return out;
}

std::string manual_section(const HelpSection& section) {
  std::string out;
  if (section.title.empty()) {
    for (const auto& paragraph : section.lines) out += ".PP\n" + roff_text(paragraph) + '\n';
    return out;
  }
  out = roff_title(section.title);
  if (!section.rows.empty()) {
    for (const auto& row : section.rows) out += roff_item(roff_bold(row.name), roff_text(row.what));
    return out;
  }
  out += ".nf\n";
  for (const auto& line : section.lines) out += (line.empty() ? ".sp" : roff_literal(line)) + '\n';
  return out + ".fi\n";
}

}  // namespace

std::string command_manual(const HelpPage& page, HelpPages pages, const ManualEdition& edition) {
  const auto name = page_name(page);
  auto summary = page.summary;
  if (!summary.empty() && summary[0] >= 'A' && summary[0] <= 'Z')
    summary[0] = static_cast<char>(summary[0] - 'A' + 'a');
  auto out = roff_head(name, 1, edition, summary) + synopsis_of(page);
  if (!page.description.empty() || !page.operands.empty()) out += roff_title("Description");
  for (const auto& paragraph : page.description)
    out += (&paragraph == &page.description.front() ? "" : ".PP\n") + roff_text(paragraph) + '\n';
  for (const auto& operand : page.operands) {
    auto what = operand.what;
    std::ranges::replace(what, '\n', ' ');
    out += roff_item(fmt::format("\\fI{}\\fR", operand.names.front()), roff_text(what));
  }
  if (!page.commands.empty()) out += roff_title("Commands");
  for (const auto& command : page.commands)
    out += roff_item(fmt::format("\\fB{}\\-{}\\fR(1)", roff_literal(page.command), roff_literal(command.name)),
                     roff_text(command.what));
  out += manual_options(page);
  for (const auto& section : page.sections) out += manual_section(section);
  return out + roff_see_also(name, pages);
}

}  // namespace rartifacts
