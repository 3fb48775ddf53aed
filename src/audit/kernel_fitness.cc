// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Objects that will be linked into a kernel
// =========================================
//
// Only what a file proves is said, each with what proves it:
//
//     symbols          nobody in a kernel defines std's; lang items and the allocator's shims come from the crate `kernel` or from
//                      nowhere; __addsf3 is arithmetic with floating point
//     relocations      types that the module loader does not know
//     sections         no machine code at all; no .note.GNU-stack
//     debug info       GCC writes down its options: whether it could use a red zone (the 128 bytes below the stack pointer that an
//                      interrupt overwrites) or SSE registers (which a kernel does not save for itself)
//     gnu.property     vector registers that were used, where the assembler noted it
//
// rustc writes no options down, so of Rust objects red zone and SSE stay undecided, and that is said too.
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>

#include "audit/findings.h"

namespace rartifacts {
namespace {

constexpr std::size_t kNamed = 3;  ///< symbols that a message names

// Of options that undo each other the last one counts.
bool is_in_force(std::string_view producer, std::string_view option, std::string_view opposite) {
  bool is_in_force = false;
  for (const auto part : std::views::split(producer, ' ')) {
    const std::string_view word(part);
    if (word == option || word == opposite) is_in_force = word == option;
  }
  return is_in_force;
}

class Fitness {
 public:
  Fitness(const Artifact& artifact, const LinkFacts& link) : artifact_(artifact), link_(link) {}

  std::vector<Finding> run() {
    if (link_.bitcode > 0)
      add(Rule::bitcode_only,
          link_.objects <= 1 && artifact_.kind != Kind::archive
              ? "holds a compiler's bitcode and no machine code"
              : fmt::format("{} of its members hold a compiler's bitcode and no machine code", link_.bitcode));
    check_symbols();
    check_relocations();
    check_options();
    if (link_.uses_vector_registers > 0)
      add(Rule::kernel_float, "uses vector registers (.note.gnu.property)", Severity::warning);
    if (link_.without_stack_note > 0 && artifact_.kind != Kind::kernel_module)
      add(Rule::missing_stack_note, link_.objects == 1
                                        ? "has code, and no section .note.GNU-stack"
                                        : fmt::format("{} of {} objects have code, and no section .note.GNU-stack",
                                                      link_.without_stack_note, link_.objects));
    return std::move(findings_);
  }

 private:
  void add(Rule rule, std::string message, std::optional<Severity> severity = {}, Evidence evidence = {}) {
    const auto& row = row_of(rule);
    findings_.push_back({.rule = rule,
                         .severity = severity.value_or(row.severity),
                         .path = artifact_.path,
                         .crate = {},
                         .rustc_error = std::string(row.rustc_error),
                         .message = std::move(message),
                         .evidence = std::move(evidence),
                         .fix = std::string(row.fix)});
  }

  template <class Predicate>
  void blame_symbols(Rule rule, std::string_view what, const Predicate& is_one, Severity severity) {
    std::vector<std::string> names;
    std::size_t count = 0;
    for (const auto& symbol : link_.undefined) {
      if (symbol.is_weak || symbol.is_exported || !is_one(symbol)) continue;
      if (++count <= kNamed) names.push_back(symbol.demangled.value_or(symbol.name));
    }
    if (count == 0) return;
    add(rule, fmt::format("needs {} of {}: {}{}", count, what, fmt::join(names, ", "), count > kNamed ? " …" : ""),
        severity, {{"symbols", fmt::format("{}", fmt::join(names, ", "))}});
  }

  void check_symbols() {
    const auto in = [](SymbolGroup group) { return [group](const auto& symbol) { return symbol.group == group; }; };
    const bool knows_exports =
        std::ranges::any_of(link_.undefined, [](const auto& symbol) { return symbol.is_exported; });
    // Without the list of exports another object may still define them.
    const auto unless_exported = knows_exports ? Severity::error : Severity::warning;
    blame_symbols(Rule::needs_std, "std's symbols", in(SymbolGroup::std), Severity::error);
    blame_symbols(Rule::unresolved_runtime, "the lang items and shims of the allocator", in(SymbolGroup::runtime),
                  unless_exported);
    blame_symbols(
        Rule::kernel_float, "the routines that calculate with floating point",
        [](const auto& symbol) { return is_float_routine(symbol.name); }, unless_exported);
  }

  void check_relocations() {
    for (const auto& use : link_.relocations) {
      if (is_module_relocation(link_.e_machine, use.type).value_or(true)) continue;
      add(Rule::foreign_relocation,
          fmt::format("has {} of {}, the first in {} about {}", use.count, relocation_name(link_.e_machine, use.type),
                      use.section, use.symbol.empty() ? "no symbol" : use.symbol),
          {}, {{"relocation", relocation_name(link_.e_machine, use.type)}, {"section", use.section}});
      return;
    }
  }

  void check_options() {
    if (elf_machine_name(link_.e_machine) != "x86_64") return;
    for (const auto& source : link_.sources) {
      // GCC lists every -m option that it was given, and -march at least.
      if (!source.producer.starts_with("GNU C") || source.producer.find(" -m") == source.producer.npos) continue;
      std::vector<std::string_view> missing;
      const auto has = [&](std::string_view option, std::string_view opposite) {
        return is_in_force(source.producer, option, opposite);
      };
      if (!has("-mno-red-zone", "-mred-zone")) missing.push_back("-mno-red-zone");
      if (!has("-mno-sse", "-msse") && !has("-mgeneral-regs-only", "-mno-general-regs-only"))
        missing.push_back("-mno-sse");
      if (missing.empty()) continue;
      return add(Rule::user_space_options,
                 fmt::format("{} of {} sources were compiled by GCC without {}", source.count, source.language,
                             fmt::join(missing, " and ")),
                 {}, {{"producer", source.producer}});
    }
  }

  const Artifact& artifact_;
  const LinkFacts& link_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> kernel_fitness(const Artifact& artifact) {
  return artifact.link ? Fitness(artifact, *artifact.link).run() : std::vector<Finding>();
}

std::vector<std::string_view> undecided_fitness(const Artifact& artifact) {
  std::vector<std::string_view> undecided;
  if (!artifact.link) return undecided;
  const auto& link = *artifact.link;
  if (link.objects == 0 && !link.notes.empty()) undecided = {"symbols", "relocations", "red zone", "vector registers"};
  if (link.objects == 0) return undecided;
  const auto is_listed = [](const SourceGroup& source) {
    return source.producer.starts_with("GNU C") && source.producer.find(" -m") != source.producer.npos;
  };
  if (elf_machine_name(link.e_machine) != "x86_64" || link.sources.empty() ||
      !std::ranges::all_of(link.sources, is_listed))
    undecided = {"red zone", "vector registers"};
  if (!is_module_relocation(link.e_machine, 0)) undecided.emplace_back("relocations");
  return undecided;
}

void audit_objects(const ScanResult& result, Findings& findings) {
  for (const auto& artifact : result.artifacts) {
    // A library with metadata is judged as a crate, unless it lies beside a kernel to be linked with.
    if (!artifact.link || artifact.link_target || (artifact.crate && result.kernels.empty())) continue;
    findings.apply({Rule::bitcode_only, Rule::needs_std, Rule::unresolved_runtime, Rule::kernel_float,
                    Rule::foreign_relocation, Rule::user_space_options, Rule::missing_stack_note},
                   artifact.path);
    for (auto& finding : kernel_fitness(artifact))
      findings.add(finding.severity, finding.rule, finding.path, "", std::move(finding.message),
                   std::move(finding.evidence));
  }
}

}  // namespace rartifacts
