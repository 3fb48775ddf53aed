// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <bitset>
#include <set>
#include <string_view>
#include <vector>

namespace rartifacts {

/// Decides by the ending of a name whether a file can be of one of some kinds.
class NameFilter {
 public:
  explicit NameFilter(const std::set<Kind>& kinds);
  bool operator()(std::string_view name) const;

 private:
  std::vector<std::string_view> suffixes_;
  std::bitset<256> last_characters_;  ///< of them: most names of a tree end in another one, and need no further look
  bool wants_versioned_;              ///< libfoo.so.1 is a shared library too, but never a proc macro
};

/// What an editor reads of a kernel tree besides the artifacts.
bool is_editor_source(std::string_view directory, std::string_view name);

/// What rustc keeps between two runs, …/incremental/CRATE-HASH/s-…/: a cache that nobody else reads, metadata included.
bool is_incremental_cache(std::string_view path);

/// Makefile rules that rustc writes beside a crate when cargo asks for it, and names after the crate.
bool is_dep_info(std::string_view directory, std::string_view name);

}  // namespace rartifacts
