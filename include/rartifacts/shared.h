// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace rartifacts {

/// A value or nothing, like `std::optional`; copies share the value. What was read of a file is the same under all of its names, and a
/// package may give a file a million of them.
template <class T>
class Shared {
 public:
  Shared() = default;
  Shared(std::nullopt_t) {}                                           // NOLINT(google-explicit-constructor)
  Shared(T value) : value_(std::make_shared<T>(std::move(value))) {}  // NOLINT(google-explicit-constructor)
  Shared(std::optional<T> value) {                                    // NOLINT(google-explicit-constructor)
    if (value) value_ = std::make_shared<T>(std::move(*value));
  }

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  T value_or(T other) const { return value_ ? *value_ : std::move(other); }

  /// The value, to be changed: a copy of its own when others share it. Only when there is one.
  T& edit() {
    if (value_.use_count() > 1) value_ = std::make_shared<T>(*value_);
    return *value_;
  }
  template <class... Args>
  T& emplace(Args&&... args) {
    value_ = std::make_shared<T>(std::forward<Args>(args)...);
    return *value_;
  }
  void reset() { value_.reset(); }
  /// The same for all copies.
  const T* get() const { return value_.get(); }

 private:
  std::shared_ptr<T> value_;
};

}  // namespace rartifacts
