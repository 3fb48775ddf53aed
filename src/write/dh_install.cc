// SPDX-License-Identifier: MIT OR Apache-2.0
//
// debian/PACKAGE.install
// ======================
//
// One line for each file: what to install, a blank, and the directory it goes to below debian/PACKAGE (dh_install(1)).
// dh_install splits the line at white space, then expands globs in the first word, and since compatibility level 13 variables
// in both. So a blank in a name is written as ${Space}, a dollar sign as ${Dollar}, and what a glob would understand behind a
// backslash; the directory is no glob. Other white space has no variable, and nor can more than 19 of them stand in one word.
// Real directories are left out: dh_install would copy all that is in them.
#include <algorithm>

#include "bytes/path.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

constexpr std::string_view kGlob = "*?[]{}\\";
constexpr std::size_t kMostVariables = 19;

std::string variable_for(char c) {
  switch (c) {
    case ' ': return "${Space}";
    case '\t': return "${Tab}";
    case '\n': return "${Newline}";
    case '$': return "${Dollar}";
    default: return {};
  }
}

std::optional<std::string> as_word(std::string_view path, bool is_pattern) {
  if (path.find_first_of("\r\v\f") != path.npos) return std::nullopt;
  std::string word;
  std::size_t variables = 0;
  for (const char c : path) {
    if (is_pattern && kGlob.contains(c)) word += '\\';
    const auto variable = variable_for(c);
    variables += !variable.empty();
    word += variable.empty() ? std::string(1, c) : variable;
  }
  return variables > kMostVariables ? std::nullopt : std::optional(word);
}

}  // namespace

Result<std::string> write_dh_install(const Manifest& manifest) {
  std::string out;
  for (const auto path : paths_without_directories(manifest)) {
    const auto directory = join_path(manifest.prefix, directory_of(path));
    const auto source = as_word(guarded(path), true);
    const auto destination = as_word(directory.empty() ? "." : directory, false);
    if (!source || !destination)
      return fail(
          ErrorKind::unsupported,
          "{}: debian/*.install cannot hold a name with a carriage return, a form feed, a vertical tab, or more "
          "than {} blanks and dollar signs: rename it, or copy with --format paths0",
          printable(path), kMostVariables);
    out += fmt::format("{} {}\n", *source, *destination);
  }
  return out;
}

}  // namespace rartifacts
