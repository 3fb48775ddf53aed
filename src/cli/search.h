// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/locate.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"

namespace rartifacts {

/// What the options of `command` say of the search for crates. Asks the compiler of --rustc for its sysroot where none is given.
/// Paths are absolute; nothing is read yet.
Result<SearchOptions> plan_search(const AuditCommand& command);

/// Reads the places in question: the folders of -L, the files of --extern, and of the sysroot what crates in `roots` can need.
Result<void> read_places(SearchOptions& search, const std::vector<ScanResult>& roots);

/// Of the libraries that proc macros in `roots` need, those that ld.so would not find by DT_RUNPATH or in this machine's folders: path
/// of the macro, relative to `base`, and the library. Those on disk only.
std::set<std::pair<std::string, std::string>> absent_libraries(const std::vector<ScanResult>& roots,
                                                               const std::string& base, const SearchOptions& search);

}  // namespace rartifacts
