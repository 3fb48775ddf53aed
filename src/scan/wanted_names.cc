// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/wanted_names.h"

#include <algorithm>

#include "bytes/path.h"

namespace rartifacts {

NameFilter::NameFilter(const std::set<Kind>& kinds) : wants_versioned_(kinds.contains(Kind::shared_library)) {
  for (const auto kind : kinds)
    for (const auto suffix : kind_table[static_cast<std::size_t>(kind)].suffixes)
      if (!suffix.empty() && std::ranges::find(suffixes_, suffix) == suffixes_.end()) suffixes_.push_back(suffix);
  for (const auto suffix : suffixes_) last_characters_.set(static_cast<unsigned char>(suffix.back()));
}

bool NameFilter::operator()(std::string_view name) const {
  const auto is_ending = [&](std::string_view suffix) { return name.ends_with(suffix); };
  const bool may_end_so = !name.empty() && last_characters_[static_cast<unsigned char>(name.back())];
  return (may_end_so && std::ranges::any_of(suffixes_, is_ending)) ||
         (wants_versioned_ && name.find(".so.") != name.npos);
}

bool is_editor_source(std::string_view directory, std::string_view name) {
  const bool is_in_rust = directory == "rust" || directory.starts_with("rust/") ||
                          directory.find("/rust/") != directory.npos || directory.ends_with("/rust");
  return name == "rust-project.json" || name == "generate_rust_analyzer.py" ||
         (is_in_rust && (name.ends_with(".rs") || name == "Makefile"));
}

bool is_dep_info(std::string_view directory, std::string_view name) {
  return name.ends_with(".d") && file_name_of(directory) == "deps";
}

bool is_incremental_cache(std::string_view path) {
  const auto session = path.rfind("/s-");
  if (session == path.npos) return false;
  const auto crate = directory_of(path.substr(0, session));
  return file_name_of(crate) == "incremental" || file_name_of(path) == "metadata.rmeta";
}

}  // namespace rartifacts
