// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rartifacts {

// Paths as text: nothing here asks the file system.

/// Joins with a slash; an empty directory or "." adds nothing.
std::string join_path(std::string_view directory, std::string_view name);
/// Relative, without "." parts, doubled and trailing slashes; "." when nothing is left.
std::string tidied_path(std::string_view path);
/// True when `..` is a part of the path.
bool has_parent_parts(std::string_view path);
std::string_view file_name_of(std::string_view path);
std::string_view directory_of(std::string_view path);

/// The parts between the slashes, without empty ones and dots; and back, `.` when there are none.
std::vector<std::string> parts_of(std::string_view path);
std::string path_of(const std::vector<std::string>& parts);
/// True when `path` is `directory` or stands below it; everything stands below `.` and the empty one.
bool is_below(std::string_view path, std::string_view directory);

}  // namespace rartifacts
