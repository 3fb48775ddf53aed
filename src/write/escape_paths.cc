// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Names in lists that programs read
// =================================
//
// Each of these programs has a language of its own, and none can hold every name.
//
// GNU make has no quotes. A backslash protects blanks, `#`, `:` and globs, in targets `%` as well; `$` is doubled. The backslash
// before a `]` goes away only where make globs at all. Before a name without a slash stands `./`, or `define` would be a
// directive. Nothing protects `;`, `=`, `|`, `&`, a tab, a blank at the end or the parentheses of `archive(member)`, and a
// backslash is sometimes a backslash. A tilde in front is somebody's home, behind `./` too, which make takes away first.
//
// dh_install splits a line at white space, then expands globs in the first word, and since compatibility level 13 variables in
// both. So a blank in a name is written as ${Space}, a dollar sign as ${Dollar}, and what a glob would understand behind a
// backslash; the directory is no glob. Other white space has no variable, and nor can more than 19 of them stand in one word.
//
// rpm to 4.18 expands globs in quotes, rpm since 4.19 does not, and takes backslashes, which 4.18 does only in globs. Written is
// what means the same to both: a glob character as a class of one, and then without quotes. Macros are expanded, by 4.18 twice,
// so that `%%(id)` would run id; `[%%]` is a class of one after one time and after two. What is left has no common spelling: one
// of these characters together with a blank or an apostrophe, braces, double quotes, backslashes. Control characters and bytes
// that are not UTF-8 rpm refuses in any name. Some directives 4.18 looks for anywhere in the line, names included.
#include <fmt/format.h>
#include <rartifacts/bytes.h>

#include <algorithm>
#include <array>

#include "bytes/unicode.h"
#include "write/escape.h"

namespace rartifacts {
namespace {

constexpr std::string_view kInstallGlob = "*?[]{}\\";
constexpr std::string_view kRpmSpecial = "*?[%";
constexpr std::array<std::string_view, 8> kRpmDirectives{"%attr", "%defattr", "%verify", "%defverify",
                                                         "%dev",  "%config",  "%lang",   "%caps"};

bool is_ascii_control(char c) { return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f; }

std::string_view install_variable_for(char c) {
  switch (c) {
    case ' ': return "${Space}";
    case '\t': return "${Tab}";
    case '\n': return "${Newline}";
    case '$': return "${Dollar}";
    default: return {};
  }
}

// As coreutils writes names in lists of checksums.
std::string checksum_name(std::string_view path) {
  std::string name;
  for (const char c : path) {
    if (c == '\\') name += "\\\\";
    else if (c == '\n') name += "\\n";
    else if (c == '\r') name += "\\r";
    else name += c;
  }
  return name;
}

}  // namespace

std::string guarded(std::string_view path) {
  // '-' is an option for tar, which skips blanks before it, and cpio; '#' and ';' are comments for rsync; ':' begins a command
  // of a CI runner, which skips white space of any width before it.
  const auto length = utf8_sequence(path);
  const bool is_special =
      !path.empty() && length > 0 &&
      (std::string_view("-#;:").contains(path.front()) || is_white_space(code_point(path.substr(0, length))));
  return (is_special ? "./" : "") + std::string(path);
}

// A line cannot hold a newline, for rsync it ends at a carriage return as well, and GNU tar -T decodes backslashes:
// `\057etc` would become another file.
std::optional<std::string> list_line(std::string_view path) {
  if (path.find_first_of("\n\r\\") != path.npos) return std::nullopt;
  return guarded(path) + '\n';
}

// As coreutils writes it: a line with an escaped name starts with a backslash.
std::string sha256sum_line(std::string_view digest, std::string_view path) {
  const auto plain = guarded(path);
  const auto name = checksum_name(plain);
  return fmt::format("{}{}  {}\n", name == plain ? "" : "\\", digest, name);
}

std::string tagged_checksum_line(std::string_view algorithm, std::string_view checksum, std::string_view path) {
  const auto name = checksum_name(path);
  return fmt::format("{}{} ({}) = {}\n", name == path ? "" : "\\", algorithm, name, checksum);
}

std::optional<std::string> make_word(std::string_view path, MakePlace place) {
  if (path.empty() || path.find_first_of("\n\r\t\v\f;=|&\\") != path.npos || path.ends_with(' ') ||
      path.ends_with(')') || path.starts_with('~'))
    return std::nullopt;
  std::string word = path.contains('/') && !path.starts_with(' ') ? "" : "./";
  const std::string_view escaped = path.find_first_of("*?[") == path.npos ? " #:" : " #:*?[]";
  for (const char c : path) {
    if (c == '$') word += '$';
    else if (escaped.contains(c) || (c == '%' && place == MakePlace::target)) word += '\\';
    word += c;
  }
  return word;
}

std::optional<std::string> dh_install_word(std::string_view path, InstallPlace place) {
  if (path.find_first_of("\r\v\f") != path.npos) return std::nullopt;
  std::string word;
  std::size_t variables = 0;
  for (const char c : path) {
    if (place == InstallPlace::source && kInstallGlob.contains(c)) word += '\\';
    const auto variable = install_variable_for(c);
    variables += !variable.empty();
    if (variable.empty()) word += c;
    else word += variable;
  }
  return variables > kMostInstallVariables ? std::nullopt : std::optional(word);
}

std::optional<std::string> rpm_entry(std::string_view path) {
  const bool is_glob = path.find_first_of(kRpmSpecial) != path.npos;
  const auto occurs = [&](std::string_view text) { return path.find(text) != path.npos; };
  if (path.find_first_of("\"\\{") != path.npos || !is_utf8(path) || std::ranges::any_of(path, is_ascii_control) ||
      (is_glob && path.find_first_of(" '") != path.npos) || std::ranges::any_of(kRpmDirectives, occurs))
    return std::nullopt;
  std::string out;
  for (const char c : path) {
    if (c == '%') out += "[%%]";
    else if (kRpmSpecial.contains(c)) out += fmt::format("[{}]", c);
    else out += c;
  }
  return is_glob ? out : '"' + out + '"';
}

bool is_plain_for_make(std::string_view name) {
  return !name.empty() && !name.starts_with('-') && !name.starts_with('~') && std::ranges::all_of(name, [](char c) {
    return is_ascii_alphanumeric(c) || std::string_view("._-+@,~").contains(c);
  });
}

}  // namespace rartifacts
