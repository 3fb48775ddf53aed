// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/output_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "bytes/path.h"

namespace rartifacts {
namespace {

// Never over something that is there. Old network file systems only know how to link that way.
int move_if_new(int from, int to, const char* name) {
  if (renameat2(from, name, to, name, RENAME_NOREPLACE) == 0) return 0;
  return errno == EINVAL || errno == ENOSYS ? linkat(from, name, to, name, 0) : -1;
}

// The folder `path` below `root`, its own part by part, and no link; the last parts are made when they are not there.
Result<Descriptor> folder_below(int root, std::string_view path) {
  auto folder = open_below(root, ".", O_RDONLY | O_DIRECTORY);
  while (folder && !path.empty()) {
    const std::string part(path.substr(0, path.find('/')));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (mkdirat(folder->get(), part.c_str(), 0777) != 0 && errno != EEXIST) return fail_errno(part);
    auto inner = open_below(folder->get(), part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!inner) return fail(inner.error().kind, "{}: {}", part, inner.error().what);
    folder = std::move(inner);
  }
  return folder;
}

}  // namespace

Result<OutputDirectory> OutputDirectory::open(const std::string& path) {
  const bool is_new = mkdir(path.c_str(), 0777) == 0;
  if (!is_new && errno != EEXIST) return fail_errno("cannot be made");
  auto directory = open_below(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (!directory) return pass(directory);
  OutputDirectory output(path, std::move(*directory));
  output.is_new_ = is_new;
  return output;
}

OutputDirectory::~OutputDirectory() {
  if (!directory_) return;
  for (const auto& name : names_) unlinkat(staging_.get(), name.c_str(), 0);
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder)
    unlinkat(staging_.get(), folder->c_str(), AT_REMOVEDIR);
  if (staging_) unlinkat(directory_.get(), staging_name_.c_str(), AT_REMOVEDIR);
  if (is_new_) rmdir(path_.c_str());
}

Result<void> OutputDirectory::make_staging() {
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    staging_name_ = fmt::format(".rartifacts-{}-{}", getpid(), i);
    if (mkdirat(directory_.get(), staging_name_.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return fail_errno("cannot be written to");
    }
    auto staging = open_below(directory_.get(), staging_name_, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!staging) return pass(staging);
    staging_ = std::move(*staging);
    return {};
  }
  return fail(ErrorKind::io, "full of .rartifacts-* folders: remove them");
}

Result<Descriptor> OutputDirectory::create(const std::string& name) {
  if (!staging_)
    if (auto made = make_staging(); !made) return pass(made);
  for (auto folder = directory_of(name); !folder.empty(); folder = directory_of(folder)) folders_.emplace(folder);
  if (auto folder = folder_below(staging_.get(), directory_of(name)); !folder) return pass(folder);
  Descriptor fd(openat(staging_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!fd) return fail_errno("cannot be written");
  names_.push_back(name);
  return fd;
}

Result<void> OutputDirectory::commit(bool replace) {
  // What is replaced is gone, so what cannot be is looked for first.
  for (const auto& name : names_) {
    struct stat status{};
    if (fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(status.st_mode))
      continue;
    errno = EISDIR;
    return fail_errno(name);
  }
  std::size_t moved = 0;
  Result<void> result;
  for (; result && moved < names_.size(); ++moved) {
    auto from = folder_below(staging_.get(), directory_of(names_[moved]));
    auto to = from ? folder_below(directory_.get(), directory_of(names_[moved])) : pass(from);
    if (!to) {
      result = pass(to);
      continue;
    }
    const std::string name(file_name_of(names_[moved]));
    const int status = replace ? renameat(from->get(), name.c_str(), to->get(), name.c_str())
                               : move_if_new(from->get(), to->get(), name.c_str());
    if (status != 0) result = fail_errno(names_[moved]);
  }
  if (!result && !replace)
    for (std::size_t i = 0; i + 1 < moved; ++i) unlinkat(directory_.get(), names_[i].c_str(), 0);
  return result;
}

Result<void> copy_range(int from, std::uint64_t offset, std::uint64_t length, int to) {
  constexpr std::size_t kBuffer = std::size_t{256} << 10;
  std::vector<char> buffer(std::min<std::uint64_t>(kBuffer, length));
  while (length > 0) {
    const auto got =
        pread(from, buffer.data(), std::min<std::uint64_t>(buffer.size(), length), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot be read");
    if (got == 0) return fail(ErrorKind::changed, "the file shrank while it was read");
    for (ssize_t done = 0; done < got;) {
      const auto written = write(to, buffer.data() + done, static_cast<std::size_t>(got - done));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail_errno("cannot be written");
      done += written;
    }
    offset += static_cast<std::uint64_t>(got);
    length -= static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace rartifacts
