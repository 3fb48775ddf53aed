// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rartifacts/kernel.h>

#include <algorithm>

using namespace rartifacts;

TEST_SUITE("kernel") {
  TEST_CASE(".config quotes strings, auto.conf does not, and both mean the same") {
    const auto quoted = KernelConfig::parse(
        "CONFIG_RUST=y\nCONFIG_RUSTC_VERSION_TEXT=\"rustc 1.96.0 (x)\"\n# CONFIG_MODVERSIONS is not set\n");
    const auto bare = KernelConfig::parse("CONFIG_RUST=y\nCONFIG_RUSTC_VERSION_TEXT=rustc 1.96.0 (x)\n");
    CHECK(quoted.value("RUSTC_VERSION_TEXT") == "rustc 1.96.0 (x)");
    CHECK(bare.value("RUSTC_VERSION_TEXT") == quoted.value("RUSTC_VERSION_TEXT"));
    CHECK(quoted.is_set("RUST"));
    CHECK(!quoted.is_set("MODVERSIONS"));
  }
  TEST_CASE("a compiler in the configuration is not Rust in the kernel") {
    const auto config = KernelConfig::parse("CONFIG_RUSTC_VERSION=109600\nCONFIG_RUST_IS_AVAILABLE=y\n");
    CHECK(!config.is_set("RUST"));
  }
  TEST_CASE("auxiliary files are those that the configuration calls for") {
    const auto calls_for = [](std::string_view text, bool custom_target, std::string_view path) {
      const auto rows = auxiliary_files(KernelConfig::parse(text), custom_target);
      return std::ranges::any_of(rows, [&](const auto* row) { return row->path == path; });
    };
    CHECK(calls_for("", false, "include/generated/rustc_cfg"));
    CHECK(calls_for("", true, "scripts/target.json"));
    CHECK(!calls_for("", false, "scripts/target.json"));
    CHECK(calls_for("CONFIG_JUMP_LABEL=y\n", false, "rust/kernel/generated_arch_static_branch_asm.rs"));
    CHECK(!calls_for("", false, "rust/kernel/generated_arch_static_branch_asm.rs"));
    CHECK(calls_for("CONFIG_BUG=y\n", false, "rust/kernel/generated_arch_warn_asm.rs"));
    for (const auto* without : {"UML", "LOONGARCH", "ARM"})
      CHECK(!calls_for(fmt::format("CONFIG_BUG=y\nCONFIG_{}=y\n", without), false,
                       "rust/kernel/generated_arch_warn_asm.rs"));
    CHECK(calls_for("CONFIG_BUG=y\nCONFIG_ARM64=y\n", false, "rust/kernel/generated_arch_warn_asm.rs"));
    CHECK(calls_for("CONFIG_RUST_INLINE_HELPERS=y\n", false, "rust/helpers/helpers_module.bc"));
  }
  TEST_CASE("Kconfig drops RUST for reasons that the result still shows") {
    const auto excludes = [](std::string_view text, std::string_view what) {
      const auto rows = rust_exclusions(KernelConfig::parse(text));
      return std::ranges::any_of(rows, [&](const auto* row) { return row->what.find(what) != row->what.npos; });
    };
    CHECK(excludes("CONFIG_MODVERSIONS=y\n", "MODVERSIONS without GENDWARFKSYMS"));
    CHECK(!excludes("CONFIG_MODVERSIONS=y\nCONFIG_GENDWARFKSYMS=y\n", "MODVERSIONS"));
    CHECK(excludes("CONFIG_DEBUG_INFO_BTF=y\nCONFIG_LTO=y\nCONFIG_PAHOLE_HAS_LANG_EXCLUDE=y\n", "LTO"));
    CHECK(excludes("CONFIG_CALL_PADDING=y\nCONFIG_RUSTC_VERSION=107500\n", "CALL_PADDING"));
    CHECK(!excludes("CONFIG_CALL_PADDING=y\nCONFIG_RUSTC_VERSION=108100\n", "CALL_PADDING"));
    CHECK(!excludes("CONFIG_CALL_PADDING=y\n", "CALL_PADDING"));  // no rustc at all is another reason
    CHECK(excludes("CONFIG_HAVE_RUST=y\n", "RUST_IS_AVAILABLE"));
    CHECK(rust_exclusions(KernelConfig::parse("CONFIG_HAVE_RUST=y\nCONFIG_RUST_IS_AVAILABLE=y\n")).empty());
  }
}
