// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace rartifacts {

/// words.txt as pack_words.py leaves it, and how long it is unpacked and packed. The build makes what defines them.
extern const std::uint8_t kPackedWords[];
extern const std::size_t kWordBytes;
extern const std::size_t kPackedBytes;

}  // namespace rartifacts
