// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/locate.h>

#include <set>
#include <string>
#include <vector>

#include "cli/commands.h"

namespace rartifacts {

/// What the options of `command` say of the search for crates, the folders in question read: those of -L, the files of --extern, and
/// of the sysroot what crates in `roots` can need. `host_triple` is that of the compiler, if it was asked. Paths are absolute.
Result<SearchOptions> plan_search(const AuditCommand& command, const std::vector<ScanResult>& roots,
                                  const std::string& host_triple);

/// Of the libraries that proc macros in `roots` need, those that ld.so would not find in this machine's folders. Those on disk only.
std::set<std::string> absent_libraries(const std::vector<ScanResult>& roots);

}  // namespace rartifacts
