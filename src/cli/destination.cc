// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/destination.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "bytes/path.h"
#include "package/stream.h"

namespace rartifacts {
namespace {

constexpr int kOpenFolder = O_PATH | O_DIRECTORY | O_CLOEXEC;

using FileId = std::pair<dev_t, ino_t>;
FileId id_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

bool is_in_proc(int folder) {
  struct statfs status;
  return fstatfs(folder, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

// True when the file that a link leads to can be found under some name: a pipe cannot, nor what has been removed.
bool has_name(int folder, const std::string& link) {
  struct stat status;
  return fstatat(folder, link.c_str(), &status, 0) == 0 &&
         (S_ISDIR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink > 0));
}

// The system's own: /dev/stdout is a link, and everybody writes through it, also who reads all of `/`.
bool is_of_the_system(int folder, const struct stat& status) {
  struct stat devices;
  return is_in_proc(folder) || (stat("/dev", &devices) == 0 && id_of(devices) == id_of(status));
}

}  // namespace

InputPlaces::InputPlaces(const Operands& operands) {
  for (const auto& path : operands.paths) {
    auto place = join_path(operands.base, path);
    struct stat status;
    if (stat(place.c_str(), &status) != 0) continue;
    if (!S_ISDIR(status.st_mode)) {
      if (is_package(AT_FDCWD, place)) continue;
      const auto folder = std::string(directory_of(place));
      place = !folder.empty() ? folder : place.starts_with('/') ? "/" : ".";
      if (stat(place.c_str(), &status) != 0) continue;
    }
    folders_.push_back(id_of(status));
  }
}

bool InputPlaces::hold(int folder) const {
  if (folders_.empty()) return false;
  Descriptor here(openat(folder, ".", kOpenFolder));
  struct stat status;
  std::optional<FileId> below;
  while (here && fstat(here.get(), &status) == 0) {
    const auto id = id_of(status);
    if (is_of_the_system(here.get(), status) || id == below) return false;  // the parent of `/` is `/`
    if (std::ranges::find(folders_, id) != folders_.end()) return true;
    below = id;
    here = Descriptor(openat(here.get(), "..", kOpenFolder));
  }
  return true;  // who cannot tell does not follow
}

Result<Destination> find_destination(const std::string& path, const InputPlaces& inputs) {
  constexpr int kMaxLinksPassed = 40;  // as the kernel
  Destination place{Descriptor(open(path.starts_with('/') ? "/" : ".", kOpenFolder)), "."};
  auto parts = parts_of(path);
  std::deque<std::string> todo(parts.begin(), parts.end());
  int links = 0;
  while (place.folder && !todo.empty()) {
    auto part = std::move(todo.front());
    todo.pop_front();
    struct stat status;
    const bool is_there = fstatat(place.folder.get(), part.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    const bool is_link = is_there && S_ISLNK(status.st_mode);
    const bool is_magic = is_link && is_in_proc(place.folder.get()) && !has_name(place.folder.get(), part);
    if (is_link && inputs.hold(place.folder.get()))
      return fail(
          ErrorKind::escaping,
          "{} is a symbolic link below a directory that is read, and is not followed: name the file that it points to",
          part);
    if (is_link && !is_magic) {
      auto text = read_link_below(place.folder.get(), part);
      if (!text) return pass(text);
      errno = ELOOP;
      if (++links > kMaxLinksPassed) return fail_errno("cannot be written");
      if (text->starts_with('/')) place.folder = Descriptor(open("/", kOpenFolder));
      parts = parts_of(*text);
      todo.insert(todo.begin(), parts.begin(), parts.end());
      continue;
    }
    if (todo.empty() && part != "..") {
      place.name = std::move(part);
      place.is_magic = is_magic;
      break;
    }
    place.folder = Descriptor(openat(place.folder.get(), part.c_str(), kOpenFolder | (is_magic ? 0 : O_NOFOLLOW)));
  }
  if (!place.folder) return fail_errno("cannot be written");
  place.is_input = inputs.hold(place.folder.get());
  return place;
}

}  // namespace rartifacts
