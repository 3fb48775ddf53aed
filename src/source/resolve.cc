// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <deque>

#include "bytes/path.h"
#include "source/source.h"

namespace rartifacts {
namespace {

constexpr int kMaxLinks = 40;  // as the kernel

bool is_in_any(std::string_view path, const std::vector<std::string>& within) {
  return within.empty() || std::ranges::any_of(within, [&](const auto& place) { return is_below(path, place); });
}

// Where a path may lead through, on its way into another of these places.
bool is_on_the_way(std::string_view path, const std::vector<std::string>& within) {
  return is_in_any(path, within) ||
         std::ranges::any_of(within, [&](const auto& place) { return is_below(place, path); });
}

std::unexpected<Error> fail_escaping(const std::vector<std::string>& within) {
  return fail(ErrorKind::escaping, "link leads out of the tree: out of {}", within.front());
}

}  // namespace

Result<ResolvedPath> resolve(const Source& source, std::string_view path, std::size_t trusted,
                             const std::vector<std::string>& within) {
  ResolvedPath resolved{};
  std::vector<std::string> done = parts_of(path.substr(0, trusted));
  auto rest = parts_of(path.substr(trusted));
  std::deque<std::string> todo(rest.begin(), rest.end());
  while (!todo.empty()) {
    const std::string part = std::move(todo.front());
    todo.pop_front();
    if (part == "..") {
      if (done.empty()) return fail(ErrorKind::escaping, "link leads out of the tree");
      // Only a link that the user typed can be left here, and what is beside it is not what is beside its target.
      if (auto leaving = source.status(path_of(done)); leaving && S_ISLNK(leaving->st_mode))
        return fail(ErrorKind::escaping, "link leads out of {}, which is a link itself", path_of(done));
      done.pop_back();
      continue;
    }
    done.push_back(part);
    const auto here = path_of(done);
    if (!resolved.links.empty() && !is_on_the_way(here, within)) return fail_escaping(within);
    auto status = source.status(here);
    const bool is_behind_link = std::ranges::find(resolved.links, path) != resolved.links.end();
    if (!status && !is_behind_link) return pass(status);
    if (!status) return fail(ErrorKind::dangling, "dangling link: {} is not there", here);
    resolved.status = *status;
    if (!S_ISLNK(status->st_mode)) continue;
    if (resolved.links.size() >= kMaxLinks) return fail(ErrorKind::dangling, "link loop");
    if (!resolved.links.empty() && !is_in_any(here, within)) return fail_escaping(within);
    auto text = source.read_link(here);
    if (!text) return pass(text);
    if (text->starts_with('/') && !source.is_installed_root())
      return fail(ErrorKind::absolute, "link to the absolute path {} leads out of the tree", *text);
    resolved.links.push_back(here);
    if (text->starts_with('/')) done.clear();
    else done.pop_back();
    const auto follow = parts_of(*text);
    todo.insert(todo.begin(), follow.begin(), follow.end());
  }
  resolved.target = path_of(done);
  if (!resolved.links.empty() && !is_in_any(resolved.target, within)) return fail_escaping(within);
  return resolved;
}

}  // namespace rartifacts
