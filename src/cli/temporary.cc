// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/temporary.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "source/digest.h"

namespace rartifacts {
namespace {

constexpr int kMostNames = 100;  // of runs at the same time
constexpr int kNewFile = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string temporary_name(std::string_view stem, int number) { return fmt::format(".rartifacts-{}-{}", stem, number); }

bool is_still_named(int folder, const std::string& name, int fd) {
  struct stat here;
  struct stat named;
  return fstat(fd, &here) == 0 && fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         is_same_file(here, named);
}

// Ours, and nobody is at work on it.
bool is_left_behind(int folder, const std::string& name, int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && status.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
         is_still_named(folder, name, fd);
}

bool remove_left_file(int folder, const std::string& name) {
  const auto file = open_file_below(folder, name);
  return file && is_left_behind(folder, name, file->fd.get()) && unlinkat(folder, name.c_str(), 0) == 0;
}

void remove_files_in(int folder) {
  const int fd = openat(folder, ".", kFolderFlags);
  DIR* const list = fd < 0 ? nullptr : fdopendir(fd);
  if (!list) return;
  while (const auto* entry = readdir(list)) unlinkat(folder, entry->d_name, 0);
  closedir(list);
}

bool remove_left_folder(int folder, const std::string& name) {
  const Descriptor left(openat(folder, name.c_str(), kFolderFlags));
  if (!left || !is_left_behind(folder, name, left.get())) return false;
  remove_files_in(left.get());
  return unlinkat(folder, name.c_str(), AT_REMOVEDIR) == 0;
}

}  // namespace

Result<TemporaryFile> TemporaryFile::make(int folder, std::string_view name, mode_t mode) {
  Sha256 digest;
  digest.add(as_bytes(name));
  const auto stem = digest.hex().substr(0, 16);
  for (int number = 0; number < kMostNames; ++number) {
    auto own = temporary_name(stem, number);
    const auto create = [&] { return Descriptor(openat(folder, own.c_str(), kNewFile, mode)); };
    auto file = create();
    if (!file && errno == EEXIST) {
      if (!remove_left_file(folder, own)) continue;
      file = create();
    }
    if (!file) return fail_errno("cannot be written");
    // Where files cannot be locked, none is taken for left behind.
    flock(file.get(), LOCK_EX | LOCK_NB);
    if (!is_still_named(folder, own, file.get())) continue;  // another run was quicker with its lock
    for (int next = number + 1; next < kMostNames && remove_left_file(folder, temporary_name(stem, next)); ++next) {
    }
    return TemporaryFile(folder, std::move(own), std::move(file));
  }
  return fail(ErrorKind::io, "cannot be written: remove the .rartifacts-{}-* beside it", stem);
}

TemporaryFile::~TemporaryFile() {
  if (file_ && !name_.empty()) unlinkat(folder_, name_.c_str(), 0);
}

bool TemporaryFile::move_to(const std::string& name) {
  if (renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0) return false;
  name_.clear();
  return true;
}

Result<TemporaryFolder> TemporaryFolder::make(int folder) {
  TemporaryFolder made;
  for (int number = 0; number < kMostNames && !made.opened_; ++number) {
    auto own = temporary_name("extract", number);
    constexpr mode_t kOnlyUs = 0700;
    int status = mkdirat(folder, own.c_str(), kOnlyUs);
    if (status != 0 && errno == EEXIST) {
      if (!remove_left_folder(folder, own)) continue;
      status = mkdirat(folder, own.c_str(), kOnlyUs);
    }
    if (status != 0) return fail_errno("cannot be written to");
    Descriptor opened(openat(folder, own.c_str(), kFolderFlags));
    if (!opened) return fail_errno("cannot be written to");
    flock(opened.get(), LOCK_EX | LOCK_NB);
    if (!is_still_named(folder, own, opened.get())) continue;
    made.folder_ = folder;
    made.name_ = std::move(own);
    made.opened_ = std::move(opened);
    for (int next = number + 1; next < kMostNames && remove_left_folder(folder, temporary_name("extract", next));
         ++next) {
    }
  }
  if (!made.opened_) return fail(ErrorKind::io, "cannot be written to: remove the .rartifacts-extract-* in it");
  return made;
}

TemporaryFolder::~TemporaryFolder() {
  if (!opened_) return;
  remove_files_in(opened_.get());
  unlinkat(folder_, name_.c_str(), AT_REMOVEDIR);
}

}  // namespace rartifacts
