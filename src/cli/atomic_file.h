// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string>
#include <string_view>

namespace rartifacts {

/// Puts `text` into `path` as a whole or not at all: a new file beside it, flushed to disk, then renamed over it. Of a symbolic
/// link, the file that it leads to is replaced. What is no file, or is standard output (/dev/stdout), is written to directly.
Result<void> write_atomically(const std::string& path, std::string_view text);

}  // namespace rartifacts
