// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/artifact_text.h"

#include <fmt/ranges.h>
#include <rartifacts/graph.h>

#include <algorithm>

#include "write/artifact_json.h"
#include "write/formats.h"
#include "write/object_text.h"

namespace rartifacts {
namespace {

class Text {
 public:
  explicit Text(const Artifact& artifact) : artifact_(artifact) {}

  std::string write() {
    out_ = printable(artifact_.path) + '\n';
    if (artifact_.link_target) line("link to", *artifact_.link_target);
    line("kind", fmt::format("{} ({}), {} side, {} bytes", name_of(artifact_.kind),
                             kind_table[static_cast<std::size_t>(artifact_.kind)].what, name_of(artifact_.side),
                             artifact_.size));
    if (artifact_.metadata)
      line("compiler", fmt::format("{} (metadata version {})", artifact_.metadata->rustc, artifact_.metadata->version));
    if (artifact_.crate) crate(*artifact_.crate);
    if (artifact_.elf) elf(*artifact_.elf);
    if (artifact_.object) out_ += traces_text(*artifact_.object);
    if (artifact_.module) out_ += module_text(*artifact_.module);
    if (artifact_.exports) out_ += exports_text(*artifact_.exports);
    if (artifact_.link) out_ += link_text(artifact_);
    if (artifact_.proc_macro) proc_macro(*artifact_.proc_macro);
    members();
    for (const auto& note : artifact_.notes) line("note", note);
    if (has_marked_) line("~", "the file holds a number for this name; the name is from the table of that rustc");
    return std::move(out_);
  }

 private:
  void line(std::string_view title, std::string_view text) { out_ += text_line(title, text); }

  void crate(const Crate& crate) {
    line("crate", name_text(crate.name) + crate.extra_filename + (crate.is_stub ? " (stub)" : ""));
    line("svh", crate.svh);
    if (crate.stable_crate_id) line("stable id", *crate.stable_crate_id);
    line("target", crate.custom_target ? *crate.custom_target + " (custom)" : crate.triple);
    if (crate.target_path) line("target file", *crate.target_path);
    std::vector<std::string> facts;
    if (crate.edition) facts.push_back("edition " + *crate.edition);
    if (crate.panic) facts.push_back(fmt::format("panic {}", name_of(*crate.panic)));
    if (crate.flags.symbol_mangling) facts.push_back(*crate.flags.symbol_mangling + " symbols");
    if (!facts.empty()) line("compiled with", fmt::format("{}", fmt::join(facts, ", ")));
    if (crate.dependencies) dependencies(*crate.dependencies);
    if (artifact_.native_libraries) native_libraries(*artifact_.native_libraries);
  }

  void native_libraries(const std::vector<NativeLibrary>& all) {
    if (all.empty()) return;
    line("native libs", fmt::format("{}", all.size()));
    std::size_t width = 0;
    for (const auto& library : all) width = std::max(width, printable(name_text(library.name)).size());
    for (const auto& library : all) {
      std::string facts;
      if (library.kind != NativeLibrary::Kind::unspecified) facts += fmt::format("  {}", name_of(library.kind));
      if (!library.modifiers.empty()) facts += "  " + library.modifiers;
      if (library.filename) facts += fmt::format("  packed as {}", printable(*library.filename));
      if (library.imports > 0) facts += fmt::format("  {} imports", library.imports);
      if (library.cfg) facts += fmt::format("  if cfg({})", printable(*library.cfg));
      const auto name = printable(name_text(library.name));
      out_ += fmt::format("    {:<{}}{}\n", name, facts.empty() ? name.size() : width, facts);
    }
  }

  void dependencies(const Dependencies& all) {
    line("dependencies", all.empty() ? "none" : fmt::format("{}", all.size()));
    std::size_t width = 0;
    for (const auto& dependency : all) width = std::max(width, full_name(dependency).size());
    for (const auto& dependency : all) {
      out_ += fmt::format("    {:<{}}  {}", full_name(dependency), width, printable(dependency.svh));
      if (dependency.host_svh) out_ += fmt::format("  host {}", printable(*dependency.host_svh));
      if (dependency.kind != DependencyKind::unconditional) out_ += fmt::format("  {}", name_of(dependency.kind));
      if (dependency.is_private.value_or(false)) out_ += "  private";
      out_ += '\n';
    }
  }

  // A name from the table of the compiler is marked: it does not stand in the file.
  std::string name_text(const CrateName& name) {
    if (name.source != CrateName::Source::rustc_table) return display_name(name);
    has_marked_ = true;
    return display_name(name) + "~";
  }
  std::string full_name(const Dependency& dependency) {
    return printable(name_text(dependency.name) + dependency.extra_filename);
  }

  void elf(const ElfFacts& elf) {
    line("elf", fmt::format("{}-bit {}-endian {}, type {}", elf.elf_class, elf.little_endian ? "little" : "big",
                            elf_machine_name(elf.e_machine), elf_type_name(elf.e_type)));
    if (elf.soname) line("soname", *elf.soname);
    if (!elf.needed.empty()) line("needed", fmt::format("{}", fmt::join(elf.needed, " ")));
    if (const auto versions = newest_versions(elf); !versions.empty())
      line("needs", fmt::format("{}", fmt::join(versions, ", ")));
    if (elf.build_id) line("build id", *elf.build_id);
  }

  void proc_macro(const ProcMacroFacts& facts) {
    line("decls symbol", facts.decls_symbol.value_or("not found"));
    line(".rustc section", name_of(facts.rustc_section));
  }

  void members() {
    if (!artifact_.members) return;
    line("members", fmt::format("{}", artifact_.members->size()));
    for (const auto& member : *artifact_.members)
      out_ +=
          fmt::format("    {:>10}  {:<9}  {:<8}  {}\n", member.size, member.language ? name_of(*member.language) : "",
                      member.role ? name_of(*member.role) : "", printable(member.name));
  }

  const Artifact& artifact_;
  std::string out_;
  bool has_marked_ = false;
};

}  // namespace

std::string artifact_text(const Artifact& artifact) { return Text(artifact).write(); }

}  // namespace rartifacts
