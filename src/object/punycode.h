// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rartifacts {

/// An identifier that is not ASCII, as v0 names have it: RFC 3492 with `_` for its `-`. Nothing when it does not decode.
std::optional<std::string> punycode(std::string_view text);

}  // namespace rartifacts
