// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

namespace rartifacts {

/// About how many bytes an artifact takes, with its path and all that was read from it. Its list of members is not counted: whoever
/// reads that charges it member by member.
std::uint64_t kept_size(const Artifact& artifact);

/// Of that, what was read because `link_facts` were asked for.
std::uint64_t kept_size(const LinkFacts& link);

}  // namespace rartifacts
