// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Objects and archives, where they go
// ===================================
//
// For a kernel: machine and class, the symbols that Module.symvers lacks, the checksums of those it has, and what a kernel cannot
// do (kernel_fitness.cc). modpost goes through the undefined symbols of a module one by one: a weak one it passes over, of any
// other it says `"cosf" [x.ko] undefined!` when no line of Module.symvers has it (scripts/mod/modpost.c, check_exports).
//
// For a program: what two of the named archives define both, and what none of them does.
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "audit/findings.h"
#include "bytes/path.h"

namespace rartifacts {
namespace {

constexpr std::size_t kNamedSymbols = 5;  ///< that a message names

/// What modpost passes over: the linker and the module loader define them (ignore_undef_symbol).
bool is_made_by_linker(std::string_view name) {
  constexpr std::array<std::string_view, 3> kNames{"_GLOBAL_OFFSET_TABLE_", "__this_module", ".TOC."};
  constexpr std::array<std::string_view, 8> kPrefixes{"_restgpr_",  "_savegpr_",  "_rest32gpr_", "_save32gpr_",
                                                      "_restgpr0_", "_savegpr0_", "_restvr_",    "_savevr_"};
  return std::ranges::find(kNames, name) != kNames.end() ||
         std::ranges::any_of(kPrefixes, [&](auto prefix) { return name.starts_with(prefix); });
}

std::string listed(const std::vector<std::string>& names, std::size_t count) {
  return fmt::format("{}{}", fmt::join(names, ", "), count > names.size() ? " …" : "");
}

void check_machine(const Artifact& artifact, const KernelRoot* kernel, Findings& findings) {
  std::vector<MachineUse> uses;
  if (artifact.link) uses = artifact.link->machines;
  else if (artifact.elf)
    uses.push_back({artifact.elf->e_machine, artifact.elf->elf_class, artifact.elf->little_endian, 1, {}});
  findings.apply({Rule::foreign_machine}, artifact.path);
  const auto named = [](const MachineUse& use) {
    const auto machine = elf_machine_name(use.e_machine);
    return machine == "riscv" || machine == "mips" || machine == "loongarch"
               ? fmt::format("{} ({}-bit)", machine, use.elf_class)
               : machine;
  };
  const auto expected = kernel ? machine_of(kernel->config) : std::nullopt;
  if (expected) {
    for (const auto& use : uses) {
      if (use.e_machine == expected->e_machine && use.elf_class == expected->elf_class) continue;
      const auto its = named({expected->e_machine, expected->elf_class, true, 1, {}});
      return findings.add(Rule::foreign_machine, artifact.path, "",
                          fmt::format("{}is for {}, the kernel is for {}",
                                      use.member.empty() ? "" : fmt::format("member {} ", use.member), named(use), its),
                          {{"file", named(use)}, {"kernel", its}, {"config", kernel->config_path}});
    }
  } else if (uses.size() > 1) {
    findings.add(Rule::foreign_machine, artifact.path, "",
                 fmt::format("has objects for {} ({} of them, first {}) and for {} ({}, first {})", named(uses[0]),
                             uses[0].count, uses[0].member, named(uses[1]), uses[1].count, uses[1].member),
                 {{"first", named(uses[0])}, {"second", named(uses[1])}});
  }
}

void check_undefined(const Artifact& artifact, Findings& findings) {
  if (!artifact.link || !artifact.link->exports_known) return;
  findings.apply({Rule::undefined_symbol}, artifact.path);
  std::vector<std::string> names;
  std::vector<std::string> all;
  for (const auto& symbol : artifact.link->undefined) {
    if (symbol.is_weak || symbol.is_exported || is_made_by_linker(symbol.name)) continue;
    all.push_back(symbol.name);
    if (names.size() < kNamedSymbols) names.push_back(symbol.demangled.value_or(symbol.name));
  }
  if (all.empty()) return;
  const bool is_module = artifact.kind == Kind::kernel_module;
  findings.add(
      is_module ? Severity::error : Severity::warning, Rule::undefined_symbol, artifact.path, "",
      fmt::format("needs {} {} that Module.symvers lacks{}: {}", all.size(), all.size() == 1 ? "symbol" : "symbols",
                  is_module ? "" : ", unless another object has them", listed(names, all.size())),
      {{"symbols", fmt::format("{}", fmt::join(all, ", "))}});
}

void check_versions(const Artifact& artifact, const KernelRoot* kernel, Findings& findings) {
  if (!artifact.module || artifact.module->checksums.empty() || !kernel || !kernel->exports) return;
  findings.apply({Rule::symbol_version}, artifact.path);
  std::vector<std::string> names;
  std::size_t count = 0;
  std::size_t compared = 0;
  const ExportTable wanted(artifact.module->checksums);
  for (const auto& symbol : wanted) {
    const auto* found = kernel->exports->find(symbol.name);
    // Without MODVERSIONS every checksum in Module.symvers is zero.
    if (!found || found->crc == 0) continue;
    ++compared;
    if (found->crc == symbol.crc) continue;
    ++count;
    const std::string name(symbol.name);
    if (name == "module_layout") names.insert(names.begin(), name);
    else if (names.size() < kNamedSymbols) names.push_back(demangle(name).value_or(RustName{name, {}}).text);
  }
  names.resize(std::min(names.size(), kNamedSymbols));
  if (count > 0)
    findings.add(
        Rule::symbol_version, artifact.path, "",
        fmt::format("disagrees about the version of {} of {} symbols: {}", count, compared, listed(names, count)),
        {{"symbols", fmt::format("{}", fmt::join(names, ", "))}});
}

void judge_for_kernel(const ScanResult& result, const Artifact& artifact, Findings& findings) {
  const auto* kernel = kernel_for(result, findings, artifact.path);
  check_machine(artifact, kernel, findings);
  check_versions(artifact, kernel, findings);
  if (!artifact.link) return;
  findings.apply({Rule::bitcode_only, Rule::needs_std, Rule::unresolved_runtime, Rule::kernel_float,
                  Rule::foreign_relocation, Rule::user_space_options, Rule::missing_stack_note},
                 artifact.path);
  for (auto& finding : kernel_fitness(artifact)) {
    // Code for another machine has relocations of another machine: that is said already.
    if (finding.rule == Rule::foreign_relocation && findings.blames(artifact.path, Rule::foreign_machine)) continue;
    const auto fix = finding.fix;
    auto* added = findings.add(finding.severity, finding.rule, finding.path, "", std::move(finding.message),
                               std::move(finding.evidence));
    if (added) added->fix = fix;
  }
  check_undefined(artifact, findings);
}

/// What a linker complains of first, when two static libraries of Rust meet.
int rank_of(const std::string& name) {
  if (name == "rust_eh_personality") return 0;
  if (name.starts_with("__rust_") || name.starts_with("__rdl_") || name.starts_with("__rg_")) return 1;
  if (name.starts_with("rust_")) return 2;
  return is_rust_mangled(name) ? 4 : 3;
}

bool is_library_for_program(const Artifact& artifact) {
  const bool is_archive = artifact.kind == Kind::staticlib || artifact.kind == Kind::archive;
  return artifact.link && !artifact.link_target && (is_archive || artifact.kind == Kind::object);
}

void check_duplicates(const std::vector<const Artifact*>& files, Findings& findings) {
  std::map<std::string_view, const Artifact*> owners;
  for (const auto* artifact : files) {
    findings.apply({Rule::duplicate_symbol}, artifact->path);
    std::map<const Artifact*, std::vector<std::string>> shared;
    for (const auto& symbol : artifact->link->defined) {
      if (symbol.is_weak) continue;
      const auto [owner, is_new] = owners.try_emplace(symbol.name, artifact);
      if (!is_new && owner->second != artifact) shared[owner->second].push_back(symbol.name);
    }
    for (auto& [other, names] : shared) {
      std::ranges::stable_sort(names, {}, rank_of);
      const auto count = names.size();
      names.resize(std::min(count, kNamedSymbols));
      for (auto& name : names) name = demangle(name).value_or(RustName{name, {}}).text;
      findings.add(Rule::duplicate_symbol, artifact->path, "",
                   fmt::format("defines {} {} that {} defines as well: {}", count, count == 1 ? "symbol" : "symbols",
                               file_name_of(other->path), listed(names, count)),
                   {{"other", other->path}, {"symbols", fmt::format("{}", fmt::join(names, ", "))}});
    }
  }
}

// The shims of the allocator and the panic handler, which no library of C has.
void check_runtime(const std::vector<const Artifact*>& files, Findings& findings) {
  for (const auto* artifact : files) {
    findings.apply({Rule::unresolved_runtime}, artifact->path);
    std::vector<std::string> names;
    for (const auto& symbol : artifact->link->undefined) {
      if (symbol.group != SymbolGroup::runtime || symbol.is_weak) continue;
      const auto has_it = [&](const Artifact* file) {
        return std::ranges::binary_search(file->link->defined, symbol.name, {}, &DefinedSymbol::name);
      };
      if (std::ranges::none_of(files, has_it)) names.push_back(symbol.demangled.value_or(symbol.name));
    }
    if (names.empty()) continue;
    const auto count = names.size();
    names.resize(std::min(count, kNamedSymbols));
    auto* added = findings.add(Severity::warning, Rule::unresolved_runtime, artifact->path, "",
                               fmt::format("needs {} that none of the named files has: {}",
                                           "shims of the allocator or lang items", listed(names, count)),
                               {{"symbols", fmt::format("{}", fmt::join(names, ", "))}});
    if (added)
      added->fix =
          "build it as a staticlib (--crate-type staticlib), with a #[global_allocator] and a #[panic_handler] "
          "where it is #![no_std]";
  }
}

}  // namespace

Purpose purpose_of(const ScanResult& result, Purpose purpose) {
  if (purpose != Purpose::automatic) return purpose;
  const bool has_module =
      std::ranges::any_of(result.artifacts, [](const auto& artifact) { return artifact.module.has_value(); });
  return !result.kernels.empty() || result.around || has_module ? Purpose::kernel : Purpose::user;
}

const KernelRoot* kernel_for(const ScanResult& result, const Findings& findings, std::string_view path) {
  if (const auto holders = findings.kernels().holding(path); !holders.empty()) return &result.kernels[holders.front()];
  const auto image = std::ranges::find_if(result.images, [&](const auto& kernel) { return kernel.holds(path); });
  if (image != result.images.end()) return &*image;
  if (result.kernels.size() == 1) return &result.kernels.front();
  return result.kernels.empty() && result.around ? &*result.around : nullptr;
}

void audit_objects(const ScanResult& result, Purpose purpose, Findings& findings) {
  const bool is_for_kernel = purpose_of(result, purpose) == Purpose::kernel;
  std::vector<const Artifact*> files;
  for (const auto& artifact : result.artifacts) {
    // A library with metadata is judged as a crate, unless it lies beside a kernel to be linked with.
    if (artifact.link_target || (artifact.crate && result.kernels.empty())) continue;
    if (is_for_kernel || artifact.module) {
      if (artifact.link || artifact.module) judge_for_kernel(result, artifact, findings);
    } else if (is_library_for_program(artifact)) {
      files.push_back(&artifact);
      check_machine(artifact, nullptr, findings);
    }
  }
  check_duplicates(files, findings);
  check_runtime(files, findings);
}

}  // namespace rartifacts
