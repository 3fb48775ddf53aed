// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Where functions take floating point from
// ========================================
//
// riscv and loongarch have an ABI for machines without registers for floating point (-mabi=lp64, -mabi=lp64s), and one for each width
// that such registers have (lp64f, lp64d; lp64q on riscv alone). e_flags of every object name the ABI, and no linker puts two of them
// into one file: `cannot link object files with different floating-point ABI`. Kernels have the first one, also in the files that
// calculate with floating point (arch/riscv/Makefile, arch/loongarch/Makefile).
//
// arm has build attributes for this, of which lld takes no notice under -r, and GNU ld does; aarch64 and s390 write nothing down.
#include "object/float_abi.h"

#include <elf.h>

#include <array>

namespace rartifacts {

std::string_view hard_float_abi(std::uint16_t e_machine, std::uint32_t e_flags) {
  // EF_RISCV_FLOAT_ABI and EF_LOONGARCH_ABI_MODIFIER_MASK of the machines' ELF psABI; soft is 0 on the one and 1 on the other.
  static constexpr std::array<std::string_view, 4> kRiscv{"", "single", "double", "quad"};
  static constexpr std::array<std::string_view, 8> kLoongarch{"", "", "single", "double"};
  if (e_machine == EM_RISCV) return kRiscv[(e_flags >> 1) & 3];
  if (e_machine == EM_LOONGARCH) return kLoongarch[e_flags & 7];
  return {};
}

}  // namespace rartifacts
