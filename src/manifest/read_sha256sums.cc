// SPDX-License-Identifier: MIT OR Apache-2.0
//
// sha256sums
// ==========
//
// What sha256sum(1) writes and checks: 64 hex digits, a blank, a blank or `*` (binary), a name. Where the name holds a newline,
// a carriage return or a backslash, these are written as `\n`, `\r` and `\\`, and the line starts with a backslash. Lines that
// start with `#` are comments. Digests say nothing of modes, types or links: a name may be a link to a file.
#include <algorithm>
#include <istream>

#include "bytes/budget.h"
#include "bytes/json_tree.h"
#include "classify/kept_size.h"
#include "manifest/manifest.h"

namespace rartifacts {
namespace {

constexpr std::size_t kDigits = 64;

std::optional<std::string> unescaped_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\') {
      out += name[i];
      continue;
    }
    if (++i == name.size()) return std::nullopt;
    if (name[i] == '\\') out += '\\';
    else if (name[i] == 'n') out += '\n';
    else if (name[i] == 'r') out += '\r';
    else return std::nullopt;
  }
  return out;
}

Result<Artifact> read_line(std::string_view line) {
  const bool is_escaped = line.starts_with('\\');
  if (is_escaped) line.remove_prefix(1);
  std::string digest(line.substr(0, kDigits));
  for (char& c : digest)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  const auto mark = line.substr(std::min(line.size(), kDigits)).substr(0, 2);
  if (!is_sha256(digest) || (mark != "  " && mark != " *"))
    return fail(ErrorKind::malformed, "neither a manifest in JSON nor a line of sha256sums");
  const auto name = line.substr(kDigits + 2);
  const auto plain = is_escaped ? unescaped_name(name) : std::string(name);
  if (!plain) return fail(ErrorKind::malformed, "a backslash that sha256sum does not write");
  auto path = path_below_root(*plain);
  if (!path) return pass(path);
  return Artifact{.path = std::move(*path), .sha256 = std::move(digest)};
}

}  // namespace

Result<RecordedManifest> read_sha256sums(TextParts& bytes) {
  std::istream lines(&bytes);
  RecordedManifest manifest;
  std::string line;
  bool is_blank = true;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    if (bytes.error()) break;  // the line was cut off
    bytes.begin_value();
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    is_blank = false;
    if (line.starts_with('#')) continue;
    auto artifact = read_line(line);
    if (!artifact) return fail(artifact.error().kind, "line {}: {}", number, artifact.error().what);
    if (auto kept = keep(kept_size(*artifact)); !kept) return pass(kept);
    manifest.artifacts.push_back(std::move(*artifact));
  }
  if (bytes.error()) return std::unexpected(*bytes.error());
  if (is_blank) return fail(ErrorKind::truncated, "empty: a manifest in JSON or sha256sums was expected");
  return manifest;
}

}  // namespace rartifacts
