// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rartifacts {

/// True for the names of files in which a build of Debian packages lists what it made: `.changes`, `.buildinfo`.
bool is_build_record(std::string_view path);
/// The binary packages that such a file lists: names of files that lie beside it.
std::vector<std::string> built_packages(std::string_view text);

}  // namespace rartifacts
