// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/output_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace rartifacts {
namespace {

// Never over something that is there. Old network file systems only know how to link that way.
int move_if_new(int from, int to, const char* name) {
  if (renameat2(from, name, to, name, RENAME_NOREPLACE) == 0) return 0;
  return errno == EINVAL || errno == ENOSYS ? linkat(from, name, to, name, 0) : -1;
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
    const char* name = names_[moved].c_str();
    const int status = replace ? renameat(staging_.get(), name, directory_.get(), name)
                               : move_if_new(staging_.get(), directory_.get(), name);
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
