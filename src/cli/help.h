// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>

#include "cli/help_page.h"

namespace rartifacts {

/// What `-h` prints: one line for each option.
std::string short_help(const HelpPage& page);
/// What `--help` prints: everything that is known of a command.
std::string long_help(const HelpPage& page);

/// `scan [OPTIONS] PATH...`
std::string usage_of(const HelpPage& page);

}  // namespace rartifacts
