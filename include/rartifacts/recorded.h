// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// A manifest that was written earlier, as it was read back. Every path is relative and stays below the root.
struct RecordedManifest {
  std::vector<Artifact> artifacts;  ///< sorted by path, each path once; of `sha256sums` only path and digest are known
  std::vector<Directory> directories;  ///< sorted by path
  bool has_identities = false;         ///< JSON: kinds, sizes, crates; false: `sha256sums`
};

/// Reads what `scan --format json` or `scan --format sha256sums` wrote; which of them, the text says itself. Errors:
/// `malformed` for text that is neither, for members of another type, names that lead out of the root, and names that occur
/// twice; `unsupported` for a later version of the JSON; `too_large`.
Result<RecordedManifest> read_manifest(std::string_view text);

/// True when `head`, the first bytes of a file (4096 or fewer), starts a manifest in JSON.
bool is_json_manifest(std::string_view head);

/// What is kept of each artifact: all that its manifest says, or what a copy of it is compared with, which takes a third of the memory.
enum class RecordedFacts { all, of_copy };

/// Reads and parses a file, or standard input when `path` is `-`. `path` is relative to the working directory. JSON may be of any size,
/// as long as what it lists fits the limits of a run.
Result<RecordedManifest> read_manifest_file(const std::string& path, RecordedFacts facts = RecordedFacts::all);

}  // namespace rartifacts
#pragma GCC visibility pop
