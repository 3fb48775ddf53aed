// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <fmt/format.h>
#include <rartifacts/bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "write/escape.h"

namespace rartifacts {

std::string base64(std::string_view bytes);

/// Writes JSON from front to back; commas are its business, matching begin and end are the caller's.
class Json {
 public:
  /// `indent` spaces per level; 0 writes everything on one line.
  explicit Json(std::size_t indent = 0) : indent_(indent) {}

  Json& begin_object() { return open('{'); }
  Json& end_object() { return close('}'); }
  Json& begin_array() { return open('['); }
  Json& end_array() { return close(']'); }
  Json& key(std::string_view name);

  Json& value(std::string_view text);
  Json& value(const char* text) { return value(std::string_view(text)); }
  Json& value(const std::string& text) { return value(std::string_view(text)); }
  Json& value(bool boolean) { return raw(boolean ? "true" : "false"); }
  Json& value(std::integral auto number) { return raw(fmt::format("{}", number)); }
  Json& null() { return raw("null"); }
  template <class T>
  Json& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  template <class T>
  Json& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  /// A file name. JSON holds no bytes: a name that is not UTF-8 is shown with U+FFFD and repeated exactly as
  /// `<name>_base64`.
  Json& path_member(std::string_view name, std::string_view bytes);

  const std::string& text() const { return out_; }
  std::string take() { return std::exchange(out_, {}); }

 private:
  Json& raw(std::string_view text);
  Json& open(char bracket);
  Json& close(char bracket);
  void separate();
  void new_line();

  std::string out_;
  std::size_t indent_;
  int depth_ = 0;
  bool first_ = true;  ///< nothing stands in the current object or array yet
  bool after_key_ = false;
};

}  // namespace rartifacts
