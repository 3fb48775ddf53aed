// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rartifacts {

/// An option, or an operand: what stands without a dash.
struct HelpOption {
  std::vector<std::string> names;    ///< `-f`, `--format`; of an operand, its one name
  std::string value;                 ///< `FORMAT`; empty for a flag and for an operand
  std::string what;                  ///< the first line is what -h shows
  std::vector<std::string> choices;  ///< the words that it takes, when it takes no others
  bool is_required = false;
  bool repeats = false;
};

struct HelpRow {
  std::string name;
  std::string what;
};

/// A part of the text below the options: a list, or lines that stand as they are.
struct HelpSection {
  std::string title;          ///< empty: paragraphs
  std::vector<HelpRow> rows;  ///< empty unless every line is a name, two spaces and what it means
  std::vector<std::string> lines;
};

/// The help of one command, before anybody decides how it looks: on a terminal, as manual page, as completions.
struct HelpPage {
  std::string command;  ///< `rartifacts scan`
  std::string name;     ///< `scan`
  std::string summary;
  std::vector<std::string> description;  ///< paragraphs
  std::vector<HelpOption> operands;
  std::vector<HelpOption> options;
  std::vector<HelpOption> global_options;  ///< those that every command takes
  std::vector<HelpSection> sections;
  std::vector<HelpRow> commands;
};

HelpPage help_page(const CLI::App& app);

/// What is said of each of the words that `option` takes: found in the section that explains exactly these.
std::vector<HelpRow> explained_choices(const HelpPage& page, const HelpOption& option);

/// True when what is said of the option names all the words that it takes: `text (default) or json`.
bool tells_choices(const HelpOption& option);

/// Up to the first end of line.
std::string first_line(const std::string& text);

}  // namespace rartifacts
