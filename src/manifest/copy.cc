// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Looking at a copy
// =================
//
// A manifest says where to look, and a manifest may come from anybody; so may the copy. Every directory on the way is looked at
// before it is entered, and a link in it is followed only when it stays inside. What lies behind one that does not is not there.
#include <fcntl.h>
#include <rartifacts/copy.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "bytes/budget.h"
#include "bytes/path.h"
#include "source/digest.h"
#include "source/directory.h"
#include "source/source.h"
#include "source/threads.h"
#include "source/walk.h"

namespace rartifacts {
namespace {

bool is_absent(const Error& error) { return error.kind == ErrorKind::changed; }

bool is_link_error(const Error& error) {
  return error.kind == ErrorKind::dangling || error.kind == ErrorKind::escaping || error.kind == ErrorKind::absolute;
}

/// Where a directory of the manifest stands in the copy.
struct Folder {
  std::optional<std::string> path;    ///< without links; nothing: it is not there
  std::optional<std::string> broken;  ///< because of this link
};

class Looker {
 public:
  Looker(const RecordedManifest& manifest, const CopyOptions& options, int base)
      : manifest_(manifest), options_(options), base_(base), disk_(open_disk(base)), digests_(base) {}

  Copy run() {
    if (look_at_all() && options_.extras) find_extras();
    std::ranges::sort(copy_.problems, {}, &Problem::path);
    return std::move(copy_);
  }

 private:
  struct Look {
    Standing standing;
    std::optional<std::string> folder;  ///< the directory, without links
    std::optional<std::string> place;   ///< where it stands, without links before the last name
    std::optional<Problem> problem;
  };

  // False when it is too much: of what stands, and of what was found of it, only some is in memory at a time.
  bool look_at_all() {
    constexpr std::size_t kTogether = 1024;
    const auto files = manifest_.artifacts.size();
    const auto all = files + manifest_.directories.size();
    copy_.artifacts.reserve(files);
    copy_.directories.reserve(all - files);
    for (std::size_t first = 0; first < all; first += kTogether) {
      std::vector<Look> looks(std::min(kTogether, all - first));
      for_each_index(options_.jobs, looks.size(), [&](std::size_t i) {
        const auto at = first + i;
        looks[i] =
            at < files ? look_at_artifact(manifest_.artifacts[at]) : look_at(manifest_.directories[at - files].path);
      });
      for (std::size_t i = 0; i < looks.size(); ++i) {
        const auto at = first + i;
        const auto& path = at < files ? manifest_.artifacts[at].path : manifest_.directories[at - files].path;
        if (!take(std::move(looks[i]), path, at < files)) return false;
      }
    }
    return true;
  }

  bool take(Look look, const std::string& path, bool is_artifact) {
    constexpr std::uint64_t kNode = 96;
    const auto size_of = [](const auto& text) { return text ? text->capacity() : 0; };
    const auto& found = look.standing;
    auto size = sizeof found + size_of(found.link_target) + size_of(found.broken) + size_of(found.sha256);
    if (look.problem) {
      size += sizeof(Problem) + path.size() + look.problem->error.what.size();
      const bool is_too_much = look.problem->error.kind == ErrorKind::too_large;
      copy_.problems.push_back(std::move(*look.problem));
      if (is_too_much) return false;
    }
    if (is_artifact && look.folder) {
      auto folder = look.folder->empty() ? "" : *look.folder + '/';
      const auto folder_size = kNode + folder.size();
      if (covered_.insert(std::move(folder)).second) size += folder_size;
    }
    if (look.place && *look.place != path) {
      size += kNode + look.place->size();
      behind_links_.insert(std::move(*look.place));
    }
    (is_artifact ? copy_.artifacts : copy_.directories).push_back(std::move(look.standing));
    const auto kept = keep(size);
    if (!kept) copy_.problems.push_back({path, kept.error()});
    return kept.has_value();
  }

  Result<Folder> enter(std::string_view path) const {
    std::string done;
    while (!path.empty()) {
      const auto part = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(path.size(), part.size() + 1));
      auto here = join_path(done, part);
      if (auto charged = work(256 + 8 * here.size()); !charged) return pass(charged);
      const auto status = stat_below(base_, here);
      if (!status && is_absent(status.error())) return Folder{};
      if (!status) return pass(status);
      if (S_ISLNK(status->st_mode)) {
        if (auto charged = work(2048); !charged) return pass(charged);
        auto resolved = resolve(*disk_, here, 0);
        if (!resolved && is_link_error(resolved.error()))
          return Folder{std::nullopt, fmt::format("{}: {}", here, resolved.error().what)};
        if (!resolved) return pass(resolved);
        if (!S_ISDIR(resolved->status.st_mode)) return Folder{};
        here = resolved->target == "." ? "" : std::move(resolved->target);
      } else if (!S_ISDIR(status->st_mode)) {
        return Folder{};
      }
      done = std::move(here);
    }
    return Folder{std::move(done), std::nullopt};
  }

  Look look_at(const std::string& path) const {
    Look look;
    auto folder = enter(directory_of(path));
    if (!folder) return look.problem = Problem{path, folder.error()}, look;
    look.standing.broken = std::move(folder->broken);
    if (!folder->path) return look;
    look.folder = std::move(folder->path);
    look.place = join_path(*look.folder, file_name_of(path));
    const auto status = stat_below(base_, *look.place);
    if (!status) {
      if (!is_absent(status.error())) look.problem = Problem{path, status.error()};
      return look;
    }
    using enum Standing::Type;
    const auto mode = status->st_mode;
    look.standing.type = S_ISREG(mode) ? file : S_ISDIR(mode) ? directory : S_ISLNK(mode) ? link : other;
    look.standing.mode = mode & kPermissions;
    look.standing.size = static_cast<std::uint64_t>(status->st_size);
    if (look.standing.type == link) look_at_link(path, look);
    return look;
  }

  void look_at_link(const std::string& path, Look& look) const {
    auto text = read_link_below(base_, *look.place);
    if (!text) return void(look.problem = Problem{path, text.error()});
    look.standing.link_target = std::move(*text);
    const auto resolved = resolve(*disk_, *look.place, 0);
    if (resolved) return;
    if (is_link_error(resolved.error())) look.standing.broken = resolved.error().what;
    else look.problem = Problem{path, resolved.error()};
  }

  Look look_at_artifact(const Artifact& artifact) const {
    auto look = look_at(artifact.path);
    if (look.problem || !artifact.sha256 || artifact.link_target || look.standing.broken) return look;
    using enum Standing::Type;
    std::string content = look.place.value_or("");
    const bool is_link = look.standing.type == link;
    if (is_link && !manifest_.has_identities) {
      // sha256sum(1) looks at what a link leads to, and so does the list it wrote.
      auto resolved = resolve(*disk_, content, 0);
      if (!resolved) return look.problem = Problem{artifact.path, resolved.error()}, look;
      if (!S_ISREG(resolved->status.st_mode)) return look;
      content = std::move(resolved->target);
    } else if (look.standing.type != file || (manifest_.has_identities && look.standing.size != artifact.size)) {
      return look;
    }
    auto digest = digests_.of(content, is_link);
    if (digest) look.standing.sha256 = std::move(*digest);
    else look.problem = Problem{artifact.path, digest.error()};
    return look;
  }

  bool is_listed(const std::string& place) const {
    return std::ranges::binary_search(manifest_.artifacts, place, {}, &Artifact::path) ||
           std::ranges::binary_search(manifest_.directories, place, {}, &Directory::path) ||
           behind_links_.contains(place);
  }

  // Only the outermost of the covered directories are walked.
  void find_extras() {
    WalkRequest request;
    request.jobs = options_.jobs;
    request.wants = [&](std::string_view folder, std::string_view name) { return !is_listed(join_path(folder, name)); };
    for (const auto& folder : covered_)
      if (request.directories.empty() || !folder.starts_with(request.directories.back()))
        request.directories.push_back(folder);
    for (auto& folder : request.directories) {
      if (folder.empty()) folder = ".";
      else folder.pop_back();
    }
    if (request.directories.empty()) return;
    auto walked = walk(base_, request);
    std::ranges::move(walked.problems, std::back_inserter(copy_.problems));
    for (auto& entry : walked.entries) {
      if (entry.path == options_.ignore) continue;
      if (auto kept = keep(sizeof entry + entry.path.size()); !kept)
        return copy_.problems.push_back({entry.path, kept.error()});
      copy_.extra.push_back(std::move(entry.path));
    }
  }

  const RecordedManifest& manifest_;
  const CopyOptions& options_;
  int base_;
  std::unique_ptr<Source> disk_;
  mutable Digests digests_;
  std::set<std::string> covered_;       ///< directories that hold listed files, with a slash: what is inside comes next
  std::set<std::string> behind_links_;  ///< where listed files stand, when they are listed elsewhere
  Copy copy_;
};

}  // namespace

Copy look_at_copy(const RecordedManifest& manifest, const CopyOptions& options) {
  auto base = open_below(AT_FDCWD, options.directory, O_PATH | O_DIRECTORY);
  if (!base) {
    Copy copy;
    copy.problems.push_back({options.directory, base.error()});
    return copy;
  }
  return Looker(manifest, options, base->get()).run();
}

}  // namespace rartifacts
