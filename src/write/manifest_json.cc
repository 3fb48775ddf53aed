// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "write/artifact_json.h"
#include "write/formats.h"

namespace rartifacts {

namespace {

void write_directory(Json& json, const Directory& directory) {
  json.begin_object().path_member("path", directory.path);
  if (directory.mode) json.member("mode", mode_text(*directory.mode));
  if (directory.link_target) json.path_member("link_target", *directory.link_target);
  json.end_object();
}

}  // namespace

Result<std::string> write_manifest_json(const Manifest& manifest) {
  const auto* profile = std::ranges::find(profile_table, manifest.profile, &ProfileRow::profile);
  Json json(2);
  json.begin_object().member("version", 1).path_member("root", manifest.root).member("profile", profile->name);
  if (!manifest.directories.empty()) {
    json.key("directories").begin_array();
    for (const auto& directory : manifest.directories) write_directory(json, directory);
    json.end_array();
  }
  json.key("artifacts").begin_array();
  for (const auto* artifact : manifest.artifacts) {
    write_artifact(json, *artifact);
    hand_over(manifest, json);
  }
  json.end_array().end_object();
  return json.take() + "\n";
}

Result<std::string> write_ndjson(const Manifest& manifest) {
  std::string out;
  for (const auto* artifact : manifest.artifacts) {
    Json json;
    write_artifact(json, *artifact);
    out += json.take() + "\n";
    hand_over(manifest, out);
  }
  return out;
}

}  // namespace rartifacts
