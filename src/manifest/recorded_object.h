// SPDX-License-Identifier: MIT OR Apache-2.0
//
// JSON that is read back
// ======================
//
// What this program wrote may have been written by anybody since, so nothing is believed: members of another type are errors with
// the place where they stand, members that are not known are passed over.
#pragma once

#include <rartifacts/error.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rartifacts {

/// An object. The first thing that is wrong sticks in `error`, as with a Cursor; what is read afterwards is empty. A member that is
/// null counts as left out.
class RecordedObject {
 public:
  using Value = nlohmann::json;

  /// `where`: its name in messages, empty for the outermost one, which is called `whole`.
  RecordedObject(const Value& value, std::string where, std::optional<Error>& error,
                 std::string_view whole = "the manifest");

  bool has(const char* name) const { return find(name) != nullptr; }
  std::optional<std::string> text(const char* name) const;
  std::string needed_text(const char* name) const;
  std::optional<std::string> hex(const char* name) const;
  std::optional<bool> boolean(const char* name) const;
  std::uint64_t number(const char* name) const;
  /// The exact bytes of a name: `<name>_base64` where it is given.
  std::optional<std::string> bytes(const char* name) const;
  /// Names and exact bytes of all members of an object.
  std::vector<std::pair<std::string, std::string>> all_bytes(const char* name) const;
  /// `path`, which must lead to something below the root.
  std::string path() const;
  std::optional<unsigned> mode() const;
  std::optional<RecordedObject> object(const char* name) const;
  std::vector<std::string> texts(const char* name) const;
  void reject(std::string_view name, std::string_view what) const;

  /// The enumerator, one of `count`, that is called what the member says.
  template <class Enum>
  std::optional<Enum> one_of(const char* name, std::size_t count) const {
    const auto word = text(name);
    if (!word) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i)
      if (name_of(static_cast<Enum>(i)) == *word) return static_cast<Enum>(i);
    reject(name, fmt::format("is {}, which is not known", *word));
    return std::nullopt;
  }
  template <class Visit>
  void each(const char* name, const Visit& visit) const {
    const auto* member = find(name);
    if (!member) return;
    if (!member->is_array()) return reject(name, "is not an array");
    for (std::size_t i = 0; i < member->size() && !error_; ++i)
      visit(RecordedObject((*member)[i], fmt::format("{}[{}]", place(name), i), error_));
  }

 private:
  const Value* find(const char* name) const;
  std::string place(std::string_view name) const;

  const Value& value_;
  std::string where_;
  std::string_view whole_;
  std::optional<Error>& error_;
};

}  // namespace rartifacts
