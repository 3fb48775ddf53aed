// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rartifacts {

/// Counts how often some texts stand in a stream of bytes that comes in chunks of any size. Keeps of the stream only as much as
/// the longest text is long.
class PathLeaks {
 public:
  /// Empty texts are passed over.
  explicit PathLeaks(const std::vector<std::string>& prefixes);

  void add(Bytes chunk);
  /// Each text and its count, in the order given.
  const std::vector<std::pair<std::string, std::uint64_t>>& counts() const { return counts_; }

 private:
  std::vector<std::pair<std::string, std::uint64_t>> counts_;
  std::size_t longest_ = 0;
  std::string tail_;  ///< the end of what came before, one byte shorter than the longest text at most
};

}  // namespace rartifacts
