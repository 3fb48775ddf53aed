// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What else the reader module `libarchive` does: one compressed file that is no archive.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
struct rartifacts_packed;

struct rartifacts_unpacker {
  /// `bytes` stay the caller's. Null when they are neither gzip, xz nor zstd.
  rartifacts_packed* (*open)(const std::uint8_t* bytes, std::size_t size, std::uint64_t window);
  /// The next bytes; 0 at the end, when all of it was sound; -1: damaged; -2: the decoder would have to remember more than `window`.
  std::int64_t (*read)(rartifacts_packed* packed, std::uint8_t* into, std::size_t size);
  void (*close)(rartifacts_packed* packed);
};
}

namespace rartifacts {
inline constexpr const char* kUnpacker = "rartifacts_unpacker_v1";
}
