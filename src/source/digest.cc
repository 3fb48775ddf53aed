// SPDX-License-Identifier: MIT OR Apache-2.0
#include "source/digest.h"

#include "bytes/budget.h"
#include "source/chunks.h"
#include "source/directory.h"

namespace rartifacts {

Result<std::string> Digests::of(std::string_view path, bool is_behind_link) {
  auto file = open_file_below(base_, path);
  if (!file) return pass(file);
  const auto version = version_of(file->status);
  const bool is_kept = is_behind_link || file->status.st_nlink > 1;
  if (is_kept) {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(version); known != known_.end()) return known->second;
  }
  // What has holes is larger than it is.
  credit_packed(file->status.st_dev, file->status.st_ino, size_on_disk(file->status));
  if (auto charged = work(static_cast<std::uint64_t>(file->status.st_size)); !charged) return pass(charged);
  Sha256 digest;
  if (auto read = for_each_chunk(file->fd.get(), [&](Bytes chunk) { digest.add(chunk); }); !read) return pass(read);
  if (auto same = check_unchanged(*file); !same) return pass(same);
  auto text = digest.hex();
  if (is_kept) {
    const std::lock_guard lock(mutex_);
    known_.emplace(version, text);
  }
  return text;
}

}  // namespace rartifacts
