// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/output_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "bytes/path.h"
#include "cli/held_signals.h"

namespace rartifacts {
namespace {

// Never over something that is there. Old network file systems only know how to link that way.
int move_if_new(int from, const char* staged, int to, const char* name) {
  if (renameat2(from, staged, to, name, RENAME_NOREPLACE) == 0) return 0;
  return errno == EINVAL || errno == ENOSYS ? linkat(from, staged, to, name, 0) : -1;
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

Result<OutputDirectory> OutputDirectory::open(const std::string& path, const InputPlaces& inputs) {
  auto place = find_destination(path, inputs);
  if (!place) return pass(place);
  const bool is_new = mkdirat(place->folder.get(), place->name.c_str(), 0777) == 0;
  if (!is_new && errno != EEXIST) return fail_errno("cannot be made");
  const int follow = place->is_magic ? 0 : O_NOFOLLOW;
  Descriptor directory(openat(place->folder.get(), place->name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow));
  if (!directory) return fail_errno("cannot be opened");
  OutputDirectory output(std::move(*place), std::move(directory));
  output.is_new_ = is_new;
  return output;
}

OutputDirectory::~OutputDirectory() {
  if (!directory_) return;
  staging_ = TemporaryFolder();
  if (is_new_) unlinkat(place_.folder.get(), place_.name.c_str(), AT_REMOVEDIR);
}

// A name may hold slashes, so what waits to be moved is called by its number.
Result<Descriptor> OutputDirectory::create(const std::string& name) {
  if (!staging_) {
    auto made = TemporaryFolder::make(directory_.get());
    if (!made) return pass(made);
    staging_ = std::move(*made);
  }
  const auto number = fmt::format("{}", names_.size());
  Descriptor fd(openat(staging_.fd(), number.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!fd) return fail_errno("cannot be written");
  names_.push_back(name);
  return fd;
}

// What may not be given away keeps its owner: who may replace a file may have one of his own there.
void OutputDirectory::take_after(int folder, const std::string& name, const std::string& staged) const {
  constexpr mode_t kNoSetuid = 0777;
  struct stat replaced;
  if (fstatat(folder, name.c_str(), &replaced, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(replaced.st_mode)) return;
  [[maybe_unused]] const int given =
      fchownat(staging_.fd(), staged.c_str(), replaced.st_uid, replaced.st_gid, AT_SYMLINK_NOFOLLOW);
  fchmodat(staging_.fd(), staged.c_str(), replaced.st_mode & kNoSetuid, 0);
}

Result<void> OutputDirectory::commit(bool replace) {
  if (HeldSignals::is_pending()) return fail(ErrorKind::io, "interrupted");
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
    auto to = folder_below(directory_.get(), directory_of(names_[moved]));
    if (!to) {
      result = pass(to);
      continue;
    }
    const std::string name(file_name_of(names_[moved]));
    const auto staged = fmt::format("{}", moved);
    if (replace) take_after(to->get(), name, staged);
    const int status = replace ? renameat(staging_.fd(), staged.c_str(), to->get(), name.c_str())
                               : move_if_new(staging_.fd(), staged.c_str(), to->get(), name.c_str());
    if (status != 0) result = fail_errno(names_[moved]);
  }
  if (!result && !replace)
    for (std::size_t i = 0; i + 1 < moved; ++i) unlinkat(directory_.get(), names_[i].c_str(), 0);
  return result;
}

std::expected<void, CopyError> copy_range(int from, std::uint64_t offset, std::uint64_t length, int to) {
  constexpr std::size_t kBuffer = std::size_t{256} << 10;
  const auto fail_with = [](const std::unexpected<Error>& failed, bool is_of_output) {
    return std::unexpected(CopyError{failed.error(), is_of_output});
  };
  std::vector<char> buffer(std::min<std::uint64_t>(kBuffer, length));
  while (length > 0) {
    if (HeldSignals::is_pending()) return fail_with(fail(ErrorKind::io, "interrupted"), true);
    const auto got =
        pread(from, buffer.data(), std::min<std::uint64_t>(buffer.size(), length), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_with(fail_errno("cannot be read"), false);
    if (got == 0) return fail_with(fail(ErrorKind::changed, "the file shrank while it was read"), false);
    for (ssize_t done = 0; done < got;) {
      const auto written = write(to, buffer.data() + done, static_cast<std::size_t>(got - done));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail_with(fail_errno("cannot be written"), true);
      done += written;
    }
    offset += static_cast<std::uint64_t>(got);
    length -= static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace rartifacts
