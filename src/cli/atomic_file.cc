// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "source/directory.h"

namespace rartifacts {
namespace {

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("cannot be written");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> fill(int fd, std::string_view text) {
  if (auto written = write_all(fd, text); !written) return written;
  constexpr mode_t kMode = 0666;
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(fd, kMode & ~mask) != 0 || fsync(fd) != 0) return fail_errno("cannot be written");
  return {};
}

}  // namespace

Result<void> write_atomically(const std::string& named, std::string_view text) {
  struct stat status;
  struct stat output;
  const bool is_there = stat(named.c_str(), &status) == 0;
  // A second descriptor would write over what the first has written, and a socket cannot be opened.
  if (is_there && fstat(STDOUT_FILENO, &output) == 0 && status.st_dev == output.st_dev &&
      status.st_ino == output.st_ino)
    return write_all(STDOUT_FILENO, text);
  if (is_there && !S_ISREG(status.st_mode)) {
    const Descriptor stream(open(named.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!stream) return fail_errno("cannot be written");
    return write_all(stream.get(), text);
  }
  const std::unique_ptr<char, decltype(&std::free)> real(is_there ? realpath(named.c_str(), nullptr) : nullptr,
                                                         &std::free);
  const std::string path = real ? real.get() : named;
  std::string temporary = path + ".XXXXXX";
  const Descriptor fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail_errno("cannot be written");
  auto written = fill(fd.get(), text);
  if (written && rename(temporary.c_str(), path.c_str()) != 0) written = fail_errno("cannot be written");
  if (!written) unlink(temporary.c_str());
  return written;
}

}  // namespace rartifacts
