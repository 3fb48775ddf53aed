// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/graph.h>

#include <algorithm>
#include <map>

#include "audit/findings.h"
#include "metadata/layout.h"

namespace rartifacts {

void check_dependency_list(const Artifact& artifact, Findings& findings) {
  if (!artifact.crate || !artifact.metadata || artifact.crate->dependencies || artifact.crate->is_stub) return;
  const auto& release = artifact.metadata->release;
  const auto rows = layouts();
  if (!release || release->minor < rows.front().first || release->minor >= rows.back().first) return;
  findings.add(Rule::corrupt_artifact, artifact.path, artifact.crate->name.text.value_or(""),
               fmt::format("the crate root of {} is damaged: its dependencies cannot be read", name_in(artifact.path)));
}

void check_predefined_names(const std::vector<const Artifact*>& files, Findings& findings) {
  using Numbers = std::map<std::uint32_t, std::size_t>;
  std::map<std::pair<std::string, std::string>, Numbers> votes;  // rustc and name; only names that a hash has told
  const auto for_each_number = [&](const auto& use) {
    for (const auto* file : files) {
      if (!file->metadata || !file->crate || !file->crate->dependencies) continue;
      for (const auto& dependency : *file->crate->dependencies)
        if (dependency.name.predefined && dependency.name.text && dependency.name.source == CrateName::Source::svh)
          use(*file, *dependency.name.predefined, votes[{file->metadata->rustc, *dependency.name.text}],
              *dependency.name.text);
    }
  };
  for_each_number(
      [](const Artifact&, std::uint32_t number, Numbers& numbers, const std::string&) { ++numbers[number]; });
  for_each_number([&](const Artifact& file, std::uint32_t number, const Numbers& numbers, const std::string& name) {
    const auto usual = std::ranges::max_element(numbers, {}, &Numbers::value_type::second);
    if (number == usual->first || numbers.at(number) == usual->second) return;
    const auto crate = file.crate->name.text.value_or("");
    findings.add(Rule::corrupt_artifact, file.path, crate,
                 fmt::format("{} has the number {} for the name {}, other crates of that rustc have {}",
                             name_in(file.path), number, name, usual->first));
  });
}

}  // namespace rartifacts
