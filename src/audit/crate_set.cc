// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Crates outside of kernel trees: a cargo target directory, a folder of libraries. What a build there looks for is not known, so
// the set is judged by itself: every crate against what the others record of it. Crates that come with rustc are not expected.
#include <rartifacts/graph.h>

#include <algorithm>
#include <array>

#include "audit/findings.h"

namespace rartifacts {
namespace {

class CrateAudit {
 public:
  CrateAudit(const ScanResult& result, const AuditOptions& options, Findings& findings)
      : packages_(result.packages), options_(options), findings_(findings) {
    for (const auto& artifact : result.artifacts) {
      const bool is_in_kernel =
          std::ranges::any_of(result.kernels, [&](const auto& kernel) { return kernel.holds(artifact.path); });
      if (!is_in_kernel && (artifact.metadata || artifact.proc_macro || artifact.kind == Kind::rlib))
        files_.push_back(&artifact);
    }
  }

  void run() {
    const CrateGraph graph(files_);
    check_predefined_names(files_, findings_);
    for (const auto* file : files_) check_file(*file, graph);
    for (const auto& node : graph.nodes())
      for (const auto& edge : node.edges) check_edge(graph, node, edge);
  }

 private:
  void check_file(const Artifact& file, const CrateGraph& graph) {
    check_proc_macro(file, packages_, options_, findings_);
    findings_.apply({Rule::corrupt_artifact, Rule::missing_crate, Rule::crate_hash_mismatch}, file.path);
    if (!file.metadata && file.kind == Kind::rlib)
      findings_.add(Rule::rlib_without_metadata, file.path, "",
                    fmt::format("{} has no readable member lib.rmeta", name_in(file.path)));
    if (file.metadata && !file.crate)
      findings_.add(Rule::corrupt_artifact, file.path, "", "its crate header cannot be believed");
    if (!file.metadata || !file.crate) return;
    check_dependency_list(file, findings_);
    const auto crate = display_name(file.crate->name);
    if (options_.rustc) {
      findings_.apply({Rule::rustc_mismatch}, file.path);
      if (file.metadata->rustc != *options_.rustc)
        findings_.add(
            Rule::rustc_mismatch, file.path, crate,
            fmt::format("made by {}, the rustc that will read it is {}", file.metadata->rustc, *options_.rustc),
            {{"file", file.metadata->rustc}, {"reader", *options_.rustc}});
    }
    if (options_.expect_triple && file.kind != Kind::proc_macro) {
      findings_.apply({Rule::target_mismatch}, file.path);
      if (file.crate->triple != *options_.expect_triple && file.crate->custom_target != options_.expect_triple)
        findings_.add(Rule::target_mismatch, file.path, crate,
                      fmt::format("for {}, not for {}", file.crate->custom_target.value_or(file.crate->triple),
                                  *options_.expect_triple),
                      {{"expected", *options_.expect_triple}, {"found", file.crate->triple}});
    }
    if (!file.crate->is_stub) return;
    findings_.apply({Rule::stub_without_metadata}, file.path);
    const bool has_full = std::ranges::any_of(graph.nodes(), [&](const CrateNode& node) {
      return node.artifact->crate->svh == file.crate->svh && !node.artifact->crate->is_stub;
    });
    if (!has_full)
      findings_.add(
          Rule::stub_without_metadata, file.path, crate,
          fmt::format("{} holds a stub, and no file here has the full metadata of {}", name_in(file.path), crate),
          {{"svh", file.crate->svh}});
  }

  void check_edge(const CrateGraph& graph, const CrateNode& node, const CrateEdge& edge) {
    if (edge.state == CrateEdge::State::found) return;
    const auto& needed = *edge.dependency;
    const auto name = display_name(needed.name);
    const auto& user = *node.artifact;
    if (comes_with_rustc(name) || !needed.name.text) return;
    if (edge.state == CrateEdge::State::missing)
      return findings_.add(
          Rule::missing_crate, user.path, name,
          fmt::format("{} needs crate {} with SVH {}, which is not here", name_in(user.path), name, needed.svh),
          {{"needed_by", user.path}, {"needed", needed.svh}});
    const auto& other = *graph.nodes()[edge.node].artifact;
    findings_.add(Rule::crate_hash_mismatch, other.path, name,
                  fmt::format("{} needs {} with SVH {}, {} has {} ({})", name_in(user.path), name, needed.svh,
                              name_in(other.path), other.crate->svh,
                              other.metadata->rustc == user.metadata->rustc ? "built by the same rustc: another build"
                                                                            : "built by " + other.metadata->rustc),
                  {{"needed_by", user.path}, {"needed", needed.svh}, {"found", other.crate->svh}});
  }

  const PackageRoot& packages_;
  const AuditOptions& options_;
  Findings& findings_;
  std::vector<const Artifact*> files_;
};

}  // namespace

bool comes_with_rustc(std::string_view crate) {
  // Every lib*.rlib of the library folders of rustc 1.41 to 1.98.
  static constexpr auto kCrates = std::to_array<std::string_view>({"addr2line",
                                                                   "adler",
                                                                   "adler2",
                                                                   "alloc",
                                                                   "allocator_api2",
                                                                   "backtrace",
                                                                   "backtrace_sys",
                                                                   "cfg_if",
                                                                   "compiler_builtins",
                                                                   "core",
                                                                   "dlmalloc",
                                                                   "getopts",
                                                                   "gimli",
                                                                   "hashbrown",
                                                                   "hermit_abi",
                                                                   "libc",
                                                                   "memchr",
                                                                   "miniz_oxide",
                                                                   "object",
                                                                   "panic_abort",
                                                                   "panic_unwind",
                                                                   "proc_macro",
                                                                   "profiler_builtins",
                                                                   "rustc_demangle",
                                                                   "rustc_literal_escaper",
                                                                   "rustc_std_workspace_alloc",
                                                                   "rustc_std_workspace_core",
                                                                   "rustc_std_workspace_std",
                                                                   "std",
                                                                   "std_detect",
                                                                   "sysroot",
                                                                   "term",
                                                                   "test",
                                                                   "unicode_width",
                                                                   "unwind",
                                                                   "wasi"});
  return std::ranges::binary_search(kCrates, crate);
}

void audit_crates(const ScanResult& result, const AuditOptions& options, Findings& findings) {
  CrateAudit(result, options, findings).run();
}

}  // namespace rartifacts
