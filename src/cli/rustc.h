// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string>

namespace rartifacts {

/// The whole version string of a compiler, as it writes it into metadata: `PATH -vV` is run, and nothing else. The shell has no
/// part in it. Errors: it cannot be started, fails, takes longer than ten seconds, or answers something else.
Result<std::string> rustc_version_of(const std::string& path);

}  // namespace rartifacts
