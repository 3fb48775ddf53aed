// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

namespace rartifacts {

/// One line of what `inspect` shows: a title in its column, and a text that can be printed as it is.
std::string text_line(std::string_view title, std::string_view text);

/// What a module says of itself, and what objects bring to a linker, as lines.
/// Language, producer, traces of rustc, listed crates.
std::string traces_text(const ObjectFacts& object);
std::string module_text(const ModuleFacts& module);
/// What a library exports.
std::string exports_text(const std::vector<std::string>& names);
/// `artifact` has its link facts.
std::string link_text(const Artifact& artifact);

}  // namespace rartifacts
