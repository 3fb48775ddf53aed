// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/kernel.h>

namespace rartifacts {

/// The configuration that Kbuild writes for itself. A directory that has it, below `kConfigDirectory`, is a kernel tree.
inline constexpr std::string_view kConfigFile = "auto.conf";
inline constexpr std::string_view kConfigDirectory = "include/config";

/// True for text files of a kernel tree whose content a scan reads: configuration, release, target specification.
bool is_known_text(std::string_view path);

}  // namespace rartifacts
