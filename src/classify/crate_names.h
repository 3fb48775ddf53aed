// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

namespace rartifacts {

/// A library with metadata exports it under `rust_metadata_<name>_<id>`.
inline constexpr std::string_view kMetadataSymbol = "rust_metadata_";

/// Names a crate whose name is a predefined symbol from `rust_metadata_<name>_<id>`, which its library exports.
void name_by_symbol(Crate& crate, const std::vector<std::string>& exports);

/// Names what is still without a name: the crate from `lib<name><extra_filename>.<ext>`, then crate and dependencies from the
/// table of predefined symbols of this exact compiler.
void name_by_file(Artifact& artifact, std::string_view file_name);

/// Names what is still without a name and is a word that the hashes in `file` prove.
void name_by_hash(Artifact& artifact, View file);

/// The name in `lib<name><extra_filename>.<ext>` (`<name>…dll` on Windows), or nothing.
std::optional<std::string> crate_name_in(std::string_view file_name, std::string_view extra_filename);

}  // namespace rartifacts
