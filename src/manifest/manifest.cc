// SPDX-License-Identifier: MIT OR Apache-2.0
#include "manifest/manifest.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "bytes/json_tree.h"
#include "bytes/path.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

template <class Listed>
Result<void> sort_by_path(std::vector<Listed>& all) {
  std::ranges::sort(all, {}, &Listed::path);
  const auto twice = std::ranges::adjacent_find(all, {}, &Listed::path);
  if (twice != all.end()) return fail(ErrorKind::malformed, "lists {} twice", twice->path);
  return {};
}

// 63 of `/dev/fd/63`.
std::optional<int> own_descriptor(std::string_view path) {
  if (path == "/dev/stdin") return STDIN_FILENO;
  constexpr std::string_view kFolder = "/dev/fd/";
  int fd = 0;
  if (!path.starts_with(kFolder)) return std::nullopt;
  const auto digits = path.substr(kFolder.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
  return error == std::errc() && end == digits.data() + digits.size() ? std::optional(fd) : std::nullopt;
}

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == text.npos ? std::string_view() : text.substr(first);
}

}  // namespace

Result<std::string> path_below_root(std::string_view path) {
  if (path.empty() || path.contains('\0')) return fail(ErrorKind::malformed, "a path is empty or holds a NUL");
  if (path.starts_with('/') || has_parent_parts(path))
    return fail(ErrorKind::malformed, "lists {}, which leads out of the directory", path);
  auto tidy = tidied_path(path);
  if (tidy == ".") return fail(ErrorKind::malformed, "lists {}, which is not a file", path);
  return tidy;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_json_manifest(std::string_view head) {
  head = without_blanks(head);
  return head.starts_with('{') && head.contains("\"version\"") && head.contains("\"profile\"");
}

namespace {

Result<RecordedManifest> read_manifest(TextParts& bytes, RecordedFacts facts) {
  const bool is_json = bytes.start().starts_with('{');
  auto manifest = is_json ? read_manifest_json(bytes, facts) : read_sha256sums(bytes);
  if (!manifest) return manifest;
  if (auto sorted = sort_by_path(manifest->artifacts); !sorted) return pass(sorted);
  if (auto sorted = sort_by_path(manifest->directories); !sorted) return pass(sorted);
  return manifest;
}

}  // namespace

Result<RecordedManifest> read_manifest(std::string_view text) {
  TextParts bytes(text);
  return read_manifest(bytes, RecordedFacts::all);
}

Result<RecordedManifest> read_manifest_from(int fd, RecordedFacts facts) {
  TextParts bytes(fd);
  return read_manifest(bytes, facts);
}

Result<RecordedManifest> read_manifest_file(const std::string& path, RecordedFacts facts) {
  if (path == "-") return read_manifest_from(STDIN_FILENO, facts);
  // What the shell makes of `<(…)` names a pipe that is open here already.
  if (const auto fd = own_descriptor(path)) return read_manifest_from(*fd, facts);
  const auto file = open_file_below(AT_FDCWD, path, true);
  if (!file) return pass(file);
  return read_manifest_from(file->fd.get(), facts);
}

}  // namespace rartifacts
