// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The tree of values that JSON is
// ===============================
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
class RecordedBytes final : public std::streambuf {
 public:
  explicit RecordedBytes(std::string_view text) : text_(text) {}
  explicit RecordedBytes(int fd) : fd_(fd) {}

  /// The first part, without what is blank at its start. It stays to be read.
  std::string_view start();
  /// All of it. Error: more than a manifest in lines may have.
  Result<std::string> whole();
  /// What is read from here on belongs to another value.
  void begin_value() { of_value_ = 0; }
  /// Why there is nothing more, where that is not the end of it.
  const std::optional<Error>& error() const { return error_; }

 protected:
  int_type underflow() override;

 private:
  static constexpr std::size_t kPart = std::size_t{64} << 10;

  std::string_view text_;
  int fd_ = -1;
  std::size_t of_value_ = 0;  ///< bytes since the last value
  std::array<char, kPart> part_{};
  std::optional<Error> error_;
};

struct RecordedTree {
  nlohmann::json root;
  Held held;
};

/// Hands each element of the list `name` of the outermost object to `take`, which ends it all with its error, and keeps the rest: the
/// list is empty there. Errors: `malformed`, `io`, and `too_large` for values that are nested deep or long.
Result<RecordedTree> read_recorded_tree(
    RecordedBytes& bytes, std::string_view name,
    const std::function<Result<void>(const RecordedTree& partial, const nlohmann::json& element)>& take);
Result<RecordedTree> read_recorded_tree(std::string_view text);

}  // namespace rartifacts
