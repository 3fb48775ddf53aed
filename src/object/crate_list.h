// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/object.h>

namespace rartifacts {

/// The crates that section `.dep-v0` lists; nothing when there is no such section. Errors: as of reading it.
/// Defined by: https://github.com/rust-secure-code/cargo-auditable, PARSING.md.
Result<std::optional<std::vector<LinkedCrate>>> read_crate_list(View file);

}  // namespace rartifacts
