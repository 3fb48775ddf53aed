// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Relocations a kernel module may have
// ====================================
//
// A .ko is not linked: Linux places it, and applies its relocations itself (apply_relocate_add in arch/*/kernel/module*.c). It knows
// few types, and refuses the module for any other. A linker that makes one object of several keeps all types as they are. So a
// type that is missing below, in a section that is loaded, is proof; that all are known is none that the code is fit.
//
// Code made for shared libraries takes addresses from a global offset table (GOT), and variables of a thread from its block (TLS).
// Linux has TLS for modules on no machine, and a GOT on riscv, loongarch and s390 alone. PLT32 proves nothing: assemblers write it for
// any call. The tables are those of Linux 7.3; what an older kernel lacks beside that, they do not say.
#include <elf.h>
#include <rartifacts/link.h>

#include <algorithm>

namespace rartifacts {
namespace {

struct Name {
  std::uint32_t type;
  std::string_view name;
};

struct Range {
  std::uint32_t first, last;
};

// What is known of one machine: the types that the loader has, and names of types that compilers write and it has not.
struct Machine {
  std::uint16_t e_machine;
  std::string_view prefix;
  std::array<Range, 13> accepted;
  std::array<Name, 21> names;
};

constexpr std::array kRelocationMachines{
    Machine{EM_X86_64,
            "R_X86_64",
            {{{R_X86_64_NONE, R_X86_64_PC32},
              {R_X86_64_PLT32, R_X86_64_PLT32},
              {R_X86_64_32, R_X86_64_32S},
              {R_X86_64_PC64, R_X86_64_PC64}}},
            {{{R_X86_64_GOT32, "GOT32"},
              {R_X86_64_GOTPCREL, "GOTPCREL"},
              {R_X86_64_16, "16"},
              {R_X86_64_PC16, "PC16"},
              {R_X86_64_8, "8"},
              {R_X86_64_PC8, "PC8"},
              {R_X86_64_DTPOFF64, "DTPOFF64"},
              {R_X86_64_TPOFF64, "TPOFF64"},
              {R_X86_64_TLSGD, "TLSGD"},
              {R_X86_64_TLSLD, "TLSLD"},
              {R_X86_64_DTPOFF32, "DTPOFF32"},
              {R_X86_64_GOTTPOFF, "GOTTPOFF"},
              {R_X86_64_TPOFF32, "TPOFF32"},
              {R_X86_64_GOTOFF64, "GOTOFF64"},
              {R_X86_64_GOTPC32, "GOTPC32"},
              {R_X86_64_GOTPC64, "GOTPC64"},
              {R_X86_64_PLTOFF64, "PLTOFF64"},
              {R_X86_64_SIZE32, "SIZE32"},
              {R_X86_64_SIZE64, "SIZE64"},
              {R_X86_64_GOTPCRELX, "GOTPCRELX"},
              {R_X86_64_REX_GOTPCRELX, "REX_GOTPCRELX"}}}},
    Machine{EM_AARCH64,
            "R_AARCH64",
            {{{R_AARCH64_NONE, R_AARCH64_NONE},
              {R_AARCH64_ABS64, R_AARCH64_CONDBR19},
              {R_AARCH64_JUMP26, R_AARCH64_MOVW_PREL_G3},
              {R_AARCH64_LDST128_ABS_LO12_NC, R_AARCH64_LDST128_ABS_LO12_NC}}},
            {{{R_AARCH64_GOT_LD_PREL19, "GOT_LD_PREL19"},
              {R_AARCH64_ADR_GOT_PAGE, "ADR_GOT_PAGE"},
              {R_AARCH64_LD64_GOT_LO12_NC, "LD64_GOT_LO12_NC"},
              {R_AARCH64_LD64_GOTPAGE_LO15, "LD64_GOTPAGE_LO15"},
              {R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21, "TLSIE_ADR_GOTTPREL_PAGE21"},
              {R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC, "TLSIE_LD64_GOTTPREL_LO12_NC"},
              {R_AARCH64_TLSLE_ADD_TPREL_HI12, "TLSLE_ADD_TPREL_HI12"},
              {R_AARCH64_TLSLE_ADD_TPREL_LO12_NC, "TLSLE_ADD_TPREL_LO12_NC"},
              {R_AARCH64_TLSDESC_ADR_PAGE21, "TLSDESC_ADR_PAGE21"},
              {R_AARCH64_TLSDESC_LD64_LO12, "TLSDESC_LD64_LO12"},
              {R_AARCH64_TLSDESC_ADD_LO12, "TLSDESC_ADD_LO12"},
              {R_AARCH64_TLSDESC_CALL, "TLSDESC_CALL"}}}},
    // The C library of Debian 12 has not all names of the following ones.
    Machine{EM_RISCV,
            "R_RISCV",
            {{{0, 2}, {16, 20}, {23, 28}, {33, 40}, {43, 45}, {51, 57}, {59, 61}}},
            {{{8, "TLS_DTPREL32"},
              {9, "TLS_DTPREL64"},
              {21, "TLS_GOT_HI20"},
              {22, "TLS_GD_HI20"},
              {29, "TPREL_HI20"},
              {30, "TPREL_LO12_I"},
              {31, "TPREL_LO12_S"},
              {32, "TPREL_ADD"},
              {62, "TLSDESC_HI20"},
              {63, "TLSDESC_LOAD_LO12"},
              {64, "TLSDESC_ADD_LO12"},
              {65, "TLSDESC_CALL"}}}},
    Machine{EM_LOONGARCH,
            "R_LARCH",
            {{{0, 2}, {20, 24}, {29, 29}, {32, 46}, {50, 56}, {66, 66}, {71, 76}, {99, 99}, {109, 109}, {128, 131}}},
            {{{67, "ABS_HI20"},
              {68, "ABS_LO12"},
              {69, "ABS64_LO20"},
              {70, "ABS64_HI12"},
              {83, "TLS_LE_HI20"},
              {84, "TLS_LE_LO12"},
              {87, "TLS_IE_PC_HI20"},
              {88, "TLS_IE_PC_LO12"},
              {95, "TLS_LD_PC_HI20"},
              {97, "TLS_GD_PC_HI20"},
              {100, "RELAX"},
              {102, "ALIGN"},
              {110, "CALL36"},
              {111, "TLS_DESC_PC_HI20"},
              {112, "TLS_DESC_PC_LO12"},
              {119, "TLS_DESC_LD"},
              {120, "TLS_DESC_CALL"},
              {121, "TLS_LE_HI20_R"},
              {122, "TLS_LE_ADD_R"},
              {123, "TLS_LE_LO12_R"}}}},
    Machine{EM_S390,
            "R_390",
            {{{0, 8}, {13, 36}, {57, 59}}},
            {{{37, "TLS_LOAD"},
              {38, "TLS_GDCALL"},
              {39, "TLS_LDCALL"},
              {40, "TLS_GD32"},
              {41, "TLS_GD64"},
              {49, "TLS_IEENT"},
              {50, "TLS_LE32"},
              {51, "TLS_LE64"},
              {54, "TLS_DTPMOD"},
              {55, "TLS_DTPOFF"},
              {56, "TLS_TPOFF"},
              {62, "PC12DBL"},
              {64, "PC24DBL"}}}},
    Machine{EM_ARM,
            "R_ARM",
            {{{0, 3}, {10, 10}, {28, 30}, {38, 38}, {40, 40}, {42, 50}, {57, 57}, {59, 59}, {63, 63}}},
            {{{24, "GOTOFF32"},
              {25, "BASE_PREL"},
              {26, "GOT_BREL"},
              {27, "PLT32"},
              {41, "TARGET2"},
              {96, "GOT_PREL"},
              {104, "TLS_GD32"},
              {105, "TLS_LDM32"},
              {106, "TLS_LDO32"},
              {107, "TLS_IE32"},
              {108, "TLS_LE32"}}}},
};

const Machine* machine_of(std::uint16_t e_machine) {
  const auto* row = std::ranges::find(kRelocationMachines, e_machine, &Machine::e_machine);
  return row == kRelocationMachines.end() ? nullptr : row;
}

}  // namespace

std::string relocation_name(std::uint16_t e_machine, std::uint32_t type) {
  const auto* machine = machine_of(e_machine);
  if (!machine) return fmt::format("relocation type {}", type);
  const auto* row = std::ranges::find(machine->names, type, &Name::type);
  if (row == machine->names.end() || row->name.empty()) return fmt::format("{} type {}", machine->prefix, type);
  return fmt::format("{}_{}", machine->prefix, row->name);
}

std::optional<bool> is_module_relocation(std::uint16_t e_machine, std::uint32_t type) {
  const auto* machine = machine_of(e_machine);
  if (!machine) return std::nullopt;
  return std::ranges::any_of(machine->accepted,
                             [&](const Range& range) { return type >= range.first && type <= range.last; });
}

}  // namespace rartifacts
