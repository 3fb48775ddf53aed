// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/bill.h"

#include <algorithm>
#include <ranges>
#include <set>

#include "bytes/budget.h"

namespace rartifacts {
namespace {

std::string name_in_bill(const Artifact& artifact) {
  if (artifact.crate) return display_name(artifact.crate->name);
  return artifact.path.substr(artifact.path.rfind('/') + 1);
}

bool is_made_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

}  // namespace

Bill bill_of(const Manifest& manifest) {
  std::vector<const Artifact*> artifacts;
  std::ranges::copy_if(manifest.artifacts, std::back_inserter(artifacts),
                       [](const Artifact* artifact) { return !artifact->link_target; });
  const CrateGraph graph(artifacts);
  std::map<const Artifact*, const CrateNode*> nodes;
  for (const auto& node : graph.nodes()) nodes.emplace(node.artifact, &node);

  Bill bill;
  std::set<std::string> compilers;
  for (const auto* artifact : artifacts) {
    BillItem item{.artifact = artifact, .name = name_in_bill(*artifact)};
    if (artifact->metadata) compilers.insert(artifact->metadata->rustc);
    const auto node = nodes.find(artifact);
    for (const auto& edge : node == nodes.end() ? std::vector<CrateEdge>() : node->second->edges) {
      if (edge.state == CrateEdge::State::found) item.uses.push_back(graph.nodes()[edge.node].artifact);
      else item.missing_uses.push_back(display_name(edge.dependency->name) + ' ' + edge.dependency->svh);
    }
    std::size_t size = item.uses.size() * sizeof(const Artifact*);
    for (const auto& missing : item.missing_uses) size += sizeof(std::string) + missing.size();
    (void)keep(size);  // if that was too much, nothing is written
    std::ranges::sort(item.uses, {}, &Artifact::path);
    const auto repeated = std::ranges::unique(item.uses);
    item.uses.erase(repeated.begin(), repeated.end());
    bill.items.push_back(std::move(item));
  }
  bill.compilers.assign(compilers.begin(), compilers.end());
  return bill;
}

std::optional<std::string> purl_of_rustc(std::string_view version) {
  constexpr std::string_view kSource = "pkg:github/rust-lang/rust@";
  constexpr std::string_view kRustc = "rustc ";
  if (!version.starts_with(kRustc)) return std::nullopt;
  version.remove_prefix(kRustc.size());
  const auto release = version.substr(0, version.find(' '));
  if (is_made_of(release, "0123456789.")) return fmt::format("{}{}", kSource, release);
  const auto open = version.find('(');
  if (open == version.npos) return std::nullopt;
  const auto commit = version.substr(open + 1, version.find(' ', open) - open - 1);
  if (commit.size() < 7 || !is_made_of(commit, "0123456789abcdef")) return std::nullopt;
  return fmt::format("{}{}", kSource, commit);
}

}  // namespace rartifacts
