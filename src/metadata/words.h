// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace rartifacts {

/// The words of words.txt, sorted; the empty word is the first. They stay for as long as the program runs.
std::span<const std::string_view> predefined_words();

}  // namespace rartifacts
