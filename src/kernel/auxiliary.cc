// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/kernel.h>

namespace rartifacts {

// Sources: rust/Makefile, scripts/Makefile.build and rust/kernel/*.rs of Linux 6.1 to 7.3. `since` is the first release that was
// looked at and makes the file; a kernel that does not make one of these files under its symbol simply has not got it. That it is made
// does not mean that something reads it: on loongarch and arm warn_on!() calls C instead (rust/kernel/bug.rs).
const std::vector<AuxiliaryRow>& auxiliary_table() {
  constexpr int kAlways = 0;
  constexpr int kStill = 100000;
  // clang-format off
  static const std::vector<AuxiliaryRow> kTable{
      {"include/generated/rustc_cfg", "", false, kAlways, kStill, "rustc gets the configuration as @include/generated/rustc_cfg"},
      {"scripts/target.json", "", true, 606, kStill, "rustc --target, since Linux 6.6"},
      {"rust/target.json", "", true, kAlways, 605, "rustc --target, before Linux 6.6"},
      {"rust/kernel/generated_arch_static_branch_asm.rs", "JUMP_LABEL", false, 618, kStill, "static_branch_unlikely!() includes it"},
      {"rust/kernel/generated_arch_warn_asm.rs", "BUG !UML !LOONGARCH !ARM", false, 618, kStill, "warn_on!() includes it"},
      {"rust/kernel/generated_arch_reachable_asm.rs", "BUG !UML !LOONGARCH !ARM", false, 618, kStill, "warn_on!() includes it"},
      {"rust/helpers/helpers_module.bc", "RUST_INLINE_HELPERS", false, kAlways, kStill, "linked into every Rust object of a module"},
  };
  // clang-format on
  return kTable;
}

std::vector<const AuxiliaryRow*> auxiliary_files(const KernelConfig& config, bool has_custom_target) {
  std::vector<const AuxiliaryRow*> rows;
  for (const auto& row : auxiliary_table())
    if ((has_custom_target || !row.custom_target) && config.fits(row.condition)) rows.push_back(&row);
  return rows;
}

}  // namespace rartifacts
