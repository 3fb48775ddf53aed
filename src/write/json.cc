// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/json.h"

namespace rartifacts {
std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = bytes.substr(i, 3);
    const auto bits = load_be(as_bytes(group), 0, group.size()) << (8 * (3 - group.size()));
    for (std::size_t k = 0; k < 4; ++k) out += k <= group.size() ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

void Json::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!first_) out_ += ',';
  if (indent_ > 0) {
    new_line();
  } else if (!first_) {
    out_ += ' ';
  }
  first_ = false;
}

void Json::new_line() {
  out_ += '\n';
  for (int i = 0; i < depth_; ++i) out_.append(indent_, ' ');
}

Json& Json::key(std::string_view name) {
  separate();
  out_ += '"';
  out_ += json_escaped(name);
  out_ += "\": ";
  after_key_ = true;
  return *this;
}

Json& Json::value(std::string_view text) {
  separate();
  out_ += '"';
  out_ += json_escaped(text);
  out_ += '"';
  first_ = false;
  return *this;
}

Json& Json::raw(std::string_view text) {
  separate();
  out_ += text;
  first_ = false;
  return *this;
}

Json& Json::open(char bracket) {
  separate();
  out_ += bracket;
  ++depth_;
  first_ = true;
  return *this;
}

Json& Json::close(char bracket) {
  --depth_;
  if (!first_ && indent_ > 0) {
    new_line();
  }
  out_ += bracket;
  first_ = false;
  return *this;
}

Json& Json::path_member(std::string_view name, std::string_view bytes) {
  member(name, bytes);
  if (!is_utf8(bytes)) member(fmt::format("{}_base64", name), base64(bytes));
  return *this;
}

}  // namespace rartifacts
