// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/judge.h"

#include <rartifacts/select.h>

#include <algorithm>
#include <set>
#include <utility>

#include "cli/search.h"

namespace rartifacts {

Result<JudgedPart> Judge::operator()(const ScanOptions& scan_options, const std::string& name) const {
  auto roots = scan_roots(scan_options);
  const auto is_recorded = [](const ScanResult& root) {
    return std::ranges::any_of(root.artifacts, &Artifact::recorded);
  };
  if (std::ranges::any_of(roots, is_recorded))
    return fail(ErrorKind::unsupported,
                "a manifest holds no kernel configuration and no target file, so a verdict would be a guess: audit the "
                "tree");
  auto options = options_;
  if (auto read = read_places(options.search, roots); !read) return pass(read);
  if (asks_loader_) options.absent_libraries = absent_libraries(roots, operands_.base, options.search);
  JudgedPart part{.set = {.name = name, .audit = audit(roots, options), .problems = {}}, .scan = {}, .artifacts = {}};
  auto& judged = part.set.audit;
  std::set<std::string> shipped;
  for (auto& root : roots)
    for (const auto* artifact : select(root, Profile::oot).artifacts)
      shipped.insert(root.packages.shown(artifact->path));
  part.scan = joined(std::move(roots));
  for (const auto& artifact : part.scan.artifacts)
    if (shipped.contains(artifact.path)) part.artifacts.push_back(&artifact);
  part.set.is_judged = !judged.paths.empty();
  part.set.entries = part.scan.entries;
  part.set.shipping = part.artifacts.size();
  part.set.judged = static_cast<std::size_t>(std::ranges::count_if(part.scan.artifacts, [&](const Artifact& artifact) {
    return shipped.contains(artifact.path) || std::ranges::binary_search(judged.paths, artifact.path);
  }));
  show_as_typed(part.scan, operands_);
  show_as_typed(judged, operands_);
  part.set.problems = std::move(part.scan.problems);
  return part;
}

Result<JudgedSet> Judge::alone(const ScanOptions& scan_options, const std::string& name, Budget::Queued queued) const {
  const Budget::Enter apart(nullptr, 1);
  const Budget::Run budget(std::move(queued));
  const auto& paths = scan_options.paths;
  auto part = (*this)(scan_options, paths.size() > 1 ? name : (operands_.absolute ? "/" : "") + paths.front());
  if (!part) return pass(part);
  auto& set = part->set;
  const auto* limit = Budget::current()->exceeded();
  if (limit && set.problems.empty()) set.problems.push_back({set.name, over(limit->limit).error()});
  if (!set.problems.empty()) set.audit = {};
  return std::move(set);
}

}  // namespace rartifacts
