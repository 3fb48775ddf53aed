// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string_view>

namespace rartifacts {

constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The code point of a sequence as `utf8_sequence` delimits it.
char32_t code_point(std::string_view sequence);

/// True for what shows nothing of its own and changes how others are shown or read: controls (C0, DEL, C1), format characters
/// (Cf: bidi controls, joiners, tags, the byte order mark), separators of lines and paragraphs, noncharacters.
bool is_steering(char32_t c);

/// True for white space of any width (Unicode, White_Space).
bool is_white_space(char32_t c);

}  // namespace rartifacts
