// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/recorded.h>

#include "bytes/path.h"
#include "fuzz.h"
#include "write/formats.h"

namespace rartifacts {

// Nothing that a manifest lists leads out of its root, and what was believed can be written and read again.
void fuzz(Image& file) {
  const auto manifest = read_manifest(as_text(View(file).head(file.size())));
  if (!manifest) return;
  Manifest again{.root = ".", .directories = manifest->directories};
  for (const auto& artifact : manifest->artifacts) {
    require(!artifact.path.empty() && !artifact.path.starts_with('/') && !has_parent_parts(artifact.path));
    again.artifacts.push_back(&artifact);
  }
  for (const auto& directory : manifest->directories)
    require(!directory.path.starts_with('/') && !has_parent_parts(directory.path));
  const auto text = write_manifest_json(again);
  require(text.has_value());
  const auto second = read_manifest(*text);
  require(second.has_value() && second->artifacts.size() == manifest->artifacts.size());
}

}  // namespace rartifacts
