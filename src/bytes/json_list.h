// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

namespace rartifacts {

/// Reads an object for the list `name` in it, which may be long: each element is handed to `take` as soon as it is whole, and then
/// forgotten. False, and nothing that was handed out counts, when `text` is not JSON or has no such list. What is nested deep is left out.
bool read_json_list(std::string_view text, std::string_view name,
                    const std::function<void(const nlohmann::json& element)>& take);

}  // namespace rartifacts
