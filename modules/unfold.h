// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

/// One layer of compression, unfolded piece by piece: gzip, xz, lzma, lzip and zstd, each by its own library, whose checksums are looked
/// at and whose window is limited.
class Unfolder {
 public:
  enum class Status { going_on, whole, damaged, window };

  /// That for what begins so; null for anything else.
  static std::unique_ptr<Unfolder> for_magic(std::span<const std::uint8_t> head, std::uint64_t window);
  virtual ~Unfolder() = default;

  /// Takes from the front of `in`, puts into the front of `out`, and shortens both by what it did. `is_last`: nothing comes after `in`.
  /// `whole`: the end of a stream stands here, and may be the end of all.
  virtual Status run(std::span<const std::uint8_t>& in, std::span<std::uint8_t>& out, bool is_last) = 0;
};
