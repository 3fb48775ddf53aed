// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/formats.h"

#include <algorithm>
#include <array>

namespace rartifacts {

// clang-format off
constexpr std::array kFormats{
    //      name           what                                                        copy   digests
    Format{"paths",      "one path per line, for cpio, rsync --files-from and tar -T", true,  false, write_paths},
    Format{"paths0",     "the same, ended by NUL: for names that no line can hold",    true,  false, write_paths0},
    Format{"table",      "aligned columns for people",                                 false, false, write_table},
    Format{"json",       "the manifest: identity and digest of each file",             false, true,  write_manifest_json},
    Format{"ndjson",     "its artifacts, one JSON object per line",                    false, true,  write_ndjson},
    Format{"csv",        "comma-separated values (RFC 4180) with a header line",       false, true,  write_csv},
    Format{"sha256sums", "for sha256sum --check",                                      true,  true,  write_sha256sums},
    Format{"dh-install", "debian/PACKAGE.install, compat 13 (--prefix: where to)",     true,  false, write_dh_install},
    Format{"rpm-files",  "list for %files -f, with %dir (--prefix: where it stands)",  true,  false, write_rpm_files},
    Format{"make",       "dependency lines (--target: what depends on the files)",     true,  false, write_make},
    Format{"cyclonedx",  "bill of materials: CycloneDX 1.6 in JSON",                   false, true,  write_cyclonedx},
    Format{"spdx",       "bill of materials: SPDX 2.3 in JSON",                        false, true,  write_spdx},
};
// clang-format on

std::span<const Format> format_table() { return kFormats; }

const Format* format_of(std::string_view name) {
  const auto* row = std::ranges::find(kFormats, name, &Format::name);
  return row == kFormats.end() ? nullptr : row;
}

namespace {
constexpr std::size_t kPiece = std::size_t{256} << 10;  ///< of a text that is handed over
}

void hand_over(const Manifest& manifest, std::string& text) {
  if (!manifest.take || text.size() < kPiece) return;
  manifest.take(text);
  text.clear();
}

void hand_over(const Manifest& manifest, Json& json) {
  if (manifest.take && json.text().size() >= kPiece) manifest.take(json.take());
}

std::vector<std::string_view> listed_paths(const Manifest& manifest) {
  std::vector<std::string_view> paths;
  paths.reserve(manifest.directories.size() + manifest.artifacts.size());
  for (const auto& directory : manifest.directories) paths.push_back(directory.path);
  for (const auto* artifact : manifest.artifacts) paths.push_back(artifact->path);
  std::ranges::sort(paths);
  const auto repeated = std::ranges::unique(paths);
  paths.erase(repeated.begin(), repeated.end());
  return paths;
}

bool is_directory(const Manifest& manifest, std::string_view path) {
  const auto found = std::ranges::lower_bound(manifest.directories, path, {}, &Directory::path);
  return found != manifest.directories.end() && found->path == path && !found->link_target;
}

std::vector<std::string_view> paths_without_directories(const Manifest& manifest) {
  auto paths = listed_paths(manifest);
  std::erase_if(paths, [&](std::string_view path) { return is_directory(manifest, path); });
  return paths;
}

}  // namespace rartifacts
