// SPDX-License-Identifier: MIT OR Apache-2.0
#include "manifest/recorded_object.h"

#include <algorithm>

#include "manifest/manifest.h"

namespace rartifacts {
namespace {

using Value = nlohmann::json;

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  const auto padding = text.size() - std::min(text.find('='), text.size());
  if (padding > 2) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t bits = 0;
    for (const char c : text.substr(i, 4)) {
      static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      const auto digit = c == '=' ? 0 : kAlphabet.find(c);
      if (digit == kAlphabet.npos) return std::nullopt;
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
    }
    for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xff);
  }
  out.resize(out.size() - padding);
  return out;
}

}  // namespace

RecordedObject::RecordedObject(const Value& value, std::string where, std::optional<Error>& error,
                               std::string_view whole)
    : value_(value), where_(std::move(where)), whole_(whole), error_(error) {
  if (!value.is_object()) reject("", "is not an object");
}

std::optional<std::string> RecordedObject::text(const char* name) const {
  const auto* member = find(name);
  if (!member) return std::nullopt;
  if (!member->is_string()) return reject(name, "is not a string"), std::nullopt;
  return member->get<std::string>();  // control characters and all, as its maker wanted it
}

std::string RecordedObject::needed_text(const char* name) const {
  if (!has(name)) reject(name, "is missing");
  return text(name).value_or("");
}

std::optional<std::string> RecordedObject::hex(const char* name) const {
  auto digits = text(name);
  if (digits && digits->find_first_not_of("0123456789abcdef") != digits->npos) reject(name, "is not a hash");
  return digits;
}

std::optional<bool> RecordedObject::boolean(const char* name) const {
  const auto* member = find(name);
  if (!member) return std::nullopt;
  if (!member->is_boolean()) return reject(name, "is neither true nor false"), std::nullopt;
  return member->get<bool>();
}

std::uint64_t RecordedObject::number(const char* name) const {
  const auto* member = find(name);
  if (!member) return 0;
  if (!member->is_number_unsigned()) return reject(name, "is not a number"), 0;
  return member->get<std::uint64_t>();
}

std::optional<std::string> RecordedObject::bytes(const char* name) const {
  const auto encoded = text(fmt::format("{}_base64", name).c_str());
  const auto* member = find(name);
  if (!member) return std::nullopt;
  if (!member->is_string()) return reject(name, "is not a string"), std::nullopt;
  if (!encoded) return member->get<std::string>();
  auto decoded = from_base64(*encoded);
  if (!decoded) reject(name, "has no valid base64 beside it");
  return decoded;
}

std::vector<std::pair<std::string, std::string>> RecordedObject::all_bytes(const char* name) const {
  constexpr std::string_view kExact = "_base64";
  std::vector<std::pair<std::string, std::string>> all;
  const auto members = object(name);
  if (!members || !members->value_.is_object()) return all;
  for (const auto& [key, value] : members->value_.items()) {
    const bool is_of_another =
        key.ends_with(kExact) && members->value_.contains(key.substr(0, key.size() - kExact.size()));
    if (is_of_another) continue;
    all.emplace_back(key, members->bytes(key.c_str()).value_or(""));
  }
  return all;
}

std::string RecordedObject::path() const {
  const auto raw = bytes("path");
  if (!raw) return reject("path", "is missing"), "";
  auto path = path_below_root(*raw);
  if (!path) return reject("path", path.error().what), "";
  return *path;
}

std::optional<unsigned> RecordedObject::mode() const {
  const auto digits = text("mode");
  if (!digits) return std::nullopt;
  if (digits->size() != 4 || digits->find_first_not_of("01234567") != digits->npos)
    return reject("mode", "is not a mode"), std::nullopt;
  return static_cast<unsigned>(std::stoul(*digits, nullptr, 8));
}

std::optional<RecordedObject> RecordedObject::object(const char* name) const {
  const auto* member = find(name);
  if (!member) return std::nullopt;
  return RecordedObject(*member, place(name), error_);
}

std::vector<std::string> RecordedObject::texts(const char* name) const {
  std::vector<std::string> all;
  const auto* member = find(name);
  if (!member) return all;
  if (!member->is_array()) return reject(name, "is not an array"), all;
  for (const auto& element : *member) {
    if (!element.is_string()) return reject(name, "holds something other than strings"), all;
    all.push_back(element.get<std::string>());
  }
  return all;
}

void RecordedObject::reject(std::string_view name, std::string_view what) const {
  if (!error_) error_ = Error{ErrorKind::malformed, fmt::format("{} {}", place(name), what), {}};
}

const RecordedObject::Value* RecordedObject::find(const char* name) const {
  if (error_ || !value_.is_object()) return nullptr;
  const auto found = value_.find(name);
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

std::string RecordedObject::place(std::string_view name) const {
  if (where_.empty()) return std::string(name.empty() ? whole_ : name);
  return name.empty() ? where_ : fmt::format("{}.{}", where_, name);
}

}  // namespace rartifacts
