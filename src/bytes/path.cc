// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bytes/path.h"

namespace rartifacts {

std::string join_path(std::string_view directory, std::string_view name) {
  if (directory.empty() || directory == ".") return std::string(name);
  std::string path;
  path.reserve(directory.size() + 1 + name.size());
  path.append(directory);
  if (!path.ends_with('/')) path += '/';
  path.append(name);
  return path;
}

std::string tidied_path(std::string_view path) { return path_of(parts_of(path)); }

bool has_parent_parts(std::string_view path) {
  return path == ".." || path.starts_with("../") || path.ends_with("/..") || path.find("/../") != path.npos;
}

std::string_view file_name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view directory_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? std::string_view{} : path.substr(0, slash);
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> all;
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (!part.empty() && part != ".") all.emplace_back(part);
  }
  return all;
}

std::string path_of(const std::vector<std::string>& parts) {
  std::string path;
  for (const auto& part : parts) {
    if (!path.empty()) path += '/';
    path += part;
  }
  return path.empty() ? "." : path;
}

bool is_below(std::string_view path, std::string_view directory) {
  if (directory.empty() || directory == ".") return true;
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace rartifacts
