// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string>
#include <string_view>

#pragma GCC visibility push(default)
namespace rartifacts {

/// The name under which rustup has the compiler that calls itself `rustc`: `1.95.0`, `nightly-2026-05-20`,
/// `beta-2026-04-10`. A dated channel carries the day of its release, and that is the day after the commit in the string.
/// Error: `unsupported`, with the string, when it is a distribution's own build, which rustup does not have.
Result<std::string> rustup_channel(std::string_view rustc);

}  // namespace rartifacts
#pragma GCC visibility pop
