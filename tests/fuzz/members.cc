// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/classify.h>

#include <ranges>
#include <set>
#include <string_view>

#include "fuzz.h"
#include "mutate_ar.h"
#include "write/member_names.h"

namespace rartifacts {

// What `extract` makes of an archive: whatever its members are called, the files have names of their own, and stand below one folder.
void fuzz(Image& file) {
  const auto members = read_members(View(file));
  if (!members) return;
  const auto names = file_names_of(*members);
  require(names.size() == members->size());
  std::set<std::string> seen;
  std::vector<std::string> objects;
  for (const auto& name : names) {
    if (!name) continue;
    for (const auto part : std::views::split(*name, '/')) {
      const std::string_view step(part.begin(), part.end());
      require(!step.empty() && step != "." && step != ".." && step.size() < 256);
    }
    for (const char c : *name) require(c != '\\' && c != 0x7f && (c < 0 || c >= 0x20));
    require(seen.insert(*name).second);
    objects.push_back(*name);
  }
  if (const auto lines = kbuild_lines("fuzz", objects))
    for (const auto& object : objects) require(lines->contains("\t" + object));
  // A wrapped lib.rmeta is a window into the member.
  if (const auto blob = metadata_of_member(View(file))) require(blob->begin() + blob->size() <= file.size());
}

}  // namespace rartifacts

RARTIFACTS_MUTATOR(mutate_ar)
