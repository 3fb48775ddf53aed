// SPDX-License-Identifier: MIT OR Apache-2.0
#include <elf.h>
#include <rartifacts/kernel.h>

#include <array>

namespace rartifacts {
namespace {

struct ArchitectureRow {
  std::string_view condition;  ///< as `KernelConfig::fits` reads it
  KernelMachine machine;
};
constexpr std::array kArchitectures{ArchitectureRow{"X86_64", {EM_X86_64, 64}},
                                    ArchitectureRow{"X86_32", {EM_386, 32}},
                                    ArchitectureRow{"ARM64", {EM_AARCH64, 64}},
                                    ArchitectureRow{"ARM", {EM_ARM, 32}},
                                    ArchitectureRow{"RISCV 64BIT", {EM_RISCV, 64}},
                                    ArchitectureRow{"RISCV", {EM_RISCV, 32}},
                                    ArchitectureRow{"LOONGARCH 64BIT", {EM_LOONGARCH, 64}},
                                    ArchitectureRow{"PPC64", {EM_PPC64, 64}},
                                    ArchitectureRow{"PPC", {EM_PPC, 32}},
                                    ArchitectureRow{"S390", {EM_S390, 64}},
                                    ArchitectureRow{"MIPS 64BIT", {EM_MIPS, 64}},
                                    ArchitectureRow{"MIPS", {EM_MIPS, 32}},
                                    ArchitectureRow{"SPARC64", {EM_SPARCV9, 64}},
                                    ArchitectureRow{"M68K", {EM_68K, 32}}};

}  // namespace

std::optional<KernelMachine> machine_of(const KernelConfig& config) {
  for (const auto& row : kArchitectures)
    if (config.fits(row.condition)) return row.machine;
  return std::nullopt;
}

}  // namespace rartifacts
