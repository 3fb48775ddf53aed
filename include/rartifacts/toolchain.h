// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <optional>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)
namespace rartifacts {

/// The name under which rustup has the compiler that calls itself `rustc`: `1.95.0`, `nightly-2026-05-20`,
/// `beta-2026-04-10`. A dated channel carries the day of its release, and that is the day after the commit in the string.
/// Error: `unsupported`, with the string, when it is a distribution's own build, which rustup does not have.
Result<std::string> rustup_channel(std::string_view rustc);

/// `1.85.1` of `rustc 1.85.1 (4eb161250 2025-03-15) (built from a source tarball)`: of what the Rust project and distributions
/// write, and nothing else.
std::optional<std::string> rustc_number(std::string_view rustc);

/// The dependency on the package of a distribution that has the compiler which calls itself `rustc`, as `debian` (a Depends field),
/// `rpm` (Requires) or `arch` (depends) writes it. Fedora and Arch put the version of the package into the string; Debian does not,
/// and there a range holds every package of that release of rustc. Error: `unsupported`, when the string is not one of that distribution.
Result<std::string> rustc_dependency(std::string_view rustc, std::string_view form);

}  // namespace rartifacts
#pragma GCC visibility pop
