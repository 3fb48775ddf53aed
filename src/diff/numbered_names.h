// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Names that are known as numbers
// ===============================
//
// A re-export of what another crate defines may have a word of rustc for its name, which metadata has as a number. A file proves the
// words that it needs elsewhere, so one build may tell a name and the next one not.
#pragma once

#include <rartifacts/api_diff.h>

#include <cstddef>
#include <utility>

namespace rartifacts {

/// Gives the items of `side` the names that `other` proves. Both are of one rustc, which has one number for each word.
void name_numbered(ApiSide& side, const Items& other);

/// An interface, and the crate that it is of.
struct NumberedSide {
  ApiSide& side;
  const Items& items;
};
/// Leaves out what has no name on one side and what may be the same on the other. Returns how many of each. Numbers of one rustc that
/// both have stay, whatever they are.
std::pair<std::size_t, std::size_t> leave_out_numbered(NumberedSide before, NumberedSide after);

}  // namespace rartifacts
