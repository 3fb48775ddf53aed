// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What else the reader module `libarchive` does: one compressed file that is no archive.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
/// Takes the next bytes; false: no more are wanted.
using rartifacts_take = bool(void* context, const std::uint8_t* bytes, std::size_t size);
/// Unpacks gzip, xz or zstd. 0: all of it was sound, and taken; 1: `take` wanted no more; -1: damaged, or in no such compression.
using rartifacts_unpack = int(const std::uint8_t* bytes, std::size_t size, rartifacts_take* take, void* context);
}

namespace rartifacts {
inline constexpr const char* kUnpack = "rartifacts_unpack_v1";
}
