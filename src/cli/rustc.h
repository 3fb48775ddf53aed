// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string>

namespace rartifacts {

/// What a compiler says of itself.
struct RustcIdentity {
  std::string version;  ///< its whole version string, as it writes it into metadata
  std::string host;     ///< the triple that it runs on; empty when it does not say
};

/// Runs `PATH -vV`, and nothing else. The shell has no part in it. A name without a slash is looked for as the shell does; the child
/// starts in `/`, with no variables but PATH, HOME, LANG=C, CARGO_HOME, RUSTUP_HOME and RUSTUP_TOOLCHAIN. Errors: it cannot be
/// started, fails, takes longer than ten seconds, or answers something else. Nothing that it has started runs on.
Result<RustcIdentity> identify_rustc(const std::string& path);

/// Runs `PATH --print sysroot`. Errors as above.
Result<std::string> sysroot_of_rustc(const std::string& path);

}  // namespace rartifacts
