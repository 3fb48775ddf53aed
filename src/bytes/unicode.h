// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string_view>

namespace rartifacts {

constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_alphanumeric(char c) { return is_ascii_letter(c) || is_digit(c); }
/// What an identifier of C and, of ASCII, one of Rust consists of.
constexpr bool is_word_character(char c) { return is_ascii_alphanumeric(c) || c == '_'; }
/// True when `text` is written in the digits that hashes are printed in.
constexpr bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The code point of a sequence as `utf8_sequence` delimits it.
char32_t code_point(std::string_view sequence);

/// True for what shows nothing of its own and changes how others are shown or read: controls (C0, DEL, C1), format characters
/// (Cf: bidi controls, joiners, tags, the byte order mark), separators of lines and paragraphs, noncharacters.
bool is_steering(char32_t c);

/// `text` behind the byte order mark that it may begin with.
constexpr std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

/// True for white space of any width (Unicode, White_Space).
bool is_white_space(char32_t c);

}  // namespace rartifacts
