// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "cli/held_signals.h"
#include "cli/temporary.h"

namespace rartifacts {
namespace {

Result<void> write_steps(int fd, std::string_view text) {
  constexpr std::size_t kStep = std::size_t{1} << 20;
  while (!text.empty()) {
    if (HeldSignals::is_pending()) return fail(ErrorKind::io, "interrupted");
    const auto written = write(fd, text.data(), std::min(text.size(), kStep));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("cannot be written");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// False when errno says that this file cannot be replaced, though it may be possible to write to it.
bool may_be_written_in_place(int error) {
  return error == EBUSY || error == EXDEV || error == EACCES || error == EPERM || error == EROFS;
}

Result<void> write_in_place(const Destination& place, const struct stat& expected, std::string_view text) {
  const Descriptor file(
      openat(place.folder.get(), place.name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status;
  if (!file || fstat(file.get(), &status) != 0) return fail_errno("cannot be written");
  // Another name of the file may stand anywhere.
  if (!is_same_file(status, expected) || status.st_nlink > 1)
    return fail(ErrorKind::io, "cannot be written: it has several hard links, or was replaced meanwhile");
  if (auto written = write_steps(file.get(), text); !written) return written;
  if (ftruncate(file.get(), static_cast<off_t>(text.size())) != 0 || fsync(file.get()) != 0)
    return fail_errno("cannot be written");
  return {};
}

// Owner and permissions of what is replaced.
bool take_after(int fd, const struct stat& replaced) {
  constexpr mode_t kNoSetuid = 0777;
  struct stat status;
  if (fstat(fd, &status) != 0) return false;
  const bool is_other = status.st_uid != replaced.st_uid || status.st_gid != replaced.st_gid;
  if (is_other && fchown(fd, replaced.st_uid, replaced.st_gid) != 0) return false;
  return fchmod(fd, replaced.st_mode & kNoSetuid) == 0;
}

Result<void> replace_whole(const Destination& place, const std::optional<struct stat>& replaced,
                           std::string_view text) {
  constexpr mode_t kOnlyUs = 0600;
  constexpr mode_t kAsUmaskSays = 0666;
  const HeldSignals held;
  auto file = TemporaryFile::make(place.folder.get(), place.name, replaced ? kOnlyUs : kAsUmaskSays);
  if (!file) {
    if (replaced && may_be_written_in_place(errno)) return write_in_place(place, *replaced, text);
    return pass(file);
  }
  if (auto written = write_steps(file->fd(), text); !written) return written;
  if (fsync(file->fd()) != 0) return fail_errno("cannot be written");
  const bool is_like_it = !replaced || take_after(file->fd(), *replaced);
  if (is_like_it && file->move_to(place.name)) return {};
  if (replaced && may_be_written_in_place(errno)) return write_in_place(place, *replaced, text);
  return fail_errno("cannot be written");
}

bool is_standard_output(const std::string& path) {
  struct stat status;
  struct stat output;
  return fstat(STDOUT_FILENO, &output) == 0 && stat(path.c_str(), &status) == 0 && is_same_file(status, output);
}

/// Where a file goes, and what stands there now.
struct FoundPlace {
  Destination place;
  std::optional<struct stat> present;

  bool takes_a_file() const { return !present || (S_ISREG(present->st_mode) && !place.is_magic); }
};

Result<FoundPlace> find_place(const std::string& path, const InputPlaces& inputs) {
  auto place = find_destination(path, inputs);
  if (!place) return pass(place);
  struct stat status;
  const int follow = place->is_magic ? 0 : AT_SYMLINK_NOFOLLOW;
  const bool is_there = fstatat(place->folder.get(), place->name.c_str(), &status, follow) == 0;
  if (!is_there && errno != ENOENT) return fail_errno("cannot be written");
  return FoundPlace{*std::move(place), is_there ? std::optional(status) : std::nullopt};
}

// A pipe, a terminal.
Result<Descriptor> open_stream(const Destination& place) {
  if (place.is_input)
    return fail(ErrorKind::io, "not a regular file, and below a directory that is read: write elsewhere");
  const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | (place.is_magic ? 0 : O_NOFOLLOW);
  Descriptor stream(openat(place.folder.get(), place.name.c_str(), flags));
  if (!stream) return fail_errno("cannot be written");
  return stream;
}

}  // namespace

Result<void> write_atomically(const std::string& path, std::string_view text, const InputPlaces& inputs) {
  // A second descriptor would write over what the first has written, and a socket cannot be opened.
  if (is_standard_output(path)) return write_steps(STDOUT_FILENO, text);
  const auto found = find_place(path, inputs);
  if (!found) return pass(found);
  if (found->takes_a_file()) return replace_whole(found->place, found->present, text);
  const auto stream = open_stream(found->place);
  return stream ? write_steps(stream->get(), text) : pass(stream);
}

Result<GrowingFile> GrowingFile::open(const std::string& path, const InputPlaces& inputs) {
  constexpr mode_t kAsUmaskSays = 0666;
  Descriptor file;
  if (is_standard_output(path)) {
    file = Descriptor(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  } else {
    const auto found = find_place(path, inputs);
    if (!found) return pass(found);
    if (!found->takes_a_file()) {
      auto stream = open_stream(found->place);
      if (!stream) return pass(stream);
      return GrowingFile(*std::move(stream));
    }
    const HeldSignals held;
    auto made = TemporaryFile::make(found->place.folder.get(), found->place.name, kAsUmaskSays);
    if (!made) return pass(made);
    file = Descriptor(fcntl(made->fd(), F_DUPFD_CLOEXEC, 0));
    if (file && !made->move_to(found->place.name)) return fail_errno("cannot be written");
  }
  if (!file) return fail_errno("cannot be written");
  return GrowingFile(std::move(file));
}

Result<void> GrowingFile::write(std::string_view text) const { return write_steps(file_.get(), text); }

}  // namespace rartifacts
