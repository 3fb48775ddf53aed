// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rartifacts {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// The error alternative for what errno says.
std::unexpected<Error> fail_errno(std::string_view doing);

/// Opens `path` below the directory `base`; longer paths than PATH_MAX work too. `flags` as open(2).
Result<Descriptor> open_below(int base, std::string_view path, int flags);
/// fstatat(2) without following the last link.
Result<struct stat> stat_below(int base, std::string_view path);
/// The bits of `st_mode` that chmod(2) sets.
inline constexpr mode_t kPermissions = 07777;
/// The text of a symbolic link.
Result<std::string> read_link_below(int base, std::string_view path);

/// True when both are the same file, whatever its name.
bool is_same_file(const struct stat& one, const struct stat& other);
/// A file as it was at one time: its device, inode, size, and when it was modified. The same under all of its names.
using FileVersion = std::array<std::int64_t, 5>;
FileVersion version_of(const struct stat& status);
/// The bytes of a file that are there: what has holes is larger than that.
std::uint64_t size_on_disk(const struct stat& status);

/// Opens a regular file for reading. What the path leads to is looked at first and then opened as what was looked at, so nothing
/// else is ever opened: opening a device may do things, and opening a FIFO waits. A link is followed only when `follow`: somebody
/// named it. Who opens very many files keeps `own_files` open, /proc/self/fd, which is the shorter way. Errors:
/// `unsupported` for what is no regular file.
struct OpenedFile {
  Descriptor fd;
  struct stat status;
};
inline constexpr const char* kOwnFiles = "/proc/self/fd";
Result<OpenedFile> open_file_below(int base, std::string_view path, bool follow = false, int own_files = -1);
/// Fails with `changed` when the file is no longer the one that was opened: other size or modification time.
Result<void> check_unchanged(const OpenedFile& file);

/// The whole of a small text file.
Result<std::string> read_text(const OpenedFile& file);
/// The same, opened by its name: a configuration, a list of waivers. Links are followed when the user named the file.
Result<std::string> read_text_below(int base, std::string_view path, bool follow = false);

}  // namespace rartifacts
