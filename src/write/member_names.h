// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <string>
#include <vector>

namespace rartifacts {

/// A file name for each member of an archive, whatever of it is extracted later. Members of one name stay apart: the first is
/// `a.o`, the next ones `a.2.o`, `a.3.o`, passing over names that another member has. A member of a thin archive is called
/// after the last part of its path.
///
/// Errors, each for one member: `escaping` for a name with a slash, `.` or `..`; `malformed` for an empty one, one with
/// control characters or backslashes, which lists of names cannot hold, or one longer than file systems allow.
std::vector<Result<std::string>> file_names_of(const std::vector<MemberFacts>& members);

/// The lines of a Kbuild file that make the composite object NAME.o of these objects, in this order.
/// Error: `unsupported` when make would read one of the names as something else.
Result<std::string> kbuild_lines(const std::string& name, const std::vector<std::string>& objects);

}  // namespace rartifacts
