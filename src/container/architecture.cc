// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/elf.h>

#include <algorithm>
#include <array>

namespace rartifacts {
namespace {

struct ArchitectureName {
  std::string_view architecture, machine;
};

// What uname(1), dpkg, rpm, pacman and apk call a machine that elf_machine_name calls otherwise, or that they call the same.
// Sorted. The 32-bit machines of the ABIs x32 and n32 have the e_machine of the 64-bit ones.
constexpr auto kArchitectureNames = std::to_array<ArchitectureName>({
    {"aarch64", "aarch64"},
    {"amd64", "x86_64"},
    {"arm", "arm"},
    {"arm64", "aarch64"},
    {"armel", "arm"},
    {"armhf", "arm"},
    {"armv5tel", "arm"},
    {"armv6h", "arm"},
    {"armv6hl", "arm"},
    {"armv6l", "arm"},
    {"armv7", "arm"},
    {"armv7h", "arm"},
    {"armv7hl", "arm"},
    {"armv7hnl", "arm"},
    {"armv7l", "arm"},
    {"armv8l", "arm"},
    {"hexagon", "hexagon"},
    {"i386", "i386"},
    {"i486", "i386"},
    {"i586", "i386"},
    {"i686", "i386"},
    {"loong64", "loongarch"},
    {"loongarch64", "loongarch"},
    {"m68k", "m68k"},
    {"mips", "mips"},
    {"mips64", "mips"},
    {"mips64el", "mips"},
    {"mips64r6el", "mips"},
    {"mipsel", "mips"},
    {"mipsr6el", "mips"},
    {"pentium4", "i386"},
    {"powerpc", "powerpc"},
    {"ppc", "powerpc"},
    {"ppc64", "powerpc64"},
    {"ppc64el", "powerpc64"},
    {"ppc64le", "powerpc64"},
    {"riscv", "riscv"},
    {"riscv32", "riscv"},
    {"riscv64", "riscv"},
    {"s390", "s390"},
    {"s390x", "s390"},
    {"sparc", "sparc"},
    {"sparc64", "sparc64"},
    {"x32", "x86_64"},
    {"x86", "i386"},
    {"x86_64", "x86_64"},
    {"x86_64_v2", "x86_64"},
    {"x86_64_v3", "x86_64"},
    {"x86_64_v4", "x86_64"},
});
static_assert(std::ranges::is_sorted(kArchitectureNames, {}, &ArchitectureName::architecture));

}  // namespace

std::string_view machine_of_architecture(std::string_view architecture) {
  const auto row = std::ranges::lower_bound(kArchitectureNames, architecture, {}, &ArchitectureName::architecture);
  return row == kArchitectureNames.end() || row->architecture != architecture ? std::string_view() : row->machine;
}

}  // namespace rartifacts
