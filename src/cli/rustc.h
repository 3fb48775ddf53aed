// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string>

namespace rartifacts {

/// The whole version string of a compiler, as it writes it into metadata: `PATH -vV` is run, and nothing else. The shell has no
/// part in it. A name without a slash is looked for as the shell does; the child starts in `/`, with no variables but PATH, HOME,
/// LANG=C, CARGO_HOME, RUSTUP_HOME and RUSTUP_TOOLCHAIN. Errors: it cannot be started, fails, takes longer than ten seconds, or
/// answers something else. Nothing that it has started runs on.
Result<std::string> rustc_version_of(const std::string& path);

}  // namespace rartifacts
