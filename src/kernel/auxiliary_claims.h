// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string_view>

namespace rartifacts {

/// Whether an auxiliary file holds what its name says: only its place makes it one, so anything else that somebody puts there, or a
/// link to it, would be listed and copied. `path` is that of the row in `auxiliary_table`. Errors: `malformed`.
Result<void> check_claim(std::string_view path, std::string_view content);

}  // namespace rartifacts
