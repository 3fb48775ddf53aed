// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/diff.h>

namespace rartifacts {

bool is_empty(const Difference& difference);

/// What a user called the two sets.
struct DiffNames {
  std::string before;
  std::string after;
};

/// For people: compilers and targets first, one line for each crate and file, a summary.
std::string difference_text(const Difference& difference, const DiffNames& names);
/// The same for programs.
std::string difference_json(const Difference& difference, const DiffNames& names);

}  // namespace rartifacts
