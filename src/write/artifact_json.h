// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include "write/json.h"

namespace rartifacts {

/// One artifact as the object that `inspect` prints and the manifest holds. The member names are a contract; they are
/// described in docs/manifest.schema.json. `inspect` also tells how many items a crate offers.
void write_artifact(Json& json, const Artifact& artifact, std::optional<std::size_t> public_items = std::nullopt);

/// Permissions as chmod(1) takes them: `0644`.
std::string mode_text(unsigned mode);

/// What to tell the reader about names that do not stand in the file, and everything else in `notes`.
std::vector<std::string> all_notes(const Artifact& artifact);

}  // namespace rartifacts
