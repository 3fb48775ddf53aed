// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/recorded.h>

namespace rartifacts {

class TextParts;

/// One reader for each form a manifest can be read back from. Neither sorts nor looks for names that occur twice.
Result<RecordedManifest> read_manifest_json(TextParts& bytes, RecordedFacts facts);
Result<RecordedManifest> read_sha256sums(TextParts& bytes);

/// Reads and parses what is left of an open file.
Result<RecordedManifest> read_manifest_from(int fd, RecordedFacts facts = RecordedFacts::all);

/// `path` without detours. Error: it is empty, absolute, leads out of the root, or holds a NUL.
Result<std::string> path_below_root(std::string_view path);
bool is_sha256(std::string_view text);

}  // namespace rartifacts
