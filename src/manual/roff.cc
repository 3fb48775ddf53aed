// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The language of manual pages, as man(7) describes it: lines that start with a dot are commands, and a backslash starts an escape.
// `-` is a hyphen there and `\-` the sign of options, `'` and "`" are quotation marks and `\(aq` and `\(ga` what a shell reads.
#include "manual/roff.h"

#include <fmt/format.h>
#include <rartifacts/bytes.h>

#include <algorithm>

namespace rartifacts {
namespace {

std::uint32_t code_point_of(std::string_view character) {
  std::uint32_t code = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return code;
  code &= 0x7fU >> character.size();
  for (const char c : character.substr(1)) code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  return code;
}

std::string roff_escaped(std::string_view text, bool is_literal) {
  std::string out;
  while (!text.empty()) {
    const auto character = text.substr(0, std::max<std::size_t>(utf8_sequence(text), 1));
    if (character.size() > 1) out += fmt::format("\\[u{:04X}]", code_point_of(character));
    else if (character == "\\") out += "\\e";
    else if (character == "-") out += is_literal ? "\\-" : "-";
    else if (character == "'") out += "\\(aq";
    else if (character == "`") out += "\\(ga";
    else if (character == "^") out += "\\(ha";
    else if (character == "~") out += "\\(ti";
    else out += character;
    text.remove_prefix(character.size());
  }
  return out;
}

constexpr std::size_t kPageColumns = 80;  // as mandoc wants lines of a source

// A line that starts with a dot would be a command.
std::string guarded_line(std::string_view line) { return (line.starts_with(".") ? "\\&" : "") + std::string(line); }

// `line` in lines of that length, broken at spaces.
std::string folded_line(std::string_view line) {
  std::string out;
  std::size_t columns = 0;
  while (!line.empty()) {
    const auto word = line.substr(0, line.find(' '));
    const bool breaks = !out.empty() && columns + 1 + word.size() > kPageColumns;
    if (!out.empty()) out += breaks ? '\n' : ' ';
    const auto placed = breaks ? guarded_line(word) : std::string(word);
    out += placed;
    columns = (breaks || columns == 0 ? 0 : columns + 1) + placed.size();
    line.remove_prefix(std::min(word.size() + 1, line.size()));
  }
  return out;
}

// Options that stand in a sentence are to be copied too.
std::string with_options(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" ,;:)(") + 1, text.size());
    const auto word = text.substr(0, end == 0 ? text.size() : end);
    const bool is_option = word.size() > 1 && word.front() == '-' && word[1] != ' ' && word[1] != '-';
    out += roff_escaped(word, is_option || word.starts_with("--"));
    text.remove_prefix(word.size());
  }
  return out;
}

std::string upper_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return out;
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string out;
  for (bool is_code = false; !text.empty(); is_code = !is_code) {
    const auto end = std::min(text.find('`'), text.size());
    const auto piece = text.substr(0, end);
    out += is_code ? "\\fB" + roff_escaped(piece, true) + "\\fR" : with_options(piece);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  // One sentence a line: roff takes the end of a line for the end of a sentence.
  for (auto at = out.find(". "); at != out.npos; at = out.find(". ", at + 1))
    if (at + 2 < out.size() && at > 3 && out[at + 2] >= 'A' && out[at + 2] <= 'Z') out[at + 1] = '\n';
  return guarded_line(out);
}

std::string roff_literal(std::string_view text) { return guarded_line(roff_escaped(text, true)); }

std::string roff_bold(std::string_view text) { return "\\fB" + roff_escaped(text, true) + "\\fR"; }

std::string roff_head(std::string_view name, int section, const ManualEdition& edition, std::string_view summary) {
  return fmt::format(
      ".\\\" SPDX-License-Identifier: MIT OR Apache-2.0\n"
      ".\\\" Made when rartifacts was built, from what its --help says.\n"
      ".TH {} {} {} \"rartifacts {}\"\n.SH NAME\n{} \\- {}\n",
      upper_case(roff_literal(name)), section, edition.date, edition.version, roff_literal(name), roff_text(summary));
}

std::string roff_see_also(std::string_view name, HelpPages pages) {
  std::vector<std::pair<std::string, int>> others;
  for (const auto& page : pages) {
    auto other = page.command;
    std::ranges::replace(other, ' ', '-');
    others.emplace_back(std::move(other), 1);
  }
  others.emplace_back("rartifacts-manifest", 5);
  others.emplace_back("rartifacts-rules", 7);
  std::erase_if(others, [&](const auto& other) { return other.first == name; });
  std::string out = roff_title("SEE ALSO");
  for (const auto& [other, section] : others)
    out += fmt::format(".BR {} ({}){}\n", roff_literal(other), section, &other == &others.back().first ? "" : ",");
  return out;
}

std::string roff_title(std::string_view title) { return fmt::format(".SH {}\n", upper_case(title)); }

std::string roff_filled(std::string_view page) {
  std::string out;
  bool is_filled = true, is_tag = false;
  while (!page.empty()) {
    const auto end = std::min(page.find('\n'), page.size());
    const auto line = page.substr(0, end);
    const bool is_command = line.starts_with('.');
    if (line == ".nf" || line == ".fi") is_filled = line == ".fi";
    out += is_filled && !is_command && !is_tag ? folded_line(std::string(line)) : std::string(line);
    out += '\n';
    is_tag = line == ".TP";
    page.remove_prefix(std::min(end + 1, page.size()));
  }
  return out;
}

std::string roff_item(std::string_view tag, std::string_view text) { return fmt::format(".TP\n{}\n{}\n", tag, text); }

}  // namespace rartifacts
