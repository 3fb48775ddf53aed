// SPDX-License-Identifier: MIT OR Apache-2.0
#include "scan/known_names.h"

#include <algorithm>
#include <array>

#include "bytes/path.h"
#include "source/directory.h"

namespace rartifacts {
namespace {

// All of a name that the content does not tell, when there is no crate whose name has to be looked for.
std::string_view telling_ending(std::string_view path) {
  constexpr std::array<std::string_view, 6> kEndings{".rlib", ".rmeta", ".mod.o", ".ko.gz", ".ko.xz", ".ko.zst"};
  const auto* ending = std::ranges::find_if(kEndings, [&](auto each) { return path.ends_with(each); });
  return ending == kEndings.end() ? "" : *ending;
}

bool is_of_content(const LookResult& found) {
  constexpr std::array kOfElsewhere{ErrorKind::io, ErrorKind::changed, ErrorKind::too_large};
  if (!found) return std::ranges::find(kOfElsewhere, found.error().kind) == kOfElsewhere.end();
  if (!*found || !(*found)->crate) return true;
  const auto& name = (*found)->crate->name;
  return name.text && (name.source == CrateName::Source::stored || name.source == CrateName::Source::symbol);
}

}  // namespace

std::vector<EntryNames> by_file(const EntryNames& entries) {
  std::vector<EntryNames> files;
  std::map<std::uint64_t, std::size_t> known;
  for (const auto* entry : entries) {
    const auto [file, is_new] = known.try_emplace(entry->inode, files.size());
    if (is_new || entry->inode == 0) files.push_back({entry});
    else files[file->second].push_back(entry);
  }
  return files;
}

LookResult KnownNames::look(const std::string& path, const LookRequest& request) {
  // A thin archive names its members from where it stands.
  const auto folder = request.members || request.link_facts ? directory_of(path) : "";
  auto& known = by_ending_[{telling_ending(path), request.named, folder}];
  if (known.path.empty() || !is_same(known.path, path)) known = {path, source_.look(path, request)};
  else if (!is_of_content(known.found)) return source_.look(path, request);
  else if (known.found && *known.found) (*known.found)->path = path;
  return known.found;
}

bool KnownNames::is_same(const std::string& one, const std::string& other) const {
  const auto status = source_.status(one);
  const auto other_status = source_.status(other);
  return status && other_status && version_of(*status) == version_of(*other_status);
}

}  // namespace rartifacts
