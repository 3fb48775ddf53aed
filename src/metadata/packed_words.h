// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace rartifacts {

/// words.txt as pack_words.py leaves it. The build makes what defines this.
extern const std::uint8_t kPackedWords[];
extern const std::uint8_t kWordLetters[];  ///< the characters behind the numbers from 1 on
extern const std::size_t kWordCount;
extern const std::size_t kTextBytes;  ///< of all words, one behind the other

}  // namespace rartifacts
