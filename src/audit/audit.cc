// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The audit
// =========
//
// rustc says of a broken set that it can't find a crate, and names the wrong one: the crate that needs the one that is missing. The
// audit goes through the set as rustc does, and says what rustc only says in its log. It looks at what scan has read, and
// opens nothing itself.
//
//   condense.cc        what of a file the rules look at
//   kernel_set.cc      a kernel tree: what a module build reads
//   kernel_crates.cc   its crates, as rustc goes through them
//   crate_set.cc       anything else with crate metadata
//   headers_set.cc     a headers tree as such: programs, exports
//   object_set.cc      objects and archives, where they go
//   package_set.cc     packages as such: paths, modes, machines
//   rules.cc           the table of rules
#include <rartifacts/audit.h>

#include <algorithm>
#include <tuple>

#include "audit/findings.h"
#include "audit/kernel_crates.h"
#include "bytes/budget.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

// What scan could not read is a fault of the file, or of the moment. The latter stays a problem.
std::optional<Rule> rule_for(const Problem& problem) {
  switch (problem.error.kind) {
    case ErrorKind::empty:
    case ErrorKind::truncated:
    case ErrorKind::malformed:
    case ErrorKind::unsupported:
      return problem.path.ends_with(".rlib") ? Rule::rlib_without_metadata : Rule::corrupt_artifact;
    case ErrorKind::dangling: return Rule::dangling_link;
    case ErrorKind::escaping: return Rule::escaping_link;
    case ErrorKind::absolute: return Rule::absolute_link;
    case ErrorKind::io:
    case ErrorKind::changed:
    case ErrorKind::too_large: break;  // a limit of this program is no fault of the file
  }
  return std::nullopt;
}

// A file that module builds read beside the crates, and that is no such file.
bool is_of_module_builds(const ScanResult& result, const Problem& problem) {
  return problem.error.kind == ErrorKind::malformed &&
         std::ranges::any_of(result.kernels, [&](const KernelRoot& kernel) {
           return std::ranges::find(kernel.auxiliary, problem.path) != kernel.auxiliary.end();
         });
}

void judge_problems(ScanResult& result, Findings& findings) {
  std::erase_if(result.problems, [&](const Problem& problem) {
    // A package that was not read to its end may hold anything.
    const auto& packages = result.packages.packages;
    if (std::ranges::find(packages, problem.path, &PackageFacts::file) != packages.end()) return false;
    const bool is_in_kernel = std::ranges::any_of(findings.kernels().holding(problem.path), [&](std::size_t kernel) {
      return problem.path != result.kernels[kernel].config_path;
    });
    const auto rule = rule_for(problem);
    if (!rule) {
      // Not readable, but a kernel's module build has no use for it.
      const bool is_needless = problem.error.kind != ErrorKind::too_large && is_in_kernel &&
                               is_crate_file(file_name_of(problem.path)) && !findings.is_open(problem.path);
      if (is_needless)
        findings.add(Severity::warning, Rule::stale_artifact, problem.path, "",
                     "nothing needs it, and it cannot be read: " + describe(problem.error));
      return is_needless;
    }
    if (is_in_kernel && is_of_module_builds(result, problem)) {
      findings.add(Rule::missing_auxiliary, problem.path, "", describe(problem.error));
      return true;
    }
    const bool is_link = *rule != Rule::corrupt_artifact && *rule != Rule::rlib_without_metadata;
    if (*rule == Rule::dangling_link && !findings.blames(problem.path, *rule) &&
        is_crate_file(file_name_of(problem.path))) {
      // rustc passes over it: nothing needs it. Of other libraries, it is nobody's business here.
      if (problem.path.ends_with(".rmeta") || problem.path.ends_with(".rlib"))
        findings.add(Severity::warning, *rule, problem.path, crate_of_file(problem.path), describe(problem.error));
      return true;
    }
    if (is_link ? findings.blames(problem.path, *rule) : findings.blames(problem.path)) return true;
    auto* added = findings.add(is_in_kernel && !is_link ? Severity::warning : row_of(*rule).severity, *rule,
                               problem.path, is_in_kernel ? "" : crate_of_file(problem.path), describe(problem.error));
    // Metadata of a version that is not known: rustc takes it for that of another rustc.
    if (added && !is_in_kernel && problem.path.ends_with(".rmeta") && problem.error.kind == ErrorKind::unsupported)
      added->rustc_error = "E0514";
    return true;
  });
}

// Of a thin archive nothing is known but what its members say.
void tell_unread_members(ScanResult& result) {
  for (const auto& artifact : result.artifacts)
    if (artifact.link && artifact.link->unread)
      result.problems.push_back({artifact.path, Error{ErrorKind::io, *artifact.link->unread, std::nullopt}});
}

void show_packages(Audit& audit, const PackageRoot& packages) {
  if (packages.packages.empty()) return;
  const auto show = [&](std::string& path) { path = packages.shown(path); };
  for (auto& finding : audit.findings) {
    show(finding.path);
    for (auto& [name, value] : finding.evidence)
      if (packages.owner.contains(value)) show(value);
  }
  for (auto& [rule, path] : audit.passed) show(path);
  for (auto& path : audit.paths) show(path);
  for (auto& crate : audit.unchecked) show(crate.needed_by);
}

bool lacks_config(const ScanResult& result, const Findings& findings) {
  return std::ranges::any_of(result.artifacts, [&](const Artifact& artifact) {
    return artifact.crate && artifact.crate->name.text == "kernel" && artifact.kind != Kind::proc_macro &&
           !findings.is_in_kernel(artifact.path);
  });
}

void sort(Audit& audit) {
  std::ranges::sort(audit.findings, {}, [](const Finding& finding) {
    return std::tuple<const std::string&, Rule, const std::string&>(finding.path, finding.rule, finding.crate);
  });
  // Of one root these are sorted already.
  const auto by_path = [](const auto& one) { return std::tie(one.second, one.first); };
  if (!std::ranges::is_sorted(audit.passed, {}, by_path)) std::ranges::sort(audit.passed, {}, by_path);
  if (!std::ranges::is_sorted(audit.paths)) std::ranges::sort(audit.paths);
}

constexpr std::size_t kNodeSize = 80;  ///< of a map, with a short text

}  // namespace

void Findings::add(Rule rule, std::string path, std::string crate, std::string message, Evidence evidence) {
  add(row_of(rule).severity, rule, std::move(path), std::move(crate), std::move(message), std::move(evidence));
}

Finding* Findings::add(Severity severity, Rule rule, std::string path, std::string crate, std::string message,
                       Evidence evidence) {
  blamed_.emplace(path, rule);
  if (!known_.insert({rule, path, crate}).second) return nullptr;
  // It is noted down in some places, and once more in the report.
  constexpr std::size_t kCopies = 4;
  std::size_t size = path.size() + crate.size() + message.size();
  for (const auto& [name, value] : evidence) size += kNodeSize + name.size() + value.size();
  if (!keep(sizeof(Finding) + kCopies * (kNodeSize + size))) return nullptr;
  std::ranges::sort(evidence);
  const auto& row = row_of(rule);
  findings_.push_back({.rule = rule,
                       .severity = severity,
                       .path = std::move(path),
                       .crate = std::move(crate),
                       .rustc_error = std::string(row.rustc_error),
                       .message = std::move(message),
                       .evidence = std::move(evidence),
                       .fix = std::string(row.fix)});
  return &findings_.back();
}

void Findings::add_with_code(std::string_view rustc_error, Rule rule, std::string path, std::string crate,
                             std::string message) {
  auto* added = add(row_of(rule).severity, rule, std::move(path), std::move(crate), std::move(message));
  if (added) added->rustc_error = rustc_error;
}

void Findings::blame_unchecked() {
  if (unchecked_.empty()) return;
  const auto& first = unchecked_.begin()->second;
  Evidence evidence;
  for (const auto& [key, crate] : unchecked_) evidence.emplace_back(crate.name, crate.svh);
  add(Rule::not_checked, first.needed_by, "",
      unchecked_.size() == 1 ? fmt::format("crate {}, which comes with the compiler, was not checked", first.name)
                             : fmt::format("{} crates that come with the compiler were not checked, such as {}",
                                           unchecked_.size(), first.name),
      std::move(evidence));
}

void Findings::apply(std::initializer_list<Rule> rules, const std::string& path) {
  const auto [known, is_new] = applied_.try_emplace(path);
  if (is_new && !keep(2 * (kNodeSize + path.size()))) return;
  for (const auto rule : rules) {
    const auto bit = static_cast<std::size_t>(rule);
    if (!known->second.test(bit) && !keep(kNodeSize + path.size())) return;  // each that passes is named
    known->second.set(bit);
  }
}

Audit Findings::finish(const AuditOptions& options) {
  Audit audit;
  std::set<std::string> paths;
  weigh(findings_, options);
  for (auto& finding : findings_) {
    if (const auto known = applied_.find(finding.path); known != applied_.end())
      known->second.reset(static_cast<std::size_t>(finding.rule));
    paths.insert(finding.path);
  }
  for (const auto& [path, rules] : applied_)
    for (const auto& row : rule_table) {
      if (!rules.test(static_cast<std::size_t>(row.rule)) || options.off.contains(row.rule)) continue;
      audit.passed.emplace_back(row.rule, path);
      paths.insert(path);
    }
  audit.findings = std::move(findings_);
  audit.crates = crates_;
  for (auto& [key, crate] : unchecked_) audit.unchecked.push_back(std::move(crate));
  audit.paths.assign(paths.begin(), paths.end());
  return audit;
}

void weigh(std::vector<Finding>& findings, const AuditOptions& options) {
  std::erase_if(findings, [&](const Finding& finding) { return options.off.contains(finding.rule); });
  for (auto& finding : findings)
    for (const auto& [rule, severity] : options.severities)
      if (rule == finding.rule) finding.severity = severity;
}

std::string_view name_in(const std::string& path) { return file_name_of(path); }

std::string crate_of_file(std::string_view path) {
  auto name = file_name_of(path);
  if (!name.starts_with("lib")) return {};
  name.remove_prefix(3);
  return std::string(name.substr(0, name.find_first_of("-.")));
}

Audit audit(ScanResult& result, const AuditOptions& options) {
  Findings findings(result.kernels);
  audit_kernels(result, options, findings);
  audit_crates(result, options, findings);
  audit_headers(result, options, findings);
  audit_modules(result, findings);
  audit_objects(result, options.purpose, findings);
  judge_problems(result, findings);
  tell_unread_members(result);
  // Of the folders that were searched besides, only what was asked for and could not be read is anybody's problem.
  if (options.search.elsewhere)
    std::ranges::copy_if(options.search.elsewhere->problems, std::back_inserter(result.problems),
                         [&](const Problem& problem) { return findings.is_open(problem.path); });
  audit_packages(result, options, findings);
  check_rustc_dependencies(result, findings);
  check_path_leaks(result, options, findings);
  if (options.strict) findings.blame_unchecked();
  auto judged = findings.finish(options);
  suggest_packages(result.packages, judged.findings);
  judged.lacks_config = lacks_config(result, findings);
  show_packages(judged, result.packages);
  sort(judged);
  return judged;
}

Audit audit(std::vector<ScanResult>& roots, const AuditOptions& options) {
  Audit all;
  for (auto& root : roots) {
    auto one = audit(root, options);
    std::ranges::move(one.findings, std::back_inserter(all.findings));
    std::ranges::move(one.passed, std::back_inserter(all.passed));
    std::ranges::move(one.paths, std::back_inserter(all.paths));
    std::ranges::move(one.unchecked, std::back_inserter(all.unchecked));
    all.crates += one.crates;
    all.lacks_config = all.lacks_config || one.lacks_config;
  }
  const auto identity = [](const UncheckedCrate& one) { return std::tie(one.name, one.svh); };
  std::ranges::sort(all.unchecked, {}, identity);
  const auto repeated = std::ranges::unique(all.unchecked, {}, identity);
  all.crates -= repeated.size();
  all.unchecked.erase(repeated.begin(), repeated.end());
  sort(all);
  return all;
}

}  // namespace rartifacts
