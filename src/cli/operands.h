// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>

#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"

namespace rartifacts {

/// The directory that a scan is relative to, and its operands in those terms.
struct Operands {
  std::string base;
  std::vector<std::string> paths;
  bool absolute = false;  ///< the base is the root directory because the operands lie in several places
};

/// Turns what the user typed into paths below the working directory: `./a/`, `a` and `/the/base/a` are the same. A path elsewhere is
/// an error when `must_be_below`, because no copying program could use the list; else it becomes the base itself, or, one of
/// several, the root directory does.
Result<Operands> plan_operands(const std::vector<std::string>& typed, bool must_be_below);

/// The nearest folder around an operand that is a kernel tree.
std::optional<std::string> kernel_around(const Operands& operands, std::string_view path);

/// `path` relative to `directory` when it stands inside of it, links followed.
std::optional<std::string> path_inside(const std::string& directory, const std::string& path);

/// Says why operands cannot be used. What is not there is input that cannot be read, the rest is wrong usage.
ExitCode refuse(const Error& error);

/// Gives the paths in a result, for people only, the leading slash that they were typed with.
void show_as_typed(Artifact& artifact, const Operands& operands);
void show_as_typed(ScanResult& result, const Operands& operands);
void show_as_typed(Audit& audit, const Operands& operands);

}  // namespace rartifacts
