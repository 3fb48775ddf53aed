// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <optional>
#include <string_view>

namespace rartifacts {

/// The content of a compressed module, `NAME.ko.xz`, `.ko.zst` or `.ko.gz`; nothing for any other file, whatever is in it.
/// Errors: `malformed`, `too_large` when it unpacks to more than a module can have, `unsupported` without the reader module.
Result<std::optional<Image>> unpack_module(View file, std::string_view file_name);

}  // namespace rartifacts
