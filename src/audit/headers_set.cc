// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A headers tree as such
// ======================
//
// What building a module needs besides crates: programs, and the exports of the kernel's Rust in Module.symvers.
#include <algorithm>

#include "audit/findings.h"
#include "bytes/path.h"

namespace rartifacts {

namespace {

void audit_headers_of(const KernelRoot& kernel, bool has_crates, Findings& findings) {
  if (!kernel.config.is_set("MODULES")) return;
  for (const auto& path : kernel.missing_tools) {
    const auto full = join_path(kernel.path, path);
    findings.add(Rule::missing_build_tool, full, "", fmt::format("{} is not there, and no module can be built", path));
  }
  // What a package has under the name of Module.symvers is not read, and what nobody asked for neither.
  if (!kernel.config.is_set("RUST") || !kernel.exports) return;
  if (!has_crates) return;
  const auto path = join_path(kernel.path, "Module.symvers");
  findings.apply({Rule::missing_exports}, path);
  const bool has_rust =
      std::ranges::any_of(*kernel.exports, [](const auto& row) { return is_rust_mangled(row.first); });
  if (!has_rust)
    findings.add(Rule::missing_exports, path, "",
                 fmt::format("exports {} symbols, and none of them of Rust", kernel.exports->size()),
                 {{"config", "CONFIG_RUST=y"}});
}

}  // namespace

void audit_headers(const ScanResult& result, Findings& findings) {
  std::set<std::size_t> with_crates;
  for (const auto& artifact : result.artifacts)
    if (artifact.crate)
      for (const auto kernel : findings.kernels().holding(artifact.path)) with_crates.insert(kernel);
  for (std::size_t i = 0; i < result.kernels.size(); ++i)
    audit_headers_of(result.kernels[i], with_crates.contains(i), findings);
}

}  // namespace rartifacts
