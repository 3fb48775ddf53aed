// SPDX-License-Identifier: MIT OR Apache-2.0
//
// JSON as a tree of values
// ========================
//
// A manifest of a hundred megabytes is read in parts, and each artifact in it goes as soon as it is whole: what is held is what they
// stand for. The tree is some ten times as large as its text, and is charged to the budget value by value. The parser has the whole of
// one text or number before anybody is told of it; one that goes on for too long is cut off where the bytes come from.
#pragma once

#include <rartifacts/error.h>

#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <streambuf>
#include <string>
#include <string_view>

#include "bytes/budget.h"

namespace rartifacts {

/// What is left of an open file, or a text, in parts.
class TextParts final : public std::streambuf {
 public:
  explicit TextParts(std::string_view text) : text_(text) {}
  explicit TextParts(int fd) : fd_(fd) {}

  /// The first part, without what is blank at its start. It stays to be read.
  std::string_view start();
  /// What is read from here on belongs to another value.
  void begin_value() { of_value_ = 0; }
  /// Why there is nothing more, where that is not the end of it.
  const std::optional<Error>& error() const { return error_; }

 protected:
  int_type underflow() override;

 private:
  /// Reads the next part; 0 at the end.
  std::size_t fill();

  static constexpr std::size_t kPart = std::size_t{64} << 10;

  std::string_view text_;
  int fd_ = -1;
  std::size_t of_value_ = 0;  ///< bytes since the last value
  std::array<char, kPart> part_{};
  std::optional<Error> error_;
};

struct JsonTree {
  nlohmann::json root;
  Held held;
};

using TakeJson = std::function<Result<void>(const nlohmann::json& element, const JsonTree& partial)>;

/// Hands each element of the list `name` of the outermost object to `take`, which ends it all with its error, and keeps the rest: the
/// list is empty there. Errors: `malformed`, `io`, and `too_large` for values that are nested deep or long.
Result<JsonTree> read_json_tree(TextParts& bytes, std::string_view name, const TakeJson& take);
/// The same of a text, without the rest. False when it has no such list.
Result<bool> read_json_list(std::string_view text, std::string_view name,
                            const std::function<Result<void>(const nlohmann::json& element)>& take);
Result<JsonTree> read_json_tree(std::string_view text);

}  // namespace rartifacts
