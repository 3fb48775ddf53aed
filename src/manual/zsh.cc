// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "manual/manual.h"

namespace rartifacts {
namespace {

constexpr std::string_view kZshHead = R"(#compdef rartifacts
# zsh completion for rartifacts
# Made when rartifacts was built, from what its --help says.

# The words behind the first one that start with what is typed, each as `word:what it means`.
_rartifacts_words() {
  local -a words_to_offer=("${@:2}")
  _describe -t values "$1" words_to_offer
}

# rule=level
_rartifacts_levels() {
  if compset -P '*='; then
    _rartifacts_words level error warning info
  else
    local -a rules=("$@")
    _describe -t rules rule rules -S =
  fi
}
)";

// Inside of single quotes.
std::string zsh_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + '\'';
}

// In the brackets of a specification.
std::string zsh_message(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("[]:\\").contains(c)) out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_word(const HelpRow& row) {
  std::string name;
  for (const char c : row.name) name += c == ':' ? "\\:" : std::string(1, c);
  return zsh_quoted(row.what.empty() ? name : name + ':' + row.what);
}

// What stands behind the message of a specification. Words get a function of their own: no quoting within quotes.
std::string zsh_action(const std::string& function, const Offer& offer, std::string& functions) {
  switch (offer.what) {
    case Offer::What::directories: return "_directories";
    case Offer::What::files:
      return offer.suffixes.empty() ? "_files"
                                    : fmt::format("_files -g \"*.({})(-.)\"", fmt::join(offer.suffixes, "|"));
    case Offer::What::words: {
      functions +=
          fmt::format("\n{}() {{\n  {}", function, offer.has_level ? "_rartifacts_levels" : "_rartifacts_words value");
      for (const auto& row : offer.words) functions += " \\\n    " + zsh_word(row);
      functions += "\n}\n";
      return function;
    }
    default: return " ";
  }
}

std::string zsh_option(const HelpPage& page, const HelpOption& option, HelpPages pages, std::string& functions) {
  const auto name = option.names.back().substr(option.names.back().find_first_not_of('-'));
  std::string value;
  if (!option.value.empty()) {
    const auto function = fmt::format("_{}_{}", page.command, name);
    auto plain = function;
    std::ranges::replace(plain, ' ', '_');
    value =
        fmt::format(":{}:{}", zsh_message(option.value), zsh_action(plain, offer_for(page, option, pages), functions));
  }
  const auto what = fmt::format("[{}]", zsh_message(first_line(option.what)));
  const bool is_help = name == "help" || name == "version";
  const auto excluded = option.repeats ? "*"
                                       : fmt::format("({}{})", is_help ? "- *" : "",
                                                     is_help ? "" : fmt::format("{}", fmt::join(option.names, " ")));
  std::string out;
  for (const auto& each : option.names) {
    const auto end = option.value.empty() ? "" : each.starts_with("--") ? "=" : "+";
    out += fmt::format(" \\\n    {}", zsh_quoted(fmt::format("{}{}{}{}{}", excluded, each, end, what, value)));
  }
  return out;
}

std::string zsh_options(const HelpPage& page, HelpPages pages, std::string& functions) {
  std::string out;
  for (const auto* options : {&page.options, &page.global_options})
    for (const auto& option : *options) out += zsh_option(page, option, pages, functions);
  return out;
}

std::string zsh_command(const HelpPage& page, HelpPages pages) {
  std::string functions;
  auto out = zsh_options(page, pages, functions);
  for (std::size_t i = 0; i < page.operands.size(); ++i) {
    const auto& operand = page.operands[i];
    auto function = fmt::format("_{}_{}", page.command, operand.names.front());
    std::ranges::replace(function, ' ', '_');
    const auto place = operand.repeats ? "*" : std::to_string(i + 1);
    out += fmt::format(" \\\n    {}",
                       zsh_quoted(fmt::format("{}:{}:{}", place + (operand.is_required || operand.repeats ? "" : ":"),
                                              operand.names.front(),
                                              zsh_action(function, offer_for(page, operand, pages), functions))));
  }
  return fmt::format("{}\n_rartifacts-{}() {{\n  _arguments -s -S{}\n}}\n", functions, page.name, out);
}

}  // namespace

std::string zsh_completion(HelpPages pages) {
  std::string out(kZshHead);
  const auto& program = pages.front();
  for (const auto& page : pages.subspan(1)) out += zsh_command(page, pages);
  std::string functions;
  const auto options = zsh_options(program, pages, functions);
  out += functions + "\n_rartifacts_commands() {\n  _rartifacts_words command";
  for (const auto& row : program.commands) out += " \\\n    " + zsh_word(row);
  out += fmt::format(
      "\n}}\n\n_rartifacts() {{\n  local curcontext=$curcontext state line\n  _arguments -C -S{} \\\n"
      "    '1:command:_rartifacts_commands' \\\n    '*:::argument:->arguments' && return\n"
      "  [[ $state == arguments ]] || return\n"
      "  words=(\"$line[1]\" \"${{words[@]}}\")\n  (( CURRENT++ ))\n  "
      "curcontext=${{curcontext%:*:*}}:rartifacts-$line[1]:\n"
      "  (( ! $+functions[_rartifacts-$line[1]] )) || _rartifacts-$line[1]\n}}\n\n_rartifacts \"$@\"\n",
      options);
  return out;
}

}  // namespace rartifacts
