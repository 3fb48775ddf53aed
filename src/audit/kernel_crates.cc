// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A kernel tree, as rustc goes through it when it compiles a module
// ==================================================================
//
// Kbuild gives rustc `-L rust/` and `--extern kernel`. rustc loads `core`, then `kernel`, then what their lists name, and so on.
// Each crate is looked for by file name: lib<name>*.rmeta, .rlib, .so in that folder, not below it. Every file found is put to the
// same questions in the same order, and the first one that it fails is the reason why it is rejected:
//
//     can it be read?                  corrupt-artifact, stripped-metadata   E0786
//     is it of the same rustc?         rustc-mixed                           E0514
//     is it of that name?              (rejected without a word)
//     is it for the same target?       target-mismatch                       E0461
//     has it the hash that is needed?  crate-hash-mismatch                   E0460
//
// When nothing is left, rustc reports the most telling reason there was. The module sees only `can't find crate for kernel`.
#include <rartifacts/graph.h>

#include <algorithm>
#include <deque>
#include <map>

#include "audit/findings.h"
#include "audit/kernel_crates.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

/// What rustc or the module names, so that it is looked for without a hash.
constexpr std::array<std::string_view, 3> kNamedCrates{"core", "compiler_builtins", "kernel"};

// Why a file is not taken, the most telling reason last.
enum class Rejection { silent, unreadable, corrupt, version, target, hash };

struct Candidate {
  std::string path;
  const Artifact* artifact = nullptr;  ///< nothing when the file could not be read
  const Problem* problem = nullptr;
  Rejection rejection = Rejection::silent;
};

/// What is looked for: a name, and who needs it with which hash.
struct Wanted {
  std::string name;
  const Artifact* needed_by = nullptr;
  const Dependency* dependency = nullptr;
};

class CrateSearch {
 public:
  CrateSearch(const ScanResult& result, const KernelRoot& kernel, const AuditOptions& options, Findings& findings)
      : result_(result), options_(options), findings_(findings) {
    folders_ = {join_path(kernel.path, "rust")};
    folders_.insert(kernel.places.begin() + 1, kernel.places.end());
  }

  KernelCrates run(const std::vector<const Artifact*>& files) {
    agree(files);
    go_through();
    return std::move(crates_);
  }

 private:
  // What most crates agree on; what `kernel` says when they do not.
  template <class Value>
  static std::string most_common(const std::vector<const Artifact*>& files, const Value& value) {
    std::map<std::string, std::size_t> votes;
    for (const auto* file : files)
      if (auto text = value(*file); !text.empty()) votes[text] += file->crate->name.text == "kernel" ? 3 : 2;
    std::string best;
    for (const auto& [text, count] : votes)
      if (best.empty() || count > votes[best]) best = text;
    return best;
  }

  void agree(const std::vector<const Artifact*>& files) {
    crates_.rustc = most_common(files, [](const Artifact& artifact) { return artifact.metadata->rustc; });
    version_ = static_cast<std::uint8_t>(std::stoi(
        most_common(files, [](const Artifact& artifact) { return std::to_string(artifact.metadata->version); })));
    const auto target_where = [&](bool is_host) {
      return most_common(files, [&](const Artifact& artifact) {
        return (artifact.kind == Kind::proc_macro) == is_host ? target_text(artifact) : std::string();
      });
    };
    triple_ = target_where(false);
    host_triple_ = target_where(true);
  }

  void go_through() {
    std::deque<Wanted> todo{{"core", nullptr, nullptr}, {"kernel", nullptr, nullptr}};
    std::set<std::pair<std::string, std::string>> done;
    while (!todo.empty()) {
      const auto wanted = std::move(todo.front());
      todo.pop_front();
      const std::string svh = wanted.dependency ? wanted.dependency->svh : "";
      if (!done.emplace(wanted.name, svh).second) continue;
      const auto* found = find(wanted);
      if (!found || !crates_.taken.insert(found).second) continue;
      check_proc_macro(*found, result_.packages, options_, findings_);
      findings_.apply({Rule::missing_crate, Rule::crate_hash_mismatch, Rule::duplicate_crate, Rule::rustc_mixed,
                       Rule::target_mismatch, Rule::corrupt_artifact},
                      found->path);
      check_dependency_list(*found, findings_);
      if (!found->crate->dependencies) continue;
      for (const auto& dependency : *found->crate->dependencies) {
        const auto name = display_name(dependency.name);
        // What the command line names is looked for by name alone, and must be the one with that hash as well.
        if (std::ranges::find(kNamedCrates, name) != kNamedCrates.end()) todo.push_back({name, nullptr, nullptr});
        todo.push_back({name, found, &dependency});
      }
    }
  }

  const Artifact* find(const Wanted& wanted) {
    auto candidates = candidates_for(wanted.name);
    std::vector<const Candidate*> accepted;
    for (auto& candidate : candidates)
      if (accepts(candidate, wanted)) accepted.push_back(&candidate);
    if (accepted.empty()) return blame(wanted, candidates), nullptr;
    const auto& first = *accepted.front()->artifact;
    for (const auto* other : accepted) {
      // Files that differ in their ending only are one candidate: rustc takes the .rmeta before the .rlib.
      if (other->artifact->crate->svh == first.crate->svh || stem(other->path) == stem(first.path)) continue;
      findings_.add(
          Rule::duplicate_crate, other->path, wanted.name,
          fmt::format("{} and {} are both crate {}, with different hashes", first.path, other->path, wanted.name),
          {{first.path, first.crate->svh}, {other->path, other->artifact->crate->svh}});
    }
    return &first;
  }

  static std::string_view stem(std::string_view path) { return path.substr(0, path.rfind('.')); }

  // By path, but .rmeta before .rlib before .so.
  std::vector<Candidate> candidates_for(const std::string& name) const {
    std::vector<Candidate> all;
    for (const auto& artifact : result_.artifacts)
      if (is_searched(artifact.path) && is_crate_file(file_name_of(artifact.path), name))
        all.push_back({artifact.path, &artifact, nullptr, Rejection::silent});
    for (const auto& problem : result_.problems)
      if (is_searched(problem.path) && is_crate_file(file_name_of(problem.path), name))
        all.push_back({problem.path, nullptr, &problem, Rejection::silent});
    for (const auto& path : result_.strangers)
      if (is_searched(path) && is_crate_file(file_name_of(path), name))
        all.push_back({path, nullptr, nullptr, Rejection::silent});
    std::ranges::sort(all, {}, [](const Candidate& one) { return std::pair(!one.path.ends_with(".rmeta"), one.path); });
    return all;
  }

  // Metadata, in the container that the ending of the name promises.
  static bool is_of_its_name(const Artifact& artifact) {
    if (!artifact.crate || !artifact.metadata) return false;
    if (artifact.path.ends_with(".rmeta")) return artifact.kind == Kind::rmeta;
    if (artifact.path.ends_with(".rlib")) return artifact.kind == Kind::rlib;
    return artifact.kind != Kind::rmeta && artifact.kind != Kind::rlib;
  }

  // The questions, in rustc's order.
  bool accepts(Candidate& candidate, const Wanted& wanted) const {
    const auto reject = [&](Rejection why) { return candidate.rejection = why, false; };
    if (candidate.problem) return reject(says_nothing(*candidate.problem) ? Rejection::unreadable : Rejection::corrupt);
    if (!candidate.artifact) return reject(Rejection::corrupt);
    const auto& artifact = *candidate.artifact;
    if (!is_of_its_name(artifact)) return reject(Rejection::corrupt);
    if (artifact.metadata->rustc != crates_.rustc || artifact.metadata->version != version_)
      return reject(Rejection::version);
    const auto& name = artifact.crate->name;  // one that was guessed from the file name says nothing
    if (name.text && name.source != CrateName::Source::file_name && *name.text != wanted.name) return false;
    if (target_text(artifact) != (artifact.kind == Kind::proc_macro ? host_triple_ : triple_))
      return reject(Rejection::target);
    if (wanted.dependency && wanted.dependency->svh != artifact.crate->svh) return reject(Rejection::hash);
    return true;
  }

  void blame(const Wanted& wanted, const std::vector<Candidate>& candidates) {
    const auto worst = std::ranges::max_element(candidates, {}, &Candidate::rejection);
    if (worst == candidates.end() || worst->rejection == Rejection::silent) return blame_absence(wanted);
    switch (worst->rejection) {
      case Rejection::silent: return;
      case Rejection::unreadable: return findings_.leave_open(worst->path);
      case Rejection::corrupt: return blame_damage(wanted, *worst);
      case Rejection::version:
        return findings_.add(
            Rule::rustc_mixed, worst->path, wanted.name,
            fmt::format("{} was made by {} (metadata version {}), the others by {} ({})", name_in(worst->path),
                        worst->artifact->metadata->rustc, worst->artifact->metadata->version, crates_.rustc, version_),
            {{"file", worst->artifact->metadata->rustc}, {"others", crates_.rustc}});
      case Rejection::target:
        return findings_.add(
            Rule::target_mismatch, worst->path, wanted.name,
            fmt::format("{} is for target {}, the others are not", name_in(worst->path), target_of(*worst->artifact)),
            {{"file", target_of(*worst->artifact)}});
      case Rejection::hash: return blame_hash(wanted, *worst);
    }
  }

  void blame_absence(const Wanted& wanted) {
    const auto needed_by = wanted.needed_by ? std::string(name_in(wanted.needed_by->path)) : "every module";
    Evidence evidence{{"needed_by", wanted.needed_by ? wanted.needed_by->path : "kbuild"}};
    std::string message =
        fmt::format("{} needs crate {}, and there is no lib{}*.rmeta", needed_by, wanted.name, wanted.name);
    if (wanted.dependency) {
      evidence.emplace_back("needed", wanted.dependency->svh);
      const auto elsewhere = std::ranges::find_if(result_.artifacts, [&](const Artifact& artifact) {
        return artifact.crate && artifact.crate->svh == wanted.dependency->svh;
      });
      if (elsewhere != result_.artifacts.end()) {
        message += fmt::format(": it is {}, where rustc does not look", elsewhere->path);
        evidence.emplace_back("elsewhere", elsewhere->path);
      }
    }
    const auto folder = *folders_.begin();
    findings_.add(Rule::missing_crate, wanted.needed_by ? wanted.needed_by->path : folder, wanted.name,
                  std::move(message), std::move(evidence));
  }

  void blame_damage(const Wanted& wanted, const Candidate& candidate) {
    if (candidate.problem) {
      const bool is_link = candidate.problem->error.kind == ErrorKind::dangling;
      const auto why = describe(candidate.problem->error);
      const bool is_rmeta = candidate.path.ends_with(".rmeta");
      if (is_rmeta && candidate.problem->error.kind == ErrorKind::empty)  // rustc passes over it
        return findings_.add_with_code("E0463", Rule::corrupt_artifact, candidate.path, wanted.name, why);
      if (is_rmeta && candidate.problem->error.kind == ErrorKind::unsupported)  // "<unknown rustc version>"
        return findings_.add_with_code("E0514", Rule::corrupt_artifact, candidate.path, wanted.name, why);
      return findings_.add(is_link ? Rule::dangling_link : Rule::corrupt_artifact, candidate.path, wanted.name, why);
    }
    if (!candidate.artifact)
      return findings_.add(Rule::corrupt_artifact, candidate.path, wanted.name,
                           fmt::format("{} is no artifact, whatever its name says", name_in(candidate.path)));
    auto facts = *candidate.artifact;
    if (facts.kind == Kind::executable)
      return findings_.add_with_code("E0463", Rule::corrupt_artifact, candidate.path, wanted.name,
                                     "a program, not a library that rustc could load");
    if (!facts.proc_macro || facts.proc_macro->rustc_section == ProcMacroFacts::Section::present)
      return findings_.add(Rule::corrupt_artifact, candidate.path, wanted.name,
                           fmt::format("{} holds no crate metadata as its name promises, but is: {}",
                                       name_in(candidate.path), name_of(facts.kind)));
    if (!facts.crate) facts.crate.emplace();
    facts.crate->name.text = wanted.name;
    check_proc_macro(facts, result_.packages, options_, findings_);
  }

  void blame_hash(const Wanted& wanted, const Candidate& candidate) {
    const auto& found = *candidate.artifact->crate;
    findings_.add(Rule::crate_hash_mismatch, candidate.path, wanted.name,
                  fmt::format("{} needs {} with SVH {}, {} has {} (built by the same rustc: another build)",
                              name_in(wanted.needed_by->path), wanted.name, wanted.dependency->svh,
                              name_in(candidate.path), found.svh),
                  {{"needed_by", wanted.needed_by->path}, {"needed", wanted.dependency->svh}, {"found", found.svh}});
  }

  // A custom target is compared by its text.
  static std::string target_text(const Artifact& artifact) {
    return artifact.crate->triple + artifact.crate->target_json.value_or("");
  }

  bool is_searched(const std::string& path) const { return folders_.contains(std::string(directory_of(path))); }

  const ScanResult& result_;
  const AuditOptions& options_;
  Findings& findings_;
  std::set<std::string> folders_;  ///< where rustc looks
  std::uint8_t version_ = 0;       ///< the metadata version of most crates
  std::string triple_;             ///< their target, with its text
  std::string host_triple_;        ///< the target of the proc macros
  KernelCrates crates_;
};

}  // namespace

bool is_crate_file(std::string_view file, std::string_view crate) {
  if (!file.starts_with("lib")) return false;
  file.remove_prefix(3);
  return file.starts_with(crate) && (file.ends_with(".rmeta") || file.ends_with(".rlib") || file.ends_with(".so") ||
                                     file.ends_with(".dylib") || file.ends_with(".dll"));
}

bool says_nothing(const Problem& problem) {
  constexpr std::array kUnknown{ErrorKind::io, ErrorKind::changed, ErrorKind::escaping, ErrorKind::absolute};
  return std::ranges::find(kUnknown, problem.error.kind) != kUnknown.end();
}

std::string target_of(const Artifact& artifact) {
  return artifact.crate->custom_target.value_or(artifact.crate->triple);
}

KernelCrates find_kernel_crates(const ScanResult& result, const KernelRoot& kernel, const AuditOptions& options,
                                const std::vector<const Artifact*>& files, Findings& findings) {
  return CrateSearch(result, kernel, options, findings).run(files);
}

}  // namespace rartifacts
