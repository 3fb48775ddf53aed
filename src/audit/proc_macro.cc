// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "audit/findings.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

// What has no row is compared as it was given: a machine of our time may have a name of its own in both.
std::string_view elf_name_of_machine(std::string_view machine) {
  const auto known = machine_of_architecture(machine);
  return known.empty() ? machine : known;
}

}  // namespace

void check_proc_macro(const Artifact& artifact, const AuditOptions& options, Findings& findings) {
  if (!artifact.proc_macro) return;
  const auto& facts = *artifact.proc_macro;
  const std::string crate = artifact.crate ? artifact.crate->name.text.value_or("") : "";
  findings.apply({Rule::stripped_metadata}, artifact.path);
  if (facts.rustc_section != ProcMacroFacts::Section::present)
    findings.add(Rule::stripped_metadata, artifact.path, crate,
                 fmt::format("{} exports {}, but its section .rustc is {}", name_in(artifact.path),
                             facts.decls_symbol.value_or("?"),
                             facts.rustc_section == ProcMacroFacts::Section::missing ? "gone" : "damaged"),
                 {{"decls_symbol", facts.decls_symbol.value_or("")}});
  if (!artifact.elf) return;
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
  findings.apply({Rule::corrupt_artifact}, artifact.path);
  if (artifact.elf->unloadable)
    findings.add_with_code("E0463", Rule::corrupt_artifact, artifact.path, crate,
                           fmt::format("rustc cannot load {}: {}", name_in(artifact.path), *artifact.elf->unloadable));
  if (!options.host_arch) return;
  findings.apply({Rule::host_arch_mismatch}, artifact.path);
  const auto machine = elf_machine_name(artifact.elf->e_machine);
  if (machine != elf_name_of_machine(*options.host_arch))
    findings.add(
        Rule::host_arch_mismatch, artifact.path, crate,
        fmt::format("{} is for {}, and rustc will run on {}", name_in(artifact.path), machine, *options.host_arch),
        {{"file", machine}, {"host", *options.host_arch}});
}

}  // namespace rartifacts
