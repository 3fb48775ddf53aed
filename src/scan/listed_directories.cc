// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <rartifacts/scan.h>

#include "source/directory.h"

namespace rartifacts {
namespace {

Result<Directory> look_at(int base, const std::string& path) {
  const auto status = stat_below(base, path);
  if (!status) return pass(status);
  if (!S_ISLNK(status->st_mode)) return Directory{path, std::nullopt, status->st_mode & kPermissions};
  auto text = read_link_below(base, path);
  if (!text) return pass(text);
  return Directory{path, std::move(*text), std::nullopt};
}

}  // namespace

std::vector<Directory> listed_directories(const std::string& base, const std::vector<std::string>& paths,
                                          std::vector<Problem>& problems) {
  std::vector<Directory> directories;
  if (paths.empty()) return directories;
  auto opened = open_below(AT_FDCWD, base, O_PATH | O_DIRECTORY);
  if (!opened) return problems.push_back({base, opened.error()}), directories;
  for (const auto& path : paths) {
    auto directory = look_at(opened->get(), path);
    if (directory) directories.push_back(std::move(*directory));
    else problems.push_back({path, directory.error()});
  }
  return directories;
}

}  // namespace rartifacts
