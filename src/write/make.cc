// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Dependency lines
// ================
//
// `include` them, and make rebuilds the target when one of the artifacts changed. The second half is what `gcc -MP` writes: an
// empty rule for each file, so that a crate which a newer kernel no longer has does not stop make before the list is made anew.
//
// GNU make has no quotes. A backslash protects blanks, `#`, `:` and globs, in targets `%` as well; `$` is doubled. The backslash
// before a `]` goes away only where make globs at all. Before a
// name without a slash stands `./`, or `define` would be a directive. Nothing protects `;`, `=`, `|`, `&`, a tab, a blank at
// the end or the parentheses of `archive(member)`, and a backslash is sometimes a backslash.
#include "write/formats.h"

namespace rartifacts {
namespace {

enum class Place { target, prerequisite };

std::optional<std::string> as_word(std::string_view path, Place place) {
  if (path.empty() || path.find_first_of("\n\r\t\v\f;=|&\\") != path.npos || path.ends_with(' ') || path.ends_with(')'))
    return std::nullopt;
  std::string word = path.contains('/') && !std::string_view("~ ").contains(path.front()) ? "" : "./";
  const std::string_view escaped = path.find_first_of("*?[") == path.npos ? " #:" : " #:*?[]";
  for (const char c : path) {
    if (c == '$') word += '$';
    else if (escaped.contains(c) || (c == '%' && place == Place::target)) word += '\\';
    word += c;
  }
  return word;
}

}  // namespace

Result<std::string> write_make(const Manifest& manifest) {
  const auto refuse = [](std::string_view name) {
    return fail(
        ErrorKind::unsupported,
        "{}: make cannot hold a name with a line break, a tab, a backslash or one of ;=|&, nor one that ends with a "
        "blank or a parenthesis: rename it",
        printable(name));
  };
  const auto target = as_word(manifest.target, Place::target);
  if (!target) return refuse(manifest.target);
  std::string dependencies = *target + ":";
  std::string rules;
  for (const auto* artifact : manifest.artifacts) {
    const auto prerequisite = as_word(artifact->path, Place::prerequisite);
    const auto rule = as_word(artifact->path, Place::target);
    if (!prerequisite || !rule) return refuse(artifact->path);
    dependencies += fmt::format(" \\\n  {}", *prerequisite);
    rules += fmt::format("{}:\n", *rule);
  }
  return dependencies + "\n\n" + rules;
}

}  // namespace rartifacts
