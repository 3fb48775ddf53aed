// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/verify.h>

namespace rartifacts {

/// One line for each deviation, what could not be compared, and the verdict.
std::string verification_text(const Verification& verification);
/// The same for programs. `manifest` and `directory` as the user named them.
std::string verification_json(const Verification& verification, const std::string& manifest,
                              const std::string& directory);

}  // namespace rartifacts
