// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

namespace rartifacts {

/// One artifact for people: aligned, grouped, nothing that is not known. Starts with the path, ends with a newline.
std::string artifact_text(const Artifact& artifact);

}  // namespace rartifacts
