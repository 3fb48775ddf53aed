// SPDX-License-Identifier: MIT OR Apache-2.0
#include "source/directory.h"

#include <fcntl.h>
#include <rartifacts/bytes.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "bytes/size_limits.h"

namespace rartifacts {
namespace {

// The directory of a path and a last part that is short enough for one system call.
struct ShortPlace {
  Descriptor directory;  ///< empty: the base itself
  int base;
  std::string rest;
  int at() const { return directory ? directory.get() : base; }
};

Result<ShortPlace> shorten(int base, std::string_view path) {
  ShortPlace place{Descriptor(), base, std::string(path)};
  while (place.rest.size() >= PATH_MAX) {
    const auto cut = place.rest.rfind('/', PATH_MAX - 2);
    if (cut == std::string::npos || cut == 0) break;
    const int fd = openat(place.at(), place.rest.substr(0, cut).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail_errno("");
    place.directory = Descriptor(fd);
    place.rest.erase(0, cut + 1);
  }
  return place;
}

// Opens what a descriptor of this process holds once more, with other rights.
Descriptor reopen(int own_files, int fd, int flags) {
  const auto number = std::to_string(fd);
  if (own_files >= 0) return Descriptor(openat(own_files, number.c_str(), flags));
  return Descriptor(open((std::string(kOwnFiles) + '/' + number).c_str(), flags));
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

FileVersion version_of(const struct stat& status) {
  return {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino), status.st_size,
          status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

std::uint64_t size_on_disk(const struct stat& status) {
  constexpr std::uint64_t kSector = 512;  // of st_blocks, whatever the file system has
  return std::min(static_cast<std::uint64_t>(status.st_size), kSector * static_cast<std::uint64_t>(status.st_blocks));
}

std::unexpected<Error> fail_errno(std::string_view doing) {
  const int code = errno;
  return fail(code == ENOENT && doing.empty() ? ErrorKind::changed : ErrorKind::io, "{}{}{}", doing,
              doing.empty() ? "" : ": ", std::strerror(code));
}

Result<Descriptor> open_below(int base, std::string_view path, int flags) {
  auto place = shorten(base, path);
  if (!place) return pass(place);
  const int fd = openat(place->at(), place->rest.c_str(), flags | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return fail_errno("");
  return Descriptor(fd);
}

Result<struct stat> stat_below(int base, std::string_view path) {
  auto place = shorten(base, path);
  if (!place) return pass(place);
  struct stat status;
  if (fstatat(place->at(), place->rest.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno("");
  return status;
}

Result<std::string> read_link_below(int base, std::string_view path) {
  auto place = shorten(base, path);
  if (!place) return pass(place);
  std::string text(PATH_MAX, '\0');
  const auto length = readlinkat(place->at(), place->rest.c_str(), text.data(), text.size());
  if (length < 0) return fail_errno("");
  text.resize(static_cast<std::size_t>(length));
  text.shrink_to_fit();
  return text;
}

Result<OpenedFile> open_file_below(int base, std::string_view path, bool follow, int own_files) {
  auto place = shorten(base, path);
  if (!place) return pass(place);
  const int how = O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
  const Descriptor found(openat(place->at(), place->rest.c_str(), O_PATH | how));
  if (!found) return fail_errno("");
  struct stat status;
  if (fstat(found.get(), &status) != 0) return fail_errno("");
  if (S_ISLNK(status.st_mode)) {
    errno = ELOOP;  // as open(2) says it
    return fail_errno("");
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::unsupported, "not a regular file");
  constexpr int kRead = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  auto fd = reopen(own_files, found.get(), kRead);
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) {
    // Where /proc is not mounted, the name has to do.
    fd = Descriptor(openat(place->at(), place->rest.c_str(), kRead | how));
    struct stat opened;
    if (fd && (fstat(fd.get(), &opened) != 0 || !is_same_file(status, opened)))
      return fail(ErrorKind::changed, "became another file while it was opened");
  }
  if (!fd) return fail_errno("");
  return OpenedFile{std::move(fd), status};
}

Result<void> check_unchanged(const OpenedFile& file) {
  struct stat now;
  if (fstat(file.fd.get(), &now) != 0) return fail_errno("");
  if (now.st_size != file.status.st_size || now.st_mtim.tv_sec != file.status.st_mtim.tv_sec ||
      now.st_mtim.tv_nsec != file.status.st_mtim.tv_nsec)
    return fail(ErrorKind::changed, "changed while it was read: wait until the build has ended");
  return {};
}

Result<std::string> read_text(const OpenedFile& file) {
  const auto size = static_cast<std::uint64_t>(file.status.st_size);
  if (size > size_limits::text.most) return over(size_limits::text);
  auto image = Image::of_file(file.fd.get(), file.status);
  if (!image) return pass(image);
  auto bytes = image->fetch(0, size);
  if (!bytes) return pass(bytes);
  return std::string(as_text(*bytes));
}

Result<std::string> read_text_below(int base, std::string_view path, bool follow) {
  auto file = open_file_below(base, path, follow);
  return file ? read_text(*file) : pass(file);
}

}  // namespace rartifacts
