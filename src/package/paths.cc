// SPDX-License-Identifier: MIT OR Apache-2.0
#include "package/paths.h"

#include <algorithm>

#include "bytes/path.h"

namespace rartifacts {

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): with 64 bits, two of a million names meet once in 30 million packages.
std::uint64_t PackagePaths::key(std::string_view path) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto c : path) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return hash;
}

Result<void> PackagePaths::add_row(std::string_view path, bool is_directory, std::size_t package) {
  if (rows_.size() >= kMost) return fail(ErrorKind::too_large, "more than {} entries", kMost);
  rows_.push_back({key(path), static_cast<std::uint32_t>(package), is_directory});
  return {};
}

Result<void> PackagePaths::add(std::string_view path, bool is_directory, std::size_t package) {
  if (auto added = add_row(path, is_directory, package); !added) return added;
  // Entries of one directory come after each other: its parents were added with the first.
  auto above = directory_of(path);
  if (above == last_directory_) return {};
  last_directory_ = above;
  for (; !above.empty(); above = directory_of(above))
    if (auto added = add_row(above, true, package); !added) return added;
  return {};
}

void PackagePaths::sort() {
  std::ranges::sort(rows_);
  rows_.erase(std::ranges::unique(rows_).begin(), rows_.end());
}

bool PackagePaths::has(std::string_view path, bool is_directory) const {
  const auto wanted = key(path);
  for (auto row = std::ranges::lower_bound(rows_, wanted, {}, &Row::key); row != rows_.end() && row->key == wanted;
       ++row)
    if (row->is_directory == is_directory) return true;
  return false;
}

std::vector<std::uint64_t> PackagePaths::clashes() const {
  std::vector<std::uint64_t> keys;
  for (auto row = rows_.begin(); row != rows_.end();) {
    const auto end = std::ranges::find_if(row, rows_.end(), [&](const Row& other) { return other.key != row->key; });
    const bool is_shared = std::prev(end)->package != row->package;
    if (is_shared && std::any_of(row, end, [](const Row& one) { return !one.is_directory; })) keys.push_back(row->key);
    row = end;
  }
  return keys;
}

}  // namespace rartifacts
