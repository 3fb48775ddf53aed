// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <elf.h>
#include <rartifacts/audit.h>

#include <algorithm>

using namespace rartifacts;

namespace {

PackageFacts package(std::string name, std::string architecture = "amd64", std::vector<std::string> yields_to = {}) {
  PackageFacts facts;
  facts.file = name.empty() ? "plain.tar" : name + ".deb";
  facts.identity = {std::move(name), "1.0", std::move(architecture), std::move(yields_to)};
  return facts;
}

/// Two packages with one path.
ScanResult clash(PackageFacts first, PackageFacts second, bool same_content = false) {
  ScanResult result;
  result.packages.packages = {std::move(first), std::move(second)};
  result.packages.clashes = {{"usr/include/linux/soundcard.h", 0, 1, same_content}};
  result.packages.owner["usr/include/linux/soundcard.h"] = 0;
  return result;
}

/// A package with a kernel's headers in `usr/src/k`, and a proc macro for `e_machine` there.
ScanResult headers(std::string architecture, std::uint16_t e_machine) {
  ScanResult result;
  result.packages.packages.push_back(package("linux-headers", std::move(architecture)));
  result.kernels.push_back({.path = "usr/src/k",
                            .config_path = "usr/src/k/include/config/auto.conf",
                            .config = KernelConfig::parse("# CONFIG_RUST is not set\n"),
                            .places = {"usr/src/k"}});
  Artifact macro{.path = "usr/src/other/libmacros.so", .kind = Kind::proc_macro, .side = Side::host, .mode = 0644};
  macro.size = 1000;
  macro.elf.emplace().e_machine = e_machine;
  macro.elf->elf_class = 64;
  macro.proc_macro.emplace().decls_symbol = "__rustc_proc_macro_decls_1__";
  macro.proc_macro->rustc_section = ProcMacroFacts::Section::present;
  result.packages.owner[macro.path] = 0;
  result.artifacts.push_back(std::move(macro));
  return result;
}

Artifact& macro_of(ScanResult& result) { return result.artifacts.front(); }

std::vector<Finding> found(ScanResult result, Rule rule, const AuditOptions& options = {}) {
  auto judged = audit(result, options);
  std::erase_if(judged.findings, [&](const Finding& finding) { return finding.rule != rule; });
  return judged.findings;
}

bool is_found(const ScanResult& result, Rule rule, const AuditOptions& options = {}) {
  return !found(result, rule, options).empty();
}

AuditOptions diverted(std::string path, std::string by) {
  AuditOptions options;
  options.diversions = {{path, path + ".distrib", std::move(by)}};
  return options;
}

AuditOptions on(std::string host_arch) {
  AuditOptions options;
  options.host_arch = std::move(host_arch);
  return options;
}

}  // namespace

TEST_SUITE("package") {
  TEST_CASE("path-conflict: one path with two contents, and both packages are named") {
    const auto findings = found(clash(package("linux-libc-dev"), package("oss4-dev", "all")), Rule::path_conflict);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].severity == Severity::error);
    CHECK(findings[0].path.ends_with("usr/include/linux/soundcard.h"));
    CHECK(findings[0].message ==
          "usr/include/linux/soundcard.h is in linux-libc-dev 1.0 and in oss4-dev 1.0, with different content");
    CHECK(findings[0].evidence ==
          std::vector<std::pair<std::string, std::string>>{{"first", "linux-libc-dev.deb"},
                                                           {"first_package", "linux-libc-dev 1.0"},
                                                           {"second", "oss4-dev.deb"},
                                                           {"second_package", "oss4-dev 1.0"}});
    CHECK(is_found(clash(package(""), package("")), Rule::path_conflict));
  }

  TEST_CASE("path-conflict: a diversion helps when one of the two has made it, as dpkg decides") {
    const auto both = clash(package("linux-libc-dev"), package("oss4-dev"));
    const std::string path = "usr/include/linux/soundcard.h";
    CHECK(!is_found(both, Rule::path_conflict, diverted(path, "oss4-dev")));
    CHECK(!is_found(both, Rule::path_conflict, diverted(path, "linux-libc-dev")));
    CHECK(is_found(both, Rule::path_conflict, diverted(path, "another")));
    CHECK(is_found(both, Rule::path_conflict, diverted(path, "")));
    CHECK(is_found(both, Rule::path_conflict, diverted("usr/include/linux", "oss4-dev")));
    CHECK(is_found(clash(package(""), package("")), Rule::path_conflict, diverted(path, "")));
  }

  TEST_CASE(
      "path-conflict: silent when the content is one, when one yields to the other, when one is a version of the "
      "other") {
    CHECK(!is_found(clash(package("a"), package("b"), true), Rule::path_conflict));
    CHECK(!is_found(clash(package("a", "amd64", {"b", "x"}), package("b")), Rule::path_conflict));
    CHECK(!is_found(clash(package("a"), package("b", "amd64", {"a"})), Rule::path_conflict));
    CHECK(is_found(clash(package("a", "amd64", {"a"}), package("b", "amd64", {"b"})), Rule::path_conflict));
    CHECK(is_found(clash(package("a", "amd64", {""}), package("")), Rule::path_conflict));
    CHECK(!is_found(clash(package("a"), package("a")), Rule::path_conflict));
    CHECK(is_found(clash(package("a"), package("a", "arm64")), Rule::path_conflict));  // both can be installed
  }

  TEST_CASE("path-conflict: what is excused has been judged, and passed") {
    auto result = clash(package("a"), package("b"), true);
    const auto judged = audit(result, {});
    CHECK(judged.findings.empty());
    REQUIRE(judged.passed.size() == 1);
    CHECK(judged.passed[0].first == Rule::path_conflict);
  }

  TEST_CASE("mixed-machine: programs of the machine that built the package, in a package for another") {
    auto result = headers("arm64", EM_AARCH64);
    CHECK(!is_found(result, Rule::mixed_machine));
    result.packages.packages[0].machines = {{EM_X86_64, "usr/src/k/scripts/mod/modpost"}};
    const auto findings = found(result, Rule::mixed_machine);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].path.ends_with("usr/src/k/scripts/mod/modpost"));
    CHECK(findings[0].message == "modpost is for x86_64, and linux-headers 1.0 for arm64");
  }

  TEST_CASE("mixed-machine: a proc macro counts as a program, and is blamed once") {
    auto result = headers("arm64", EM_X86_64);
    CHECK(is_found(result, Rule::host_arch_mismatch));
    CHECK(!is_found(result, Rule::mixed_machine));
    result.packages.packages[0].identity.architecture = "all";
    result.packages.packages[0].machines = {{EM_AARCH64, "usr/bin/fixdep"}};
    CHECK(!is_found(result, Rule::host_arch_mismatch));
    const auto findings = found(result, Rule::mixed_machine);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].message == "fixdep is for aarch64, and other programs of linux-headers 1.0 for x86_64");
  }

  TEST_CASE("mixed-machine: i386 programs run on x86_64, and not the other way round") {
    auto result = headers("amd64", EM_X86_64);
    result.packages.packages[0].machines = {{EM_386, "usr/lib32/ld.so"}};
    CHECK(!is_found(result, Rule::mixed_machine));
    result.packages.packages[0].identity.architecture = "";
    CHECK(!is_found(result, Rule::mixed_machine));
    result = headers("i386", EM_386);
    result.packages.packages[0].machines = {{EM_X86_64, "usr/bin/fixdep"}};
    CHECK(is_found(result, Rule::mixed_machine));
  }

  TEST_CASE("mixed-machine: a user who says where rustc runs wants programs for there") {
    auto result = headers("arm64", EM_X86_64);
    result.packages.packages[0].machines = {{EM_X86_64, "usr/src/k/scripts/mod/modpost"}};
    CHECK(!is_found(result, Rule::mixed_machine, on("x86_64")));
    CHECK(is_found(result, Rule::mixed_machine, on("riscv64")));
  }

  TEST_CASE("host-arch-mismatch: a package is for its own architecture unless the user says otherwise") {
    const auto result = headers("arm64", EM_AARCH64);
    AuditOptions options;
    options.this_machine = "x86_64";
    CHECK(!is_found(result, Rule::host_arch_mismatch, options));
    options.host_arch = "x86_64";
    CHECK(is_found(result, Rule::host_arch_mismatch, options));
    options.host_arch.reset();
    const auto wrong = found(headers("amd64", EM_AARCH64), Rule::host_arch_mismatch, options);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].message == "libmacros.so is for aarch64, and the package is for amd64");
    CHECK(!is_found(headers("all", EM_AARCH64), Rule::host_arch_mismatch, options));  // nobody says
    auto on_disk = headers("arm64", EM_AARCH64);
    on_disk.packages = {};
    CHECK(is_found(on_disk, Rule::host_arch_mismatch, options));
  }

  TEST_CASE("unexpected-file: leftovers of the build in a kernel's headers, and nowhere else") {
    auto result = headers("amd64", EM_X86_64);
    result.packages.packages[0].leftovers = {"usr/lib/crt1.o", "usr/src/k/arch/powerpc/lib/crtsavres.o",
                                             "usr/src/k/rust/.core.o.cmd", "usr/src/k/rust/core.o"};
    const auto findings = found(result, Rule::unexpected_file);
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].path.ends_with("usr/src/k/rust/.core.o.cmd"));
    CHECK(findings[1].path.ends_with("usr/src/k/rust/core.o"));
    CHECK(findings[0].severity == Severity::warning);
  }

  TEST_CASE("world-writable and not-readable: modes") {
    auto result = headers("amd64", EM_X86_64);
    CHECK(!is_found(result, Rule::not_readable));
    result.packages.packages[0].world_writable = {"usr/src/k/rust"};
    CHECK(is_found(result, Rule::world_writable));
    macro_of(result).mode = 0640;
    const auto findings = found(result, Rule::not_readable);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].message == "libmacros.so has mode 640: not everybody can compile with it");
    CHECK(findings[0].evidence == std::vector<std::pair<std::string, std::string>>{{"mode", "0640"}});
    macro_of(result).mode.reset();  // a link
    CHECK(!is_found(result, Rule::not_readable));
    macro_of(result).mode = 0600;
    result.packages = {};  // a build tree of one's own
    CHECK(!is_found(result, Rule::not_readable));
  }

  TEST_CASE("unstripped: how much of a proc macro rustc has no use for") {
    auto result = headers("amd64", EM_X86_64);
    CHECK(!is_found(result, Rule::unstripped));
    macro_of(result).elf->symbol_bytes = 100;
    macro_of(result).elf->debug_bytes = 700;
    const auto findings = found(result, Rule::unstripped);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].severity == Severity::info);
    CHECK(findings[0].message == "800 of the 1000 bytes of libmacros.so are symbols and debug information");
    result.packages = {};
    CHECK(!is_found(result, Rule::unstripped));
  }

  TEST_CASE("path-leak: more than the budget, and only of what was asked for") {
    auto result = headers("amd64", EM_X86_64);
    macro_of(result).path_leaks = {{"/build/", 10}, {"/home/", 0}, {"/tmp/", 3}};
    AuditOptions options;
    CHECK(!is_found(result, Rule::path_leak, options));
    options.path_leak = {{"/build/", 9}, {"/home/", 0}, {"/tmp/", 3}};
    auto findings = found(result, Rule::path_leak, options);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].message == "libmacros.so has 10 times /build/");
    options.path_leak = {{"/build/", 10}, {"/home/", 0}, {"/tmp/", 3}};
    CHECK(!is_found(result, Rule::path_leak, options));
    options.path_leak = {{"/build/", 0}, {"/tmp/", 0}};
    findings = found(result, Rule::path_leak, options);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].message == "libmacros.so has 10 times /build/, 3 times /tmp/");
  }
}
