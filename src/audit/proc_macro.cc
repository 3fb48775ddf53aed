// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <array>

#include "audit/findings.h"

namespace rartifacts {
namespace {

struct Host {
  std::string machine;     ///< as whoever asks calls it
  std::string_view whose;  ///< for the message
};

// Names that tell more of a library than e_machine does, which is the same for both byte orders and for 32 and 64 bits. Not
// `mips64`: uname(1) calls both byte orders that.
struct MachineLayout {
  std::string_view architecture;
  int elf_class;
  bool little_endian;
};
constexpr std::array kMachineLayouts{
    MachineLayout{"mips64el", 64, true}, MachineLayout{"mips64r6el", 64, true}, MachineLayout{"mipsel", 32, true},
    MachineLayout{"mipsr6el", 32, true}, MachineLayout{"ppc64", 64, false},     MachineLayout{"ppc64el", 64, true},
    MachineLayout{"ppc64le", 64, true},  MachineLayout{"riscv32", 32, true},    MachineLayout{"riscv64", 64, true},
    MachineLayout{"s390", 32, false},    MachineLayout{"s390x", 64, false},     MachineLayout{"x86_64", 64, true},
    MachineLayout{"amd64", 64, true},    MachineLayout{"aarch64", 64, true},    MachineLayout{"arm64", 64, true},
};

bool is_laid_out_for(const ElfFacts& elf, std::string_view architecture) {
  const auto* row = std::ranges::find(kMachineLayouts, architecture, &MachineLayout::architecture);
  return row == kMachineLayouts.end() || (row->elf_class == elf.elf_class && row->little_endian == elf.little_endian);
}

// Whose rustc will load it: what the user says, else what the package says, else this machine.
std::optional<Host> host_of(const Artifact& artifact, const PackageRoot& packages, const AuditOptions& options) {
  if (options.host_arch) return Host{*options.host_arch, "rustc will run on"};
  const auto* package = package_of(packages, artifact.path);
  if (!package)
    return options.this_machine ? std::optional(Host{*options.this_machine, "rustc will run on"}) : std::nullopt;
  const auto& own = package->identity.architecture;
  if (machine_of_architecture(own).empty()) return std::nullopt;
  return Host{own, "the package is for"};
}

void check_decls(const Artifact& artifact, Findings& findings) {
  const auto& facts = *artifact.proc_macro;
  if (!facts.exports_known) return;
  const std::string crate = artifact.crate ? artifact.crate->name.text.value_or("") : "";
  findings.apply({Rule::stripped_decls}, artifact.path);
  if (!facts.decls_symbol)
    findings.add(Rule::stripped_decls, artifact.path, crate,
                 fmt::format("{} says that it is a proc macro, but exports no __rustc_proc_macro_decls_ symbol",
                             name_in(artifact.path)));
  // rustc writes the number as {:x}. Before 1.55 the id was two numbers, and nothing is said.
  const auto id = artifact.crate ? artifact.crate->stable_crate_id.value_or("") : "";
  const auto digits = id.substr(std::min(id.find_first_not_of('0'), id.size()));
  if (facts.decls_symbol && id.size() == 16 &&
      *facts.decls_symbol != fmt::format("__rustc_proc_macro_decls_{}__", digits))
    findings.add(Rule::stripped_decls, artifact.path, crate,
                 fmt::format("{} exports {}, and rustc asks for the stable crate id {}", name_in(artifact.path),
                             *facts.decls_symbol, id),
                 {{"decls_symbol", *facts.decls_symbol}, {"stable_crate_id", id}});
}

// What the loader will not find where rustc runs. Of packages nothing is known but what the user says.
void check_libraries(const Artifact& artifact, bool is_packaged, const AuditOptions& options, Findings& findings) {
  const auto& elf = *artifact.elf;
  const std::string crate = artifact.crate ? artifact.crate->name.text.value_or("") : "";
  const auto needed = glibc_needed(elf);
  const auto& host = options.host_glibc || is_packaged ? options.host_glibc : options.this_glibc;
  if (host && !needed.empty()) {
    findings.apply({Rule::host_library_mismatch}, artifact.path);
    if (is_older_version(*host, needed))
      findings.add(
          Rule::host_library_mismatch, artifact.path, crate,
          fmt::format("{} needs GLIBC_{}, and rustc will run with glibc {}", name_in(artifact.path), needed, *host),
          {{"needed", "GLIBC_" + needed}, {"host", *host}});
  }
  if (is_packaged) return;
  for (const auto& library : elf.needed)
    if (options.absent_libraries.contains({artifact.path, library}))
      findings.add(
          Rule::host_library_mismatch, artifact.path, crate,
          fmt::format("{} needs {}, which the loader of this machine does not find", name_in(artifact.path), library),
          {{"needed", library}});
}

}  // namespace

// What has no row is compared as it was given: a machine of our time may have a name of its own in both.
std::string_view elf_name_of_machine(std::string_view machine) {
  const auto known = machine_of_architecture(machine);
  return known.empty() ? machine : known;
}

void check_proc_macro(const Artifact& artifact, const PackageRoot& packages, const AuditOptions& options,
                      Findings& findings) {
  if (!artifact.proc_macro) return;
  const auto& facts = *artifact.proc_macro;
  const auto crate = artifact.crate ? artifact.crate->name.text.value_or("") : crate_of_file(artifact.path);
  findings.apply({Rule::stripped_metadata}, artifact.path);
  if (facts.rustc_section != ProcMacroFacts::Section::present)
    findings.add(Rule::stripped_metadata, artifact.path, crate,
                 fmt::format("{} exports {}, but its section .rustc is {}", name_in(artifact.path),
                             facts.decls_symbol.value_or("?"),
                             facts.rustc_section == ProcMacroFacts::Section::missing ? "gone" : "damaged"),
                 {{"decls_symbol", facts.decls_symbol.value_or("")}});
  check_decls(artifact, findings);
  if (!artifact.elf) return;
  findings.apply({Rule::corrupt_artifact}, artifact.path);
  if (artifact.elf->unloadable)
    findings.add_with_code("E0463", Rule::corrupt_artifact, artifact.path, crate,
                           fmt::format("rustc cannot load {}: {}", name_in(artifact.path), *artifact.elf->unloadable));
  check_libraries(artifact, package_of(packages, artifact.path) != nullptr, options, findings);
  const auto host = host_of(artifact, packages, options);
  if (!host) return;
  findings.apply({Rule::host_arch_mismatch}, artifact.path);
  const auto& elf = *artifact.elf;
  auto machine = elf_machine_name(elf.e_machine);
  if (machine == elf_name_of_machine(host->machine)) {
    if (is_laid_out_for(elf, host->machine)) return;
    machine += fmt::format(", {}-bit {}-endian", elf.elf_class, elf.little_endian ? "little" : "big");
  }
  findings.add(Rule::host_arch_mismatch, artifact.path, crate,
               fmt::format("{} is for {}, and {} {}", name_in(artifact.path), machine, host->whose, host->machine),
               {{"file", machine}, {"host", host->machine}});
}

}  // namespace rartifacts
