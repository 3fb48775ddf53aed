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
#include <rartifacts/select.h>

#include <algorithm>
#include <deque>
#include <map>

#include "audit/findings.h"
#include "source/directory.h"

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

bool is_crate_file(std::string_view file, std::string_view crate) {
  if (!file.starts_with("lib")) return false;
  file.remove_prefix(3);
  return file.starts_with(crate) && (file.ends_with(".rmeta") || file.ends_with(".rlib") || file.ends_with(".so") ||
                                     file.ends_with(".dylib") || file.ends_with(".dll"));
}

class KernelAudit {
 public:
  KernelAudit(ScanResult& result, const KernelRoot& kernel, const AuditOptions& options, Findings& findings)
      : result_(result), kernel_(kernel), options_(options), findings_(findings) {
    folders_ = {join_path(kernel.path, "rust")};
    folders_.insert(kernel.places.begin() + 1, kernel.places.end());
  }

  void run() {
    if (!kernel_.config.is_set("RUST")) return no_rust();
    const auto files = crates();
    if (files.empty() && leads_elsewhere()) return;  // the link is a finding; what is there is not known
    if (files.empty()) {
      findings_.add(Rule::no_artifacts, kernel_.config_path, "core",
                    fmt::format("CONFIG_RUST=y, and no crate metadata in {}", join_path(kernel_.path, "rust")),
                    {{"config", "CONFIG_RUST=y"}, {"rustc", config_rustc().value_or("not said")}});
      return;
    }
    rustc_ = most_common(files, [](const Artifact& artifact) { return artifact.metadata->rustc; });
    version_ = static_cast<std::uint8_t>(std::stoi(
        most_common(files, [](const Artifact& artifact) { return std::to_string(artifact.metadata->version); })));
    const auto target_where = [&](bool is_host) {
      return most_common(files, [&](const Artifact& artifact) {
        return (artifact.kind == Kind::proc_macro) == is_host ? target_text(artifact) : std::string();
      });
    };
    triple_ = target_where(false);
    host_triple_ = target_where(true);
    go_through();
    check_predefined_names(files, findings_);
    compare_with_reader();
    compare_targets();
    find_missing_auxiliary();
    find_leftovers();
  }

 private:
  void no_rust() {
    Evidence evidence{{"CONFIG_RUST", kernel_.config.value("RUST").value_or("not set")}};
    for (const auto* symbol :
         {"RUST_IS_AVAILABLE", "RUSTC_VERSION", "MODVERSIONS", "GENDWARFKSYMS", "RANDSTRUCT", "DEBUG_INFO_BTF", "LTO"})
      if (const auto value = kernel_.config.value(symbol))
        evidence.emplace_back(std::string("CONFIG_") + symbol, *value);
    std::string reasons;
    const auto blame = [&](bool holds, std::string_view what) {
      if (holds)
        reasons += fmt::format("{}{}", reasons.empty() ? ": it may have been dropped because of " : ", ", what);
    };
    blame(kernel_.config.is_set("MODVERSIONS") && !kernel_.config.is_set("GENDWARFKSYMS"),
          "MODVERSIONS without GENDWARFKSYMS");
    blame(kernel_.config.is_set("RANDSTRUCT"), "RANDSTRUCT");
    blame(kernel_.config.is_set("DEBUG_INFO_BTF") && kernel_.config.is_set("LTO"), "DEBUG_INFO_BTF with LTO");
    findings_.add(Rule::config_dropped, kernel_.config_path, "", "CONFIG_RUST is not set" + reasons,
                  std::move(evidence));
  }

  std::optional<std::string> config_rustc() const { return kernel_.config.value("RUSTC_VERSION_TEXT"); }

  bool leads_elsewhere() const {
    return std::ranges::any_of(result_.problems, [&](const Problem& problem) {
      return problem.path == join_path(kernel_.path, "rust") && is_unknown(problem);
    });
  }

  bool is_searched(const std::string& path) const { return folders_.contains(std::string(directory_of(path))); }

  std::vector<const Artifact*> crates() const {
    std::vector<const Artifact*> all;
    for (const auto& artifact : result_.artifacts)
      if (artifact.crate && artifact.metadata && kernel_.holds(artifact.path)) all.push_back(&artifact);
    return all;
  }

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

  // ---- Going through the crates ----

  void go_through() {
    std::deque<Wanted> todo{{"core", nullptr, nullptr}, {"kernel", nullptr, nullptr}};
    std::set<std::pair<std::string, std::string>> done;
    while (!todo.empty()) {
      const auto wanted = std::move(todo.front());
      todo.pop_front();
      const std::string svh = wanted.dependency ? wanted.dependency->svh : "";
      if (!done.emplace(wanted.name, svh).second) continue;
      const auto* found = find(wanted);
      if (!found || !taken_.insert(found).second) continue;
      check_proc_macro(*found, options_, findings_);
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

  // Unreadable, or elsewhere: nothing is known about the crate, and nothing is said.
  static bool is_unknown(const Problem& problem) {
    constexpr std::array kUnknown{ErrorKind::io, ErrorKind::changed, ErrorKind::escaping, ErrorKind::absolute};
    return std::ranges::find(kUnknown, problem.error.kind) != kUnknown.end();
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
    if (candidate.problem) return reject(is_unknown(*candidate.problem) ? Rejection::unreadable : Rejection::corrupt);
    if (!candidate.artifact) return reject(Rejection::corrupt);
    const auto& artifact = *candidate.artifact;
    if (!is_of_its_name(artifact)) return reject(Rejection::corrupt);
    if (artifact.metadata->rustc != rustc_ || artifact.metadata->version != version_) return reject(Rejection::version);
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
                        worst->artifact->metadata->rustc, worst->artifact->metadata->version, rustc_, version_),
            {{"file", worst->artifact->metadata->rustc}, {"others", rustc_}});
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
      if (is_rmeta && why.starts_with("empty"))  // rustc passes over it
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
    check_proc_macro(facts, options_, findings_);
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
  static std::string target_of(const Artifact& artifact) {
    return artifact.crate->custom_target.value_or(artifact.crate->triple);
  }

  // ---- The set as a whole ----

  const Artifact* any_taken() const {
    const auto core =
        std::ranges::find_if(taken_, [](const Artifact* artifact) { return artifact->crate->name.text == "core"; });
    return core != taken_.end() ? *core : taken_.empty() ? nullptr : *taken_.begin();
  }

  void compare_with_reader() {
    const auto* first = any_taken();
    if (!first) return;
    const auto compare = [&](Severity severity, const std::string& reader, std::string_view whose) {
      findings_.apply({Rule::rustc_mismatch}, first->path);
      if (reader == rustc_) return;
      findings_.add(severity, Rule::rustc_mismatch, first->path, display_name(first->crate->name),
                    fmt::format("made by {}, {} is {}", rustc_, whose, reader), {{"file", rustc_}, {"reader", reader}});
    };
    if (options_.rustc) return compare(Severity::error, *options_.rustc, "the rustc that will read it");
    if (const auto text = config_rustc()) compare(Severity::error, *text, "CONFIG_RUSTC_VERSION_TEXT");
  }

  void compare_targets() {
    const auto first =
        std::ranges::find_if(taken_, [](const Artifact* artifact) { return artifact->kind != Kind::proc_macro; });
    if (first == taken_.end()) return;
    const auto& crate = *(*first)->crate;
    const auto spec =
        std::ranges::find_if(kernel_.auxiliary, [](const auto& path) { return path.ends_with("/target.json"); });
    if (crate.target_json && kernel_.target_json && spec != kernel_.auxiliary.end()) {
      findings_.apply({Rule::target_mismatch}, *spec);
      if (!kernel_.target_json->starts_with('{'))
        return findings_.add(Rule::missing_auxiliary, *spec, "",
                             "holds no target specification: it is empty or damaged");
      if (*crate.target_json != *kernel_.target_json)
        findings_.add(Rule::target_mismatch, *spec, "core",
                      fmt::format("{} is not, byte for byte, the target that the crates were compiled for ({})", *spec,
                                  target_of(**first)),
                      {{"crates", fmt::format("{} bytes", crate.target_json->size())},
                       {"file", fmt::format("{} bytes", kernel_.target_json->size())}});
    }
    if (options_.expect_triple && crate.triple != *options_.expect_triple &&
        crate.custom_target != options_.expect_triple)
      findings_.add(Rule::target_mismatch, (*first)->path, display_name(crate.name),
                    fmt::format("the set is for {}, not for {}", target_of(**first), *options_.expect_triple),
                    {{"expected", *options_.expect_triple}, {"found", target_of(**first)}});
  }

  void find_missing_auxiliary() {
    const bool has_custom_target = std::ranges::any_of(
        taken_, [](const Artifact* artifact) { return artifact->crate->target_json || artifact->crate->target_path; });
    const auto version = kernel_.config.version();
    const int release = version ? version->first * 100 + version->second : -1;
    for (const auto* row : auxiliary_files(kernel_.config, has_custom_target)) {
      const auto path = join_path(kernel_.path, row->path);
      // Which of its two places the target has is told by the release; without one it must be in either.
      const bool has_target = kernel_.target_json.has_value();
      const bool is_certain = release >= 0
                                  ? row->since <= release && release <= row->until
                                  : (row->since == 0 && row->until > 10000) || (row->custom_target && !has_target);
      if (is_certain) findings_.apply({Rule::missing_auxiliary}, path);
      if (!is_certain || is_there(path)) continue;
      findings_.add(Rule::missing_auxiliary, path, "", fmt::format("not there: {}", row->why),
                    {{"config", row->condition.empty() ? "CONFIG_RUST=y" : std::string(row->condition)}});
    }
  }

  // A link to the file, or a folder that is a link, is as good as the file.
  bool is_there(const std::string& path) const {
    return std::ranges::any_of(kernel_.auxiliary, [&](const auto& one) {
      return one == path || (file_name_of(one) == file_name_of(path) && kernel_.places.size() > 1);
    });
  }

  void find_leftovers() {
    if (!findings_.empty()) return;
    std::set<std::string> svhs;
    const auto selection = select(result_, Profile::oot);
    if (!selection.problems.empty()) return;  // nothing is known to be needless
    for (const auto* artifact : selection.artifacts)
      if (artifact->crate) svhs.insert(artifact->crate->svh);
    for (const auto* artifact : crates()) {
      const bool is_host_library = artifact->kind != Kind::proc_macro && artifact->side == Side::host;
      if (is_host_library || svhs.contains(artifact->crate->svh)) continue;
      findings_.apply({Rule::stale_artifact}, artifact->path);
      findings_.add(
          Rule::stale_artifact, artifact->path, display_name(artifact->crate->name),
          fmt::format("nothing needs {} with SVH {}", display_name(artifact->crate->name), artifact->crate->svh),
          {{"svh", artifact->crate->svh}});
    }
  }

  ScanResult& result_;
  const KernelRoot& kernel_;
  const AuditOptions& options_;
  Findings& findings_;
  std::set<std::string> folders_;  ///< where rustc looks
  std::string rustc_;              ///< the compiler of most crates
  std::uint8_t version_ = 0;       ///< their metadata version
  std::string triple_;             ///< their target, with its text
  std::string host_triple_;        ///< the target of the proc macros
  std::set<const Artifact*> taken_;
};

}  // namespace

void audit_kernel(ScanResult& result, const KernelRoot& kernel, const AuditOptions& options, Findings& findings) {
  KernelAudit(result, kernel, options, findings).run();
}

}  // namespace rartifacts
