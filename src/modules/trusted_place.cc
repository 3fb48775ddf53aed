// SPDX-License-Identifier: MIT OR Apache-2.0
#include "modules/trusted_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>

#include "bytes/path.h"

namespace rartifacts {
namespace {

bool is_root_or_us(uid_t owner) { return owner == 0 || owner == geteuid(); }

// A group of one's own, with the number of the user, is what many systems give to each; with it umask is 002.
bool is_own_group(gid_t group) { return group == getegid() && group == geteuid(); }

bool others_may_write(const struct stat& status) {
  if (S_ISLNK(status.st_mode)) return false;  // the mode of a link says nothing
  if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0) return false;
  return (status.st_mode & S_IWOTH) != 0 || ((status.st_mode & S_IWGRP) != 0 && !is_own_group(status.st_gid));
}

Result<struct stat> check_place(int fd, const std::string& shown) {
  struct stat status;
  if (fstat(fd, &status) != 0) return fail(ErrorKind::io, "{}: {}", shown, std::strerror(errno));
  if (!is_root_or_us(status.st_uid)) return fail(ErrorKind::unsupported, "{} belongs to another user", shown);
  if (others_may_write(status)) return fail(ErrorKind::unsupported, "others may write to {}", shown);
  return status;
}

Result<std::string> read_link_at(int fd, const std::string& shown) {
  std::string text(PATH_MAX, '\0');
  const auto length = readlinkat(fd, "", text.data(), text.size());
  if (length < 0) return fail(ErrorKind::io, "{}: {}", shown, std::strerror(errno));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

TrustedFile::~TrustedFile() {
  if (fd_ >= 0) close(fd_);
}

int TrustedFile::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

Result<TrustedFile> open_trusted(const std::string& path) {
  constexpr int kMaxFollowed = 40;  // as the kernel
  constexpr int kLook = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  std::deque<TrustedFile> open_folders;  // from the root on; `..` goes back
  std::vector<std::string> done;
  std::deque<std::string> todo;
  const auto restart = [&] {
    open_folders.clear();
    open_folders.emplace_back(open("/", kLook | O_DIRECTORY));
    done.clear();
    return check_place(open_folders.back().fd(), "/");
  };
  if (auto root = restart(); !root) return pass(root);
  for (auto& part : parts_of(path)) todo.push_back(std::move(part));
  int followed = 0;
  while (!todo.empty()) {
    const auto part = std::move(todo.front());
    todo.pop_front();
    if (part == "..") {
      if (done.empty()) continue;
      open_folders.pop_back();
      done.pop_back();
      continue;
    }
    const auto shown = "/" + path_of([&] {
                         auto all = done;
                         all.push_back(part);
                         return all;
                       }());
    TrustedFile next(openat(open_folders.back().fd(), part.c_str(), kLook));
    if (next.fd() < 0 && (errno == ENOENT || errno == ENOTDIR))
      return fail(ErrorKind::changed, "{} is not there", shown);
    if (next.fd() < 0) return fail(ErrorKind::io, "{}: {}", shown, std::strerror(errno));
    auto status = check_place(next.fd(), shown);
    if (!status) return pass(status);
    if (S_ISLNK(status->st_mode)) {
      if (++followed > kMaxFollowed) return fail(ErrorKind::unsupported, "{}: link loop", shown);
      auto text = read_link_at(next.fd(), shown);
      if (!text) return pass(text);
      if (text->starts_with('/'))
        if (auto root = restart(); !root) return pass(root);
      const auto parts = parts_of(*text);
      todo.insert(todo.begin(), parts.begin(), parts.end());
      continue;
    }
    if (todo.empty()) {
      if (!S_ISREG(status->st_mode)) return fail(ErrorKind::unsupported, "{} is not a regular file", shown);
      return next;
    }
    open_folders.push_back(std::move(next));
    done.push_back(part);
  }
  return fail(ErrorKind::unsupported, "{} is not a regular file", path);
}

}  // namespace rartifacts
