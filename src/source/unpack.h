// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>
#include <rartifacts/bytes.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace rartifacts {

/// True of `NAME.ko.xz`, `.ko.zst` and `.ko.gz`.
bool is_packed_module(std::string_view file_name);

/// The content of a compressed module, `NAME.ko.xz`, `.ko.zst` or `.ko.gz`; nothing for any other file, whatever is in it.
/// `file` must stay as long as that. Errors: `malformed`, `too_large`, `unsupported` without the reader module.
Result<std::optional<Image>> unpack_module(View file, std::string_view file_name);

/// Says of a module that was unpacked how large its file is, and that the rest is about what was in it.
void note_packed(Artifact& artifact, std::uint64_t packed_size);

}  // namespace rartifacts
