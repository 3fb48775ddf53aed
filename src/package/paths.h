// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace rartifacts {

/// Which paths some packages have, as hashes: a million names would not fit into the memory that a run may take.
class PackagePaths {
 public:
  static std::uint64_t key(std::string_view path);

  /// Error: too many. The directories above it are there as well, whether the package lists them or not.
  Result<void> add(std::string_view path, bool is_directory, std::size_t package);
  /// To be called once all are added, before asking.
  void sort();
  bool has_file(std::string_view path) const { return has(path, false); }
  bool has_directory(std::string_view path) const { return has(path, true); }
  /// Keys of the paths that several packages have, and that are not a directory in all of them.
  std::vector<std::uint64_t> clashes() const;

 private:
  struct Row {
    std::uint64_t key;
    std::uint32_t package : 31;
    std::uint32_t is_directory : 1;
    auto order() const { return std::tuple(key, std::uint32_t{package}, std::uint32_t{is_directory}); }
    bool operator==(const Row& other) const { return order() == other.order(); }
    auto operator<=>(const Row& other) const { return order() <=> other.order(); }
  };
  bool has(std::string_view path, bool is_directory) const;
  Result<void> add_row(std::uint64_t hash, bool is_directory, std::size_t package);

  std::deque<Row> rows_;  ///< which, as it grows, is not copied
  std::string last_directory_;
};

}  // namespace rartifacts
