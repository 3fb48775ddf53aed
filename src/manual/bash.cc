// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "manual/manual.h"

namespace rartifacts {
namespace {

constexpr std::string_view kBashHead =
    R"(# bash completion for rartifacts                           -*- shell-script -*-
# Made when rartifacts was built, from what its --help says.

_rartifacts() {
    local cur prev words cword split
    _init_completion -s || return

    # The command, and which of its operands is being typed.
    local i command= command_at=0 operand=1
    for ((i = 1; i < cword; i++)); do
        case ${words[i]} in
            -C | --directory) ((i++)) ;;
            -*) ;;
            *)
                command=${words[i]} command_at=$i
                break
                ;;
        esac
    done
    local options= with_value=
    case $command in
)";

constexpr std::string_view kBashMiddle = R"(    esac
    for ((i = command_at + 1; command_at && i < cword; i++)); do
        case " $with_value " in
            *" ${words[i]} "*) ((i++)) ;;
            *) [[ ${words[i]} == -?* ]] || ((operand++)) ;;
        esac
    done

    local value=
    [[ " $with_value " != *" $prev "* ]] || value=$prev
    [[ $value || $cur != -* ]] || {
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
        return
    }
    case $command,${value:-$operand} in
)";

constexpr std::string_view kBashTail = R"(    esac
} &&
    complete -F _rartifacts rartifacts
)";

std::string names_of(const std::vector<HelpRow>& rows, std::string_view end = "") {
  std::string out;
  for (const auto& row : rows) out += (out.empty() ? "" : " ") + row.name + std::string(end);
  return out;
}

std::string bash_action(const Offer& offer) {
  switch (offer.what) {
    case Offer::What::directories: return "_filedir -d";
    case Offer::What::files:
      return offer.suffixes.empty() ? "_filedir" : fmt::format("_filedir '@({})'", fmt::join(offer.suffixes, "|"));
    case Offer::What::words:
      if (!offer.has_level) return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", names_of(offer.words));
      return fmt::format(
          "if [[ $cur == *=* ]]; then\n                COMPREPLY=($(compgen -W 'info warning error' -- "
          "\"${{cur#*=}}\"))\n"
          "            else\n                compopt -o nospace\n                COMPREPLY=($(compgen -W '{}' -- "
          "\"$cur\"))\n"
          "            fi",
          names_of(offer.words, "="));
    default: return ":";
  }
}

std::vector<const HelpOption*> all_options(const HelpPage& page) {
  std::vector<const HelpOption*> out;
  for (const auto* options : {&page.options, &page.global_options})
    for (const auto& option : *options) out.push_back(&option);
  return out;
}

std::string bash_options(const HelpPage& page) {
  std::vector<std::string> names;
  std::vector<std::string> with_value;
  for (const auto* option : all_options(page)) {
    names.insert(names.end(), option->names.begin(), option->names.end());
    if (!option->value.empty()) with_value.insert(with_value.end(), option->names.begin(), option->names.end());
  }
  return fmt::format("options='{}'\n            with_value='{}'", fmt::join(names, " "), fmt::join(with_value, " "));
}

std::string bash_values(const HelpPage& page, HelpPages pages) {
  const std::string command = page.commands.empty() ? page.name : "";
  std::string out;
  const auto add = [&](const std::string& pattern, const Offer& offer) {
    out += fmt::format("        {})\n            {}\n            ;;\n", pattern, bash_action(offer));
  };
  for (const auto* option : all_options(page)) {
    if (option->value.empty()) continue;
    std::vector<std::string> patterns;
    patterns.reserve(option->names.size());
    for (const auto& name : option->names) patterns.push_back(fmt::format("{},{}", command, name));
    add(fmt::format("{}", fmt::join(patterns, " | ")), offer_for(page, *option, pages));
  }
  if (!page.commands.empty()) add(",1", {Offer::What::words, page.commands, {}, false});
  for (std::size_t i = 0; i < page.operands.size(); ++i) {
    const auto& operand = page.operands[i];
    add(command + ',' + (operand.repeats ? "[1-9]*" : std::to_string(i + 1)), offer_for(page, operand, pages));
  }
  return out;
}

}  // namespace

std::string bash_completion(HelpPages pages) {
  std::string out(kBashHead);
  for (const auto& page : pages)
    out += fmt::format("        {})\n            {}\n            ;;\n", page.commands.empty() ? page.name : "''",
                       bash_options(page));
  out += kBashMiddle;
  for (const auto& page : pages) out += bash_values(page, pages);
  return out + std::string(kBashTail);
}

}  // namespace rartifacts
