// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>

#include <string>
#include <vector>

namespace rartifacts {

/// Adds a finding for each path in the file `needs`, one per line, that the crates in `trees` do not offer. Blank lines and what is
/// behind `#` are passed over. Errors: the file or a crate cannot be read.
Result<void> judge_needs(Audit& judged, const std::string& needs, const std::vector<std::string>& trees);

}  // namespace rartifacts
