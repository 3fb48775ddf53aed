// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <deque>

#include "bytes/budget.h"
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
  std::string done = path_of(parts_of(path.substr(0, trusted)));
  if (done == ".") done.clear();
  const auto leave = [&] { done.resize(directory_of(done).size()); };
  const auto name_of_done = [&] { return done.empty() ? std::string(".") : done; };
  auto rest = parts_of(path.substr(trusted));
  std::deque<std::string> todo(rest.begin(), rest.end());
  bool is_behind_link = false;
  const auto jump = [&] {
    if (todo.size() < 2 || std::ranges::find(todo, "..") != todo.end()) return;
    auto folder = done;
    for (std::size_t i = 0; i + 1 < todo.size(); ++i) folder.append(folder.empty() ? "" : "/").append(todo[i]);
    add_work(4 * folder.size());
    if (!source.knows_folder(folder)) return;
    done = std::move(folder);
    todo.erase(todo.begin(), todo.end() - 1);
  };
  jump();
  while (!todo.empty()) {
    const std::string part = std::move(todo.front());
    todo.pop_front();
    if (part == "..") {
      if (done.empty()) return fail(ErrorKind::escaping, "link leads out of the tree");
      // Only a link that the user typed can be left here, and what is beside it is not what is beside its target.
      if (auto charged = work(64 + 8 * done.size()); !charged) return pass(charged);
      if (auto leaving = source.status(done); leaving && S_ISLNK(leaving->st_mode))
        return fail(ErrorKind::escaping, "link leads out of {}, which is a link itself", done);
      leave();
      continue;
    }
    done = join_path(done, part);
    const auto& here = done;
    if (auto charged = work(64 + 8 * here.size()); !charged) return pass(charged);
    if (!resolved.links.empty() && !is_on_the_way(here, within)) return fail_escaping(within);
    auto status = source.status(here);
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
    is_behind_link |= here == path;
    leave();
    source.note_folder(done);
    if (text->starts_with('/')) done.clear();
    const auto follow = parts_of(*text);
    todo.insert(todo.begin(), follow.begin(), follow.end());
    jump();
  }
  resolved.target = name_of_done();
  if (!resolved.links.empty() && !is_in_any(resolved.target, within)) return fail_escaping(within);
  leave();
  source.note_folder(done);
  return resolved;
}

}  // namespace rartifacts
