// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "source/directory.h"

namespace rartifacts {
namespace {

Result<void> fill(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("cannot be written");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  constexpr mode_t kMode = 0666;
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(fd, kMode & ~mask) != 0 || fsync(fd) != 0) return fail_errno("cannot be written");
  return {};
}

}  // namespace

Result<void> write_atomically(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  const Descriptor fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail_errno("cannot be written");
  auto written = fill(fd.get(), text);
  if (written && rename(temporary.c_str(), path.c_str()) != 0) written = fail_errno("cannot be written");
  if (!written) unlink(temporary.c_str());
  return written;
}

}  // namespace rartifacts
