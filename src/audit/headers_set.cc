// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A headers tree as such
// ======================
//
// What building a module needs besides crates: programs, and the exports of the kernel's Rust in Module.symvers; and what
// an editor reads.
#include <fmt/ranges.h>

#include <algorithm>

#include "audit/findings.h"
#include "bytes/path.h"
#include "kernel/root.h"

namespace rartifacts {
namespace {

// As for proc macros: the machine that the user names, else this one.
void check_programs(const KernelRoot& kernel, const AuditOptions& options, Findings& findings) {
  const auto& host = options.host_arch ? options.host_arch : options.this_machine;
  for (const auto& [path, e_machine] : kernel.programs) {
    const auto full = join_path(kernel.path, path);
    findings.apply({Rule::missing_build_tool}, full);
    const auto machine = elf_machine_name(e_machine);
    const bool runs =
        !host || machine == elf_name_of_machine(*host) || (machine == "i386" && elf_name_of_machine(*host) == "x86_64");
    if (!runs)
      findings.add(Rule::missing_build_tool, full, "",
                   fmt::format("{} is for {}, and modules will be built on {}", path, machine, *host),
                   {{"file", machine}, {"host", *host}});
  }
}

void audit_headers_of(const KernelRoot& kernel, bool has_crates, const AuditOptions& options, Findings& findings) {
  if (const auto& dead = kernel.dead_paths; !dead.empty())
    findings.add(Rule::dead_project_path, join_path(kernel.path, "rust-project.json"), "",
                 fmt::format("names {}, which is not there{}", dead.front(),
                             dead.size() > 1 ? fmt::format(", and {} more", dead.size() - 1) : ""),
                 {{"paths", fmt::format("{}", fmt::join(dead, " "))}});
  if (!kernel.config.is_set("MODULES")) return;
  for (const auto& path : kernel.missing_tools) {
    const auto full = join_path(kernel.path, path);
    findings.add(Rule::missing_build_tool, full, "", fmt::format("{} is missing, so no module can be built", path));
  }
  check_programs(kernel, options, findings);
  if (kernel.lacks_exports)
    findings.add(Severity::warning, Rule::missing_exports, join_path(kernel.path, kExportsFile), "",
                 "is missing: modpost will report every symbol of the kernel as undefined");
  // What a package has under the name of Module.symvers is not read, and what nobody asked for neither.
  if (!kernel.config.is_set("RUST") || !kernel.exports) return;
  if (!has_crates) return;
  const auto path = join_path(kernel.path, kExportsFile);
  findings.apply({Rule::missing_exports}, path);
  const bool has_rust =
      std::ranges::any_of(*kernel.exports, [](const auto& symbol) { return is_rust_mangled(symbol.name); });
  if (!has_rust)
    findings.add(Rule::missing_exports, path, "",
                 fmt::format("lists {} {}, but none of a Rust crate", kernel.exports->size(),
                             kernel.exports->size() == 1 ? "symbol" : "symbols"),
                 {{"config", "CONFIG_RUST=y"}});
}

}  // namespace

void audit_headers(const ScanResult& result, const AuditOptions& options, Findings& findings) {
  std::set<std::size_t> with_crates;
  for (const auto& artifact : result.artifacts)
    if (artifact.crate)
      for (const auto kernel : findings.kernels().holding(artifact.path)) with_crates.insert(kernel);
  for (std::size_t i = 0; i < result.kernels.size(); ++i)
    audit_headers_of(result.kernels[i], with_crates.contains(i), options, findings);
}

}  // namespace rartifacts
