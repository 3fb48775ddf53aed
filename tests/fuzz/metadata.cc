// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/metadata.h>

#include <algorithm>

#include "fuzz.h"

namespace rartifacts {
namespace {

bool is_svh(std::string_view text) {
  return (text.size() == 16 || text.size() == 32) && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_identifier(const CrateName& name) {
  if (!name.text) return name.predefined.has_value();
  return !name.text->empty() && is_utf8(*name.text) && name.text->find_first_of(" /\n") == std::string::npos;
}

}  // namespace

// What is printed must have been believed for a reason: names are names and hashes are hashes, whatever the bytes were.
void fuzz(Image& file) {
  const auto metadata = read_metadata(View(file));
  if (!metadata || !metadata->crate) return;
  const auto& crate = *metadata->crate;
  require(is_svh(crate.svh) && is_identifier(crate.name));
  if (const auto libraries = read_native_libraries(View(file)))
    for (const auto& library : *libraries)
      require(library.name.text ? is_utf8(*library.name.text) : library.name.predefined.has_value());
  if (!crate.dependencies) return;
  for (const auto& dependency : *crate.dependencies) require(is_svh(dependency.svh) && is_identifier(dependency.name));
}

}  // namespace rartifacts
