// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <elf.h>
#include <rartifacts/audit.h>

#include <algorithm>

using namespace rartifacts;

namespace {

// Whether rustc on `host` is said not to load a proc macro of this kind.
bool is_for_another_machine(std::uint16_t e_machine, int elf_class, bool little_endian, std::string host) {
  Artifact macro{.path = "libmacros.so", .kind = Kind::proc_macro, .side = Side::host, .mode = 0644};
  macro.elf = ElfFacts{.elf_class = elf_class, .little_endian = little_endian, .e_machine = e_machine};
  macro.proc_macro.emplace().decls_symbol = "__rustc_proc_macro_decls_1__";
  macro.proc_macro->rustc_section = ProcMacroFacts::Section::present;
  ScanResult result;
  result.artifacts.push_back(std::move(macro));
  AuditOptions options;
  options.host_arch = std::move(host);
  const auto judged = audit(result, options);
  return std::ranges::find(judged.findings, Rule::host_arch_mismatch, &Finding::rule) != judged.findings.end();
}

}  // namespace

TEST_SUITE("audit") {
  TEST_CASE("a proc macro is for one byte order and one size of address") {
    CHECK(!is_for_another_machine(EM_PPC64, 64, true, "ppc64le"));
    CHECK(!is_for_another_machine(EM_PPC64, 64, true, "ppc64el"));
    CHECK(is_for_another_machine(EM_PPC64, 64, false, "ppc64le"));
    CHECK(is_for_another_machine(EM_PPC64, 64, true, "ppc64"));
    CHECK(!is_for_another_machine(EM_RISCV, 64, true, "riscv64"));
    CHECK(is_for_another_machine(EM_RISCV, 32, true, "riscv64"));
    CHECK(!is_for_another_machine(EM_S390, 64, false, "s390x"));
    CHECK(is_for_another_machine(EM_MIPS, 32, false, "mipsel"));
    CHECK(!is_for_another_machine(EM_MIPS, 64, true, "mips64"));  // as uname calls it
    CHECK(!is_for_another_machine(EM_X86_64, 64, true, "x86_64"));
    CHECK(is_for_another_machine(EM_X86_64, 64, true, "aarch64"));
  }
}
