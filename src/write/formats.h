// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/manifest.h>

#include "write/escape.h"
#include "write/json.h"

namespace rartifacts {

// One writer per format, each in a file of its own name.
Result<std::string> write_paths(const Manifest& manifest);
Result<std::string> write_paths0(const Manifest& manifest);
Result<std::string> write_table(const Manifest& manifest);
Result<std::string> write_manifest_json(const Manifest& manifest);
Result<std::string> write_ndjson(const Manifest& manifest);
Result<std::string> write_csv(const Manifest& manifest);
Result<std::string> write_sha256sums(const Manifest& manifest);
Result<std::string> write_dh_install(const Manifest& manifest);
Result<std::string> write_rpm_files(const Manifest& manifest);
Result<std::string> write_make(const Manifest& manifest);
Result<std::string> write_cyclonedx(const Manifest& manifest);
Result<std::string> write_spdx(const Manifest& manifest);

/// Hands over what is written so far, when it is long.
void hand_over(const Manifest& manifest, std::string& text);
void hand_over(const Manifest& manifest, Json& json);

/// Everything a copying program is told: artifacts, links and directories, sorted.
std::vector<std::string_view> listed_paths(const Manifest& manifest);
/// The same without real directories: for programs that would copy all that is in them.
std::vector<std::string_view> paths_without_directories(const Manifest& manifest);
/// True when `path` is listed as a real directory.
bool is_directory(const Manifest& manifest, std::string_view path);

}  // namespace rartifacts
