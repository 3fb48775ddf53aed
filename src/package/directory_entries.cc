// SPDX-License-Identifier: MIT OR Apache-2.0
#include "package/directory_entries.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "bytes/budget.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

std::string_view or_dot(const std::string& path) { return path.empty() ? std::string_view(".") : path; }

}  // namespace

Result<std::optional<PackageEntry>> DirectoryEntries::next() {
  file_.reset();
  if (ahead_.empty()) return std::nullopt;
  path_ = std::move(ahead_.back());
  ahead_.pop_back();
  auto status = stat_below(base_, or_dot(path_));
  if (!status) return fail(status.error().kind, "{}: {}", path_, status.error().what);
  PackageEntry entry{.path = path_, .link = {}, .st_mode = status->st_mode};
  if (S_ISREG(status->st_mode)) entry.size = static_cast<std::uint64_t>(status->st_size);
  if (S_ISLNK(status->st_mode)) {
    auto text = read_link_below(base_, path_);
    if (!text) return fail(text.error().kind, "{}: {}", path_, text.error().what);
    entry.link = std::move(*text);
  }
  if (S_ISDIR(status->st_mode))
    if (auto entered = enter(path_); !entered) return fail(entered.error().kind, "{}: {}", path_, entered.error().what);
  return entry;
}

Result<void> DirectoryEntries::enter(const std::string& path) {
  auto fd = open_below(base_, or_dot(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!fd) return pass(fd);
  const int own = dup(fd->get());
  if (own < 0) return fail_errno("");
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(fdopendir(own), closedir);
  if (!directory) return fail_errno("");
  const auto first = static_cast<std::ptrdiff_t>(ahead_.size());
  for (errno = 0; const auto* found = readdir(directory.get()); errno = 0) {
    const std::string_view name = found->d_name;
    const bool is_description = path.empty() && name == "DEBIAN";  // it is not installed
    if (name != "." && name != ".." && !is_description) ahead_.push_back(join_path(path, name));
  }
  if (errno != 0) return fail_errno("");
  std::sort(ahead_.begin() + first, ahead_.end(), std::greater<>());
  return {};
}

Result<std::size_t> DirectoryEntries::read(std::span<std::uint8_t> into) {
  if (!file_) {
    auto opened = open_file_below(base_, path_);
    if (!opened) return fail(opened.error().kind, "{}: {}", path_, opened.error().what);
    file_ = std::move(*opened);
    read_ = 0;
  }
  ssize_t got;
  do got = ::read(file_->fd.get(), into.data(), into.size());
  while (got < 0 && errno == EINTR);
  if (got < 0) return fail_errno("");
  const auto size = static_cast<std::uint64_t>(got);
  credit_read(file_->status.st_dev, file_->status.st_ino, read_, size);
  read_ += size;
  if (auto charged = work(size); !charged) return pass(charged);
  return static_cast<std::size_t>(got);
}

}  // namespace rartifacts
