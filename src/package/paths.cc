// SPDX-License-Identifier: MIT OR Apache-2.0
#include "package/paths.h"

#include <algorithm>

#include "bytes/budget.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kBasis = 0xcbf29ce484222325;
std::uint64_t next_key(std::uint64_t hash, char c) { return (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3; }

}  // namespace

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): with 64 bits, two of a million names meet once in 30 million packages.
std::uint64_t PackagePaths::key(std::string_view path) {
  std::uint64_t hash = kBasis;
  for (const auto c : path) hash = next_key(hash, c);
  return hash;
}

Result<void> PackagePaths::add_row(std::uint64_t hash, bool is_directory, std::size_t package) {
  rows_.push_back({hash, static_cast<std::uint32_t>(package) & 0x7fffffff, is_directory});
  return keep(sizeof(Row));
}

Result<void> PackagePaths::add(std::string_view path, bool is_directory, std::size_t package) {
  if (auto added = add_row(key(path), is_directory, package); !added) return added;
  // Entries of one directory come after each other: what it shares with the one before was added with that.
  const auto above = directory_of(path);
  if (above == last_directory_ || above.empty()) return {};
  const auto shared = static_cast<std::size_t>(std::ranges::mismatch(above, last_directory_).in1 - above.begin());
  std::uint64_t hash = kBasis;
  for (std::size_t i = 0; i <= above.size(); ++i) {
    const bool is_end = i == above.size() || above[i] == '/';
    if (is_end && i >= shared)
      if (auto added = add_row(hash, true, package); !added) return added;
    if (i < above.size()) hash = next_key(hash, above[i]);
  }
  last_directory_ = above;
  return {};
}

void PackagePaths::sort() {
  std::ranges::sort(rows_);
  rows_.erase(std::ranges::unique(rows_).begin(), rows_.end());
}

bool PackagePaths::has(std::string_view path, bool is_directory) const {
  const auto wanted = key(path);
  for (auto row = std::ranges::lower_bound(rows_, wanted, {}, [](const Row& one) { return one.key; });
       row != rows_.end() && row->key == wanted; ++row)
    if ((row->is_directory != 0) == is_directory) return true;
  return false;
}

std::vector<std::uint64_t> PackagePaths::clashes() const {
  std::vector<std::uint64_t> keys;
  for (auto row = rows_.begin(); row != rows_.end();) {
    const auto end = std::ranges::find_if(row, rows_.end(), [&](const Row& other) { return other.key != row->key; });
    const bool is_shared = std::prev(end)->package != row->package;
    if (is_shared && std::any_of(row, end, [](const Row& one) { return one.is_directory == 0; }))
      keys.push_back(row->key);
    row = end;
  }
  return keys;
}

}  // namespace rartifacts
