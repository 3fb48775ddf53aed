// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/kernel.h>

#include "source/source.h"

namespace rartifacts {

/// Looks into a tree with scripts/Makefile.build for what every module build needs besides crates.
void look_for_build_tools(const Source& source, KernelRoot& kernel);

/// Looks for what its rust-project.json, which an editor reads, says is in the tree.
void look_for_project_paths(const Source& source, KernelRoot& kernel);

}  // namespace rartifacts
