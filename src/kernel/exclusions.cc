// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/kernel.h>

#include <array>

namespace rartifacts {

// Source: `config RUST` in init/Kconfig of Linux 6.12 and 7.2. MODVERSIONS alone excludes it before 6.14, which has no GENDWARFKSYMS.
std::vector<const ExclusionRow*> rust_exclusions(const KernelConfig& config) {
  static constexpr std::array kTable{
      ExclusionRow{"!HAVE_RUST", "the architecture offers no Rust with this compiler (HAVE_RUST is not set)"},
      ExclusionRow{"HAVE_RUST !RUST_IS_AVAILABLE",
                   "no usable rustc, bindgen or rust-src when it was configured (RUST_IS_AVAILABLE is not set)"},
      ExclusionRow{"MODVERSIONS !GENDWARFKSYMS", "MODVERSIONS without GENDWARFKSYMS"},
      ExclusionRow{"RANDSTRUCT", "RANDSTRUCT"},
      ExclusionRow{"GCC_PLUGIN_RANDSTRUCT", "GCC_PLUGIN_RANDSTRUCT"},
      ExclusionRow{"DEBUG_INFO_BTF LTO", "DEBUG_INFO_BTF with LTO"},
      ExclusionRow{"DEBUG_INFO_BTF !PAHOLE_HAS_LANG_EXCLUDE", "DEBUG_INFO_BTF with a pahole before 1.24"},
      ExclusionRow{"CFI !HAVE_CFI_ICALL_NORMALIZE_INTEGERS_RUSTC", "CFI with a rustc that does not know it"},
      ExclusionRow{"CFI_CLANG !HAVE_CFI_ICALL_NORMALIZE_INTEGERS_RUSTC",
                   "CFI_CLANG with a rustc that does not know it"},
      ExclusionRow{"CALL_PADDING RUSTC_VERSION<108100", "CALL_PADDING with a rustc before 1.81"},
      ExclusionRow{"KASAN !CC_IS_CLANG", "KASAN with a compiler that is not clang"},
      ExclusionRow{"KASAN_SW_TAGS RUSTC_VERSION<109600", "KASAN_SW_TAGS with a rustc before 1.96"},
      ExclusionRow{"MITIGATION_RETHUNK KASAN RUSTC_VERSION<108300",
                   "MITIGATION_RETHUNK and KASAN with a rustc before 1.83"},
  };
  std::vector<const ExclusionRow*> rows;
  for (const auto& row : kTable)
    if (config.fits(row.condition)) rows.push_back(&row);
  return rows;
}

}  // namespace rartifacts
