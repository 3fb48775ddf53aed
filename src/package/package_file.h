// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <string>

namespace rartifacts {

/// One file of a package, whole. For files of which more is to be read than passes by when the package is looked at.
Result<Image> read_from_package(int base, const std::string& package, const std::string& path);

}  // namespace rartifacts
