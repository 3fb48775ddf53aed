// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A kernel tree as a whole: its crates (kernel_crates.cc), the compiler and the target they are for, and the files beside them
// that the configuration calls for.
#include <rartifacts/graph.h>
#include <rartifacts/select.h>

#include <algorithm>
#include <map>

#include "audit/blame.h"
#include "audit/findings.h"
#include "audit/kernel_crates.h"
#include "bytes/budget.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

/// What the kernels of a set share, put together once: a package may have thousands of them.
class AllKernels {
 public:
  AllKernels(ScanResult& result, const Findings& findings)
      : result_(result), index_(findings.kernels()), crates_(result.kernels.size()) {
    shelf_.add(result);
    for (const auto& artifact : result.artifacts)
      if (artifact.crate && artifact.metadata)
        for (const auto kernel : index_.holding(artifact.path)) crates_[kernel].push_back(&artifact);
  }

  const CrateFiles& shelf() const { return shelf_; }
  /// The files of a kernel that have metadata.
  const std::vector<const Artifact*>& crates(std::size_t kernel) const { return crates_[kernel]; }
  /// SVHs of the crates that building a module for it needs. Nothing: not known.
  const std::optional<std::set<std::string_view>>& needed(std::size_t kernel) {
    if (needed_.empty()) select_all();
    return needed_[kernel];
  }

 private:
  void select_all() {
    needed_.assign(result_.kernels.size(), std::set<std::string_view>());
    const auto selection = select(result_, Profile::oot);
    for (const auto* artifact : selection.artifacts)
      if (artifact->crate)
        for (const auto kernel : index_.holding(artifact->path)) needed_[kernel]->insert(artifact->crate->svh);
    for (const auto& problem : selection.problems)
      for (const auto kernel : index_.holding(problem.path)) needed_[kernel].reset();
  }

  ScanResult& result_;
  const KernelIndex& index_;
  CrateFiles shelf_;
  std::vector<std::vector<const Artifact*>> crates_;
  std::vector<std::optional<std::set<std::string_view>>> needed_;
};

class KernelAudit {
 public:
  KernelAudit(const ScanResult& result, AllKernels& all, std::size_t number, const AuditOptions& options,
              Findings& findings)
      : result_(result),
        all_(all),
        number_(number),
        kernel_(result.kernels[number]),
        options_(options),
        findings_(findings) {}

  void run() {
    const auto known = findings_.size();
    findings_.apply({Rule::config_dropped}, kernel_.config_path);
    if (!kernel_.config.is_set("RUST")) return no_rust();
    const auto& files = all_.crates(number_);
    if (files.empty() && leads_elsewhere()) return;  // the link is a finding; what is there is not known
    if (files.empty()) {
      const auto rustc = config_rustc();
      findings_.add(Rule::no_artifacts, kernel_.config_path, "core",
                    fmt::format("CONFIG_RUST=y{}{}, and no crate metadata in {}", rustc ? " with " : "",
                                rustc.value_or(""), join_path(kernel_.path, "rust")),
                    {{"config", "CONFIG_RUST=y"}, {"rustc", rustc.value_or("not said")}});
      return;
    }
    found_ = find_kernel_crates(result_, all_.shelf(), kernel_, options_, files, findings_);
    check_predefined_names(files, findings_);
    compare_with_reader();
    compare_targets();
    compare_modifiers();
    find_missing_auxiliary();
    if (findings_.size() == known) find_leftovers();
  }

 private:
  // The compiler of the crates that are here nevertheless: a configuration without rustc came later.
  std::optional<std::string> rustc_of_crates() const {
    for (const auto* file : all_.crates(number_))
      if (file->crate->name.text == "kernel" && file->kind == Kind::rmeta) return file->metadata->rustc;
    return std::nullopt;
  }

  void no_rust() {
    std::map<std::string, std::string> evidence{{"CONFIG_RUST", kernel_.config.value("RUST").value_or("not set")}};
    for (const auto* symbol : {"RUST_IS_AVAILABLE", "RUSTC_VERSION"})  // often taken for Rust support
      if (const auto value = kernel_.config.value(symbol)) evidence[fmt::format("CONFIG_{}", symbol)] = *value;
    std::string message = "CONFIG_RUST is not set";
    if (options_.requested_config) {
      const bool was_requested = options_.requested_config->is_set("RUST");
      evidence["requested"] = was_requested ? "CONFIG_RUST=y" : "no CONFIG_RUST";
      message += was_requested ? ", though it was requested" : ", and was not requested";
    }
    std::string reasons;
    for (const auto* row : rust_exclusions(kernel_.config)) {
      reasons += fmt::format("{}{}", reasons.empty() ? "" : ", ", row->what);
      for (const auto symbol : symbols_in(row->condition))
        evidence[fmt::format("CONFIG_{}", symbol)] = kernel_.config.value(symbol).value_or("not set");
    }
    if (reasons.empty()) reasons = "none of the options known to exclude it is set";
    const auto rustc = rustc_of_crates();
    if (rustc) {
      evidence["crates"] = *rustc;
      message +=
          fmt::format(", but there are crates made by {}: the tree was configured again after they were built", *rustc);
    }
    auto* added = findings_.add(row_of(Rule::config_dropped).severity, Rule::config_dropped, kernel_.config_path, "",
                                fmt::format("{}: {}", message, reasons), {evidence.begin(), evidence.end()});
    if (added && rustc)
      added->fix = "restore include/config/auto.conf and include/generated/rustc_cfg of the build that made the crates";
  }

  std::optional<std::string> config_rustc() const { return kernel_.config.value("RUSTC_VERSION_TEXT"); }

  bool leads_elsewhere() const {
    add_work(result_.problems.size());
    return std::ranges::any_of(result_.problems, [&](const Problem& problem) {
      return problem.path == join_path(kernel_.path, "rust") && says_nothing(problem);
    });
  }

  const Artifact* any_taken() const {
    const auto core = std::ranges::find_if(
        found_.taken, [](const Artifact* artifact) { return artifact->crate->name.text == "core"; });
    return core != found_.taken.end() ? *core : found_.taken.empty() ? nullptr : *found_.taken.begin();
  }

  void compare_with_reader() {
    const auto* first = any_taken();
    if (!first) return;
    const auto compare = [&](const std::string& reader, std::string_view whose) {
      findings_.apply({Rule::rustc_mismatch}, first->path);
      if (reader != found_.rustc)
        findings_.add(Rule::rustc_mismatch, first->path, display_name(first->crate->name),
                      fmt::format("made by {}, {} is {}", found_.rustc, whose, reader),
                      {{"file", found_.rustc}, {"reader", reader}});
    };
    if (options_.rustc) return compare(*options_.rustc, "the rustc that will read it");
    if (const auto text = config_rustc()) compare(*text, "CONFIG_RUSTC_VERSION_TEXT");
  }

  void compare_targets() {
    const auto first =
        std::ranges::find_if(found_.taken, [](const Artifact* artifact) { return artifact->kind != Kind::proc_macro; });
    if (first == found_.taken.end()) return;
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

  // rustc refuses a module when the crates that it uses differ in them, and in the module's own.
  void compare_modifiers() {
    std::map<std::string, std::vector<const Artifact*>> groups;
    for (const auto* artifact : found_.taken)
      if (artifact->kind != Kind::proc_macro && artifact->crate->target_modifiers)
        groups[*artifact->crate->target_modifiers].push_back(artifact);
    if (groups.size() < 2) return;
    const auto usual = std::ranges::max_element(groups, {}, [](const auto& group) { return group.second.size(); });
    for (const auto& [modifiers, artifacts] : groups)
      for (const auto* artifact : artifacts)
        if (modifiers != usual->first)
          findings_.add_with_code("", Rule::target_mismatch, artifact->path, display_name(artifact->crate->name),
                                  fmt::format("{} was compiled with other target modifiers (such as -Zretpoline) than "
                                              "most crates here",
                                              name_in(artifact->path)));
  }

  void find_missing_auxiliary() {
    const bool has_custom_target = std::ranges::any_of(found_.taken, [](const Artifact* artifact) {
      return artifact->crate->target_json || artifact->crate->target_path;
    });
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
    const auto& needed = all_.needed(number_);
    if (!needed) return;  // nothing is known to be needless
    for (const auto* artifact : all_.crates(number_)) {
      const bool is_host_library = artifact->kind != Kind::proc_macro && artifact->side == Side::host;
      if (is_host_library || needed->contains(artifact->crate->svh)) continue;
      findings_.apply({Rule::stale_artifact}, artifact->path);
      findings_.add(
          Rule::stale_artifact, artifact->path, display_name(artifact->crate->name),
          fmt::format("nothing needs {} with SVH {}", display_name(artifact->crate->name), artifact->crate->svh),
          {{"svh", artifact->crate->svh}});
    }
  }

  const ScanResult& result_;
  AllKernels& all_;
  std::size_t number_;
  const KernelRoot& kernel_;
  const AuditOptions& options_;
  Findings& findings_;
  KernelCrates found_;
};

}  // namespace

void audit_kernels(ScanResult& result, const AuditOptions& options, Findings& findings) {
  if (result.kernels.empty()) return;
  AllKernels all(result, findings);
  for (std::size_t i = 0; i < result.kernels.size(); ++i) KernelAudit(result, all, i, options, findings).run();
}

}  // namespace rartifacts
