// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <vector>

#include "source/source.h"

namespace rartifacts {

/// Names what is still a number, in files that no table of ours knows the compiler of: the hashes in a file prove the words that it
/// uses for definitions of its own, and what one file proves holds for all of that compiler.
void prove_names(const Source& source, std::vector<Artifact>& artifacts);

}  // namespace rartifacts
