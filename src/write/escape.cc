// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/escape.h"

#include <fmt/format.h>
#include <rartifacts/bytes.h>

#include <algorithm>
#include <array>

#include "bytes/unicode.h"

namespace rartifacts {
namespace {

// `##[` and `##word[`, as runners look for it anywhere in a line.
bool begins_hash_command(std::string_view text) {
  if (!text.starts_with("##")) return false;
  const auto end = std::ranges::find_if_not(text.substr(2), is_ascii_letter);
  return end != text.end() && *end == '[';
}

/// One character of a text.
struct Letter {
  std::string_view bytes;        ///< a sequence of UTF-8, or one byte that belongs to none
  std::optional<char32_t> code;  ///< nothing for such a byte
  std::string_view rest;         ///< the text from here on

  bool is_steering() const { return !code || rartifacts::is_steering(*code); }
};

// Calls `visit` for each character but those that no form escapes: most names have no others, and these are copied at once.
template <class Visit>
void each_letter(std::string& out, std::string_view text, const Visit& visit) {
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_ascii_alphanumeric(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto length = utf8_sequence(text);
    const auto bytes = text.substr(0, std::max<std::size_t>(length, 1));
    visit(Letter{bytes, length == 0 ? std::nullopt : std::optional(code_point(bytes)), text});
    text.remove_prefix(bytes.size());
  }
}

// The white space in front, as far as it is shown as such.
std::string_view indentation(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t length = 0; end < text.size(); end += length) {
    length = utf8_sequence(text.substr(end));
    if (length == 0) break;
    const auto c = code_point(text.substr(end, length));
    if (!is_white_space(c) || is_steering(c)) break;
  }
  return text.substr(0, end);
}

void append_bytes(std::string& out, std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    ((out += "\\x") += kDigits[byte >> 4]) += kDigits[byte & 15];
  }
}

// `text` for people; `spelled(out, character)` says how the form spells a character that is shown, and `\` of an escape as well.
template <class Spelled>
std::string spelled_out(std::string_view text, const Spelled& spelled) {
  std::string out;
  const auto front = text.size() - indentation(text).size();
  each_letter(out, text, [&](const Letter& letter) {
    const bool is_command = (letter.bytes == ":" && letter.rest.size() == front) || begins_hash_command(letter.rest);
    if (!letter.is_steering() && !is_command) return spelled(out, letter.bytes);
    std::string escape;
    append_bytes(escape, letter.bytes);
    for (const char& c : escape) spelled(out, std::string_view(&c, 1));
  });
  return out;
}

// As UTF-16, which JSON escapes with.
void append_utf16(std::string& out, char32_t c) {
  constexpr char32_t kFirstBeyond = 0x10000;
  if (c < kFirstBeyond) out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
  else
    out += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + static_cast<std::uint32_t>((c - kFirstBeyond) >> 10),
                       0xdc00 + static_cast<std::uint32_t>((c - kFirstBeyond) & 0x3ff));
}

bool is_formula(std::string_view text) {
  // Spreadsheets take the wide forms as well.
  for (const std::string_view sign : {"=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"})
    if (text.starts_with(sign)) return true;
  return false;
}

std::string csv_quoted(std::string text) {
  const auto is_plain = [](char c) { return is_ascii_alphanumeric(c) || std::string_view("._-+/~() '@").contains(c); };
  if (std::ranges::all_of(text, is_plain) && !text.starts_with(' ')) return text;
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string github_escaped(std::string_view text, std::string_view special) {
  std::string out;
  each_letter(out, text, [&](const Letter& letter) {
    if (special.contains(letter.bytes)) out += fmt::format("%{:02X}", static_cast<unsigned char>(letter.bytes[0]));
    else if (letter.is_steering() || begins_hash_command(letter.rest)) append_bytes(out, letter.bytes);
    else out += letter.bytes;
  });
  return out;
}

}  // namespace

void append_printable(std::string& out, std::string_view text) {
  // Most names are such that nothing has to be done.
  static constexpr auto kIsPlain = [] {
    std::array<bool, 256> is{};
    for (int c = 0; c < 256; ++c)
      is[static_cast<std::size_t>(c)] =
          is_word_character(static_cast<char>(c)) || c == ':' || c == '-' || c == '.' || c == '/';
    return is;
  }();
  const bool is_plain =
      !text.starts_with(':') && std::ranges::all_of(text, [](unsigned char c) { return kIsPlain[c]; });
  if (is_plain) out += text;
  else out += printable(text);
}

std::string printable(std::string_view text) {
  return spelled_out(text, [](std::string& out, std::string_view character) { out += character; });
}

std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    const bool is_ended = line.size() < text.size();
    text.remove_prefix(line.size() + (is_ended ? 1 : 0));
    if (is_ended && line.ends_with('\r')) line.remove_suffix(1);
    out += printable(line);
    if (is_ended) out += '\n';
  }
  return out;
}

std::string json_escaped(std::string_view text) {
  std::string out;
  each_letter(out, text, [&](const Letter& letter) {
    if (!letter.code) out += "\\ufffd";
    else if (*letter.code == '"' || *letter.code == '\\') (out += '\\') += letter.bytes;
    else if (letter.is_steering() || begins_hash_command(letter.rest)) append_utf16(out, *letter.code);
    else out += letter.bytes;
  });
  return out;
}

std::string xml_escaped(std::string_view text) {
  return spelled_out(text, [](std::string& out, std::string_view character) {
    switch (character.size() == 1 ? character[0] : '\0') {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += character;
    }
  });
}

std::string percent_encoded(std::string_view bytes, std::string_view keep) {
  std::string out;
  for (const char c : bytes) {
    if (is_ascii_alphanumeric(c) || std::string_view("-._~").contains(c) || keep.contains(c)) out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string csv_field(std::string_view text) { return csv_quoted((is_formula(text) ? "'" : "") + std::string(text)); }

std::string csv_path(std::string_view path) { return csv_quoted((is_formula(path) ? "./" : "") + std::string(path)); }

std::string github_message(std::string_view text) { return github_escaped(text, "%\r\n"); }
std::string github_property(std::string_view text) { return github_escaped(text, "%\r\n:,"); }

std::string dot_escaped(std::string_view text) {
  return spelled_out(text, [](std::string& out, std::string_view character) {
    if (character == "&") out += "&amp;";
    else if (character == "\"" || character == "\\") (out += '\\') += character;
    else out += character;
  });
}

std::string mermaid_escaped(std::string_view text) {
  return spelled_out(text, [](std::string& out, std::string_view character) {
    const char c = character[0];
    const bool is_plain =
        character.size() > 1 || is_ascii_alphanumeric(c) || std::string_view(" ._-/+=,()").contains(c);
    if (is_plain) out += character;
    else out += fmt::format("#{};", static_cast<int>(c));
  });
}

std::string markdown_escaped(std::string_view text) {
  return spelled_out(text, [](std::string& out, std::string_view character) {
    const char c = character[0];
    if (character.size() > 1 || is_ascii_alphanumeric(c) || std::string_view(" ,.;/-()'=+").contains(c))
      out += character;
    else out += fmt::format("&#{};", static_cast<int>(c));
  });
}

std::string markdown_code(std::string_view text) {
  auto shown = printable(text);
  const bool is_span =
      !shown.empty() && shown.find_first_of("`|") == shown.npos && !shown.starts_with(' ') && !shown.ends_with(' ');
  return is_span ? '`' + shown + '`' : "<code>" + markdown_escaped(text) + "</code>";
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  each_letter(out, text, [&](const Letter& letter) {
    if (!letter.code) out += "\\ufffd";
    else if (*letter.code == '"' || *letter.code == '\\') (out += '\\') += letter.bytes;
    else if (letter.is_steering() || begins_hash_command(letter.rest))
      out += fmt::format("\\U{:08x}", static_cast<std::uint32_t>(*letter.code));
    else out += letter.bytes;
  });
  return out + '"';
}

}  // namespace rartifacts
