// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "manual/manual.h"

namespace rartifacts {
namespace {

constexpr std::string_view kFishHead = R"(# fish completion for rartifacts
# Made when rartifacts was built, from what its --help says.

# The command that is being typed for: succeeds when it is the one that is named, or none.
function __rartifacts_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case -C --directory
                set -e words[1]
            case '-*'
            case '*'
                test "$words[1]" = "$argv[1]"
                return
        end
        set -e words[1]
    end
    test -z "$argv[1]"
end

# Files with one of these suffixes, and directories.
function __rartifacts_files
    __fish_complete_directories (commandline -ct)
    for suffix in $argv
        __fish_complete_suffix .$suffix
    end
end

complete -c rartifacts -f
)";

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

// `-a` reads its text once more as fish does: words, each with a tab and, in single quotes, what it means behind it.
std::string fish_words(const std::vector<HelpRow>& rows) {
  std::string out = "\"";
  for (const auto& row : rows) {
    out += row.name + "\\t'";
    for (const char c : row.what)
      if (!std::string_view("\"$'\\").contains(c)) out += c;
    out += "' ";
  }
  return out + '"';
}

std::string fish_action(const Offer& offer) {
  switch (offer.what) {
    case Offer::What::directories: return "-x -a '(__fish_complete_directories)'";
    case Offer::What::files: {
      if (offer.suffixes.empty()) return "-r -F";
      std::string out = "-r -f -a '(__rartifacts_files";
      for (const auto& suffix : offer.suffixes) out += ' ' + suffix;
      return out + ")'";
    }
    case Offer::What::words: {
      if (!offer.has_level) return "-x -a " + fish_words(offer.words);
      std::vector<HelpRow> rows;
      for (const auto* level : {"error", "warning", "info"})
        for (const auto& row : offer.words) rows.push_back({row.name + '=' + level, row.what});
      return "-x -a " + fish_words(rows);
    }
    default: return "-x";
  }
}

std::string fish_option(const HelpPage& page, const HelpOption& option, std::string_view condition, HelpPages pages) {
  auto out = fmt::format("complete -c rartifacts{}", condition);
  for (const auto& name : option.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  out += " -d " + fish_quoted(first_line(option.what));
  if (!option.value.empty()) out += ' ' + fish_action(offer_for(page, option, pages));
  return out + '\n';
}

}  // namespace

std::string fish_completion(HelpPages pages) {
  std::string out(kFishHead);
  for (const auto& page : pages) {
    const bool is_program = !page.commands.empty();
    const auto condition = fmt::format(" -n '__rartifacts_command {}'", is_program ? "\"\"" : page.name);
    out += fmt::format("\n# {}\n", page.command);
    for (const auto& command : page.commands)
      out += fmt::format("complete -c rartifacts{} -a {} -d {}\n", condition, command.name, fish_quoted(command.what));
    for (const auto* options : {&page.options, &page.global_options})
      for (const auto& option : *options) out += fish_option(page, option, condition, pages);
    for (const auto& operand : page.operands) {
      auto action = fish_action(offer_for(page, operand, pages));
      // Of an operand: -x and -r speak of an option's value.
      if (action.starts_with("-x")) action.erase(0, std::min<std::size_t>(3, action.size()));
      else if (action.starts_with("-r ")) action.erase(0, 3);
      if (!action.empty()) out += fmt::format("complete -c rartifacts{} {}\n", condition, action);
    }
  }
  return out;
}

}  // namespace rartifacts
