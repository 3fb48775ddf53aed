// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/object_text.h"

#include <fmt/ranges.h>
#include <rartifacts/audit.h>

#include <algorithm>
#include <functional>
#include <ranges>

#include "write/formats.h"

namespace rartifacts {
namespace {

/// So many names of each group are shown to people; JSON has them all.
constexpr std::size_t kShown = 5;
constexpr std::size_t kMaxShownSymbol = 160;

std::string shortened_symbol(const std::string& name) {
  auto text = printable(name);
  if (text.size() <= kMaxShownSymbol) return text;
  auto end = kMaxShownSymbol;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "…";
}

std::string described(const ModuleSignature& signature) {
  switch (signature.state) {
    case ModuleSignature::State::absent: return "none";
    case ModuleSignature::State::malformed: return "damaged: " + signature.why;
    case ModuleSignature::State::well_formed: break;
  }
  return fmt::format("PKCS#7, {} bytes, well-formed (not verified)", signature.size);
}

std::string counted_symbols(std::size_t count) { return fmt::format("{} symbol{}", count, count == 1 ? "" : "s"); }

void symbols_text(std::string& out, const LinkFacts& link) {
  if (link.undefined.empty()) return;
  const auto exported = std::ranges::count(link.undefined, true, &UndefinedSymbol::is_exported);
  out += text_line("undefined", exported == 0 ? counted_symbols(link.undefined.size())
                                              : fmt::format("{}, {} of them exported by the kernel",
                                                            counted_symbols(link.undefined.size()), exported));
  for (const auto& row : symbol_group_table) {
    std::vector<const UndefinedSymbol*> members;
    for (const auto& symbol : link.undefined)
      if (symbol.group == row.group) members.push_back(&symbol);
    if (members.empty()) continue;
    out += fmt::format("    {} {}: {}\n", members.size(), row.name, row.what);
    for (std::size_t i = 0; i < std::min(members.size(), kShown); ++i)
      out += fmt::format("        {}{}\n", shortened_symbol(members[i]->demangled.value_or(members[i]->name)),
                         members[i]->is_weak ? " (weak)" : "");
    if (members.size() > kShown) out += fmt::format("        and {} more\n", members.size() - kShown);
  }
}

// The names of C in front, those of the compiler's own library left out; of Rust the crates with the most symbols.
void summary_text(std::string& out, std::string_view title, const std::vector<std::string_view>& names) {
  if (names.empty()) return;
  const auto summary = summarized(names);
  out += text_line(title, fmt::format("{} of C, {} of Rust", counted_symbols(summary.c.size()), summary.rust_symbols));
  for (std::size_t i = 0; i < std::min(summary.own, kShown); ++i)
    out += fmt::format("        {}\n", shortened_symbol(std::string(summary.c[i])));
  if (summary.own > kShown) out += fmt::format("        and {} more\n", summary.own - kShown);
  if (summary.c.size() > summary.own)
    out += fmt::format("    {} of C are of the compiler's own library\n", summary.c.size() - summary.own);
  std::vector<std::pair<std::string, std::size_t>> crates(summary.rust.begin(), summary.rust.end());
  std::ranges::stable_sort(crates, std::greater<>(), &std::pair<std::string, std::size_t>::second);
  std::vector<std::string> counted;
  for (const auto& [crate, count] : crates | std::views::take(kShown))
    counted.push_back(fmt::format("{} {}", crate.empty() ? "other" : printable(crate), count));
  if (!counted.empty())
    out += fmt::format("    of Rust: {}{}\n", fmt::join(counted, ", "),
                       crates.size() > kShown ? fmt::format(" and {} more crates", crates.size() - kShown) : "");
}

// `-lgcc_s (_Unwind_Resume and 9 more), -lm (pow)`
std::string system_text(const LinkFacts& link) {
  std::vector<std::string> options;
  for (const auto& library : system_libraries(link)) {
    const auto more = library.symbols.size() - 1;
    options.push_back(fmt::format("-l{} ({}{})", library.name, library.symbols.front(),
                                  more == 0 ? "" : fmt::format(" and {} more", more)));
  }
  return options.empty() ? "" : text_line("system libs", fmt::format("{}", fmt::join(options, ", ")));
}

void fitness_text(std::string& out, const Artifact& artifact) {
  const auto findings = kernel_fitness(artifact);
  for (const auto& finding : findings)
    out += text_line("in a kernel",
                     fmt::format("{}: {} [{}]", name_of(finding.severity), finding.message, row_of(finding.rule).id));
  if (findings.empty() && artifact.link->objects > 0)
    out += text_line("in a kernel", "its symbols, relocations and sections are fine");
  if (const auto undecided = undecided_fitness(artifact); !undecided.empty())
    out += text_line("", fmt::format("not known, since the file does not record it: {}", fmt::join(undecided, ", ")));
}

}  // namespace

std::string text_line(std::string_view title, std::string_view text) {
  return fmt::format("  {:<13} {}\n", title, printable(text));
}

std::string traces_text(const ObjectFacts& object) {
  std::string out;
  if (object.rustc) out += text_line("compiler", fmt::format("{}: from {}", *object.rustc, object.rustc_from));
  if (object.language) out += text_line("language", name_of(*object.language));
  if (object.producer) out += text_line("producer", *object.producer);
  for (const auto& [trace, evidence] : object.traces) {
    const auto& row = row_of(trace);
    out += text_line(row.is_proof ? "rust" : "rust?",
                     fmt::format("{}: {} ({})", row.name, row.shows, shortened_symbol(evidence)));
  }
  if (object.crates.empty()) return out;
  out += text_line("crates", fmt::format("{} in .dep-v0", object.crates.size()));
  for (const auto& crate : object.crates)
    out += fmt::format(
        "    {} {}{}\n", printable(crate.name), printable(crate.version),
        crate.source.empty() || crate.source == "crates.io" ? "" : fmt::format(" ({})", printable(crate.source)));
  return out;
}

std::string module_text(const ModuleFacts& module) {
  std::string out;
  for (const auto* tag : {"name", "vermagic", "license", "version", "srcversion"})
    if (const auto value = module.value(tag)) out += text_line(tag, *value);
  if (const auto depends = module.depends(); !depends.empty())
    out += text_line("depends", fmt::format("{}", fmt::join(depends, " ")));
  if (const auto spaces = module.import_namespaces(); !spaces.empty())
    out += text_line("namespaces", fmt::format("{}", fmt::join(spaces, " ")));
  out += text_line("signature", described(module.signature));
  std::vector<std::string> versions;
  if (module.versions) versions.push_back(fmt::format("{} in __versions", *module.versions));
  if (module.extended_versions) versions.push_back(fmt::format("{} extended", *module.extended_versions));
  out += text_line("versions", versions.empty() ? "none" : fmt::format("{}", fmt::join(versions, ", ")));
  out += text_line("btf", module.has_btf ? "yes" : "no");
  return out;
}

std::string exports_text(const std::vector<std::string>& names) {
  std::string out;
  summary_text(out, "exports", {names.begin(), names.end()});
  return out;
}

std::string link_text(const Artifact& artifact) {
  const auto& link = *artifact.link;
  std::string out;
  for (const auto& source : link.sources)
    out +=
        text_line("sources", fmt::format("{} {}, {}", source.count, source.language,
                                         source.producer.empty() ? "no producer" : shortened_symbol(source.producer)));
  std::vector<std::string_view> defined;
  defined.reserve(link.defined.size());
  for (const auto& symbol : link.defined) defined.push_back(symbol.name);
  summary_text(out, "defines", defined);
  symbols_text(out, link);
  if (artifact.kind == Kind::staticlib) out += system_text(link);
  fitness_text(out, artifact);
  for (const auto& note : link.notes) out += text_line("note", note);
  return out;
}

}  // namespace rartifacts
