// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The interface of the reader module `lief`. Plain C: nothing of LIEF, and no exception, comes out of it.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

/// Takes one exported name, which is valid during the call only. `context` is what the caller handed in.
using rartifacts_take_name = void(void* context, const char* name, std::size_t length);

/// Hands the names that a Mach-O (not a fat file) or PE library exports to `take`, as the file spells them: Mach-O has an
/// underscore in front of C's names. Returns 0, or -1 when the bytes are no library that LIEF reads.
using rartifacts_read_exports = int(const std::uint8_t* bytes, std::size_t size, rartifacts_take_name* take,
                                    void* context);
}

namespace rartifacts {
inline constexpr const char* kReadExports = "rartifacts_read_exports_v1";
}
