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
//                      interrupt overwrites) or registers that a kernel does not save for itself
//     e_flags          functions that pass floating point in its registers, which those of a kernel do not
//     gnu.property     vector registers that were used, where the assembler noted it
//
// rustc writes no options down, so of Rust objects red zone and these registers stay undecided, and that is said too. Only x86_64 has a
// red zone that interrupts do not leave alone.
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "audit/findings.h"

namespace rartifacts {
namespace {

constexpr std::size_t kNamed = 3;  ///< symbols that a message names

/// What keeps GCC off what a kernel does not save, and what undoes it. arch/*/Makefile pass these to all but the few files that
/// stand between kernel_fpu_begin and kernel_fpu_end.
struct KernelOption {
  std::string_view machine, option, opposite;
};
constexpr std::array kKernelOptions{KernelOption{"x86_64", "-mno-red-zone", "-mred-zone"},
                                    KernelOption{"x86_64", "-mno-sse", "-msse"},
                                    KernelOption{"aarch64", "-mgeneral-regs-only", "-mno-general-regs-only"},
                                    KernelOption{"s390", "-msoft-float", "-mhard-float"}};

auto kernel_options_of(std::string_view machine) {
  return kKernelOptions | std::views::filter([machine](const auto& row) { return row.machine == machine; });
}

/// GCC lists every -m option that it was given, and on these machines one at least.
bool lists_options(const SourceGroup& source) {
  return source.producer.starts_with("GNU C") && source.producer.find(" -m") != source.producer.npos;
}

// `core-8ef9ed62e2e0a8f6.core.9a3c….rcgu.o`: a member of a crate that comes with rustc.
bool is_sysroot_member(std::string_view member) {
  constexpr std::array<std::string_view, 5> kCrates{"core-", "alloc-", "std-", "compiler_builtins-", "panic_"};
  return std::ranges::any_of(kCrates, [&](auto crate) { return member.starts_with(crate); }) && member.ends_with(".o");
}

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
    if (link_.bitcode > 0) check_bitcode();
    check_symbols();
    check_relocations();
    check_options();
    check_float_abi();
    if (link_.uses_vector_registers > 0)
      add(Rule::kernel_float, "uses vector registers (.note.gnu.property)", Severity::warning);
    if (link_.without_stack_note > 0 && artifact_.kind != Kind::kernel_module)
      add(Rule::missing_stack_note,
          link_.objects == 1
              ? "has code, but no section .note.GNU-stack"
              : fmt::format("{} of {} objects {} code, but no section .note.GNU-stack", link_.without_stack_note,
                            link_.objects, link_.without_stack_note == 1 ? "has" : "have"));
    return std::move(findings_);
  }

 private:
  void check_bitcode() {
    if (link_.bitcode_members.empty()) return add(Rule::bitcode_only, "contains bitcode and no machine code");
    // What `-C lto=fat` makes of all crates is one member, and there the option is what made it.
    add(Rule::bitcode_only,
        fmt::format("{} of its members {} bitcode and no machine code: {}{}", link_.bitcode,
                    link_.bitcode == 1 ? "contains" : "contain",
                    fmt::join(link_.bitcode_members | std::views::take(kNamed), ", "),
                    link_.bitcode > kNamed ? " …" : ""),
        {}, {{"member", link_.bitcode_members.front()}});
  }

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
    std::string member;
    std::size_t count = 0;
    for (const auto& symbol : link_.undefined) {
      if (symbol.is_weak || symbol.is_exported || !is_one(symbol)) continue;
      if (++count <= kNamed) names.push_back(symbol.demangled.value_or(symbol.name));
      if (count == 1) member = symbol.member;
    }
    if (count == 0) return;
    Evidence evidence{{"symbols", fmt::format("{}", fmt::join(names, ", "))}};
    if (!member.empty()) evidence.emplace_back("member", member);
    add(rule,
        fmt::format("needs {} of {}: {}{}{}", count, what, fmt::join(names, ", "), count > kNamed ? " …" : "",
                    member.empty() ? "" : fmt::format(" (first in {})", member)),
        severity, std::move(evidence));
  }

  void check_symbols() {
    const auto in = [](SymbolGroup group) { return [group](const auto& symbol) { return symbol.group == group; }; };
    // Without the list of exports another object may still define them.
    const auto unless_exported = link_.exports_known ? Severity::error : Severity::warning;
    blame_symbols(Rule::needs_std, "std's symbols", in(SymbolGroup::std), Severity::error);
    blame_symbols(Rule::unresolved_runtime, "the lang items and shims of the allocator", in(SymbolGroup::runtime),
                  unless_exported);
    blame_symbols(
        Rule::kernel_float, "the routines that calculate with floating point",
        [](const auto& symbol) { return is_float_routine(symbol.name); }, unless_exported);
  }

  void check_relocations() {
    for (const auto& use : link_.relocations) {
      if (is_module_relocation(use.e_machine, use.type).value_or(true)) continue;
      // core and alloc as rustup and distributions ship them are compiled for user space: no option of one's own changes that.
      const bool is_of_sysroot = is_sysroot_member(use.member);
      const auto type = relocation_name(use.e_machine, use.type);
      Evidence evidence{{"relocation", type}, {"section", use.section}};
      if (!use.member.empty()) evidence.emplace_back("member", use.member);
      add(Rule::foreign_relocation,
          fmt::format("has {} relocation{} of type {}, the first in section {} for {}{}", use.count,
                      use.count == 1 ? "" : "s", type, use.section,
                      use.symbol.empty() ? "no symbol" : "symbol " + use.symbol,
                      use.member.empty() ? ""
                      : is_of_sysroot    ? fmt::format(" (member {}, of rustc's own sysroot)", use.member)
                                         : fmt::format(" (member {})", use.member)),
          {}, std::move(evidence));
      if (is_of_sysroot)
        findings_.back().fix =
            "compile core and alloc for the kernel's target too: -Z build-std=core,alloc, or the kernel's own";
      return;
    }
  }

  void check_float_abi() {
    const auto& use = link_.hard_float;
    if (use.count == 0) return;
    const auto machine = elf_machine_name(link_.e_machine);
    Evidence evidence{{"abi", std::string(use.width)}};
    if (!use.member.empty()) evidence.emplace_back("member", use.member);
    add(Rule::kernel_float,
        fmt::format("{} compiled for the {}-float ABI, and kernels of {} for the soft-float one{}",
                    link_.objects == 1
                        ? "was"
                        : fmt::format("{} of {} objects {}", use.count, link_.objects, use.count == 1 ? "was" : "were"),
                    use.width, machine, use.member.empty() ? "" : fmt::format(" (first: {})", use.member)),
        Severity::error, std::move(evidence));
    findings_.back().fix =
        "compile it for the target that Kbuild passes to rustc, or with the -march and -mabi that it passes to the C "
        "compiler";
  }

  void check_options() {
    const auto machine = elf_machine_name(link_.e_machine);
    for (const auto& source : link_.sources) {
      if (!lists_options(source)) continue;
      std::vector<std::string_view> missing;
      const bool is_general = is_in_force(source.producer, "-mgeneral-regs-only", "-mno-general-regs-only");
      for (const auto& row : kernel_options_of(machine))
        if (!is_in_force(source.producer, row.option, row.opposite) && !(row.option == "-mno-sse" && is_general))
          missing.push_back(row.option);
      if (missing.empty()) continue;
      return add(Rule::user_space_options,
                 fmt::format("{} {} source{} compiled by GCC without {}", source.count, source.language,
                             source.count == 1 ? " was" : "s were", fmt::join(missing, " and ")),
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
  const auto machine = elf_machine_name(link.e_machine);
  const bool is_told = std::ranges::count(kKernelOptions, machine, &KernelOption::machine) > 0 &&
                       !link.sources.empty() && std::ranges::all_of(link.sources, lists_options);
  if (!is_told && machine == "x86_64") undecided.emplace_back("red zone");
  if (!is_told) undecided.emplace_back("vector registers");
  if (!is_module_relocation(link.e_machine, 0)) undecided.emplace_back("relocations");
  return undecided;
}

}  // namespace rartifacts
