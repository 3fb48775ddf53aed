// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Who compiled this object?
// =========================
//
// `.comment` is the compilers' own signature: "rustc version 1.96.0 (…)" since rustc 1.75, "GCC: (…)", "clang version …".
// Older rustc left none, and distributions strip it. What remains then is the symbol table: mangled Rust names, or the
// name of the codegen unit as STT_FILE (`nocore.5gng39lh-cgu.0`). Names of Rust beside a comment of GCC alone are an old
// rustc, linked with C. Last, debug information names language and compiler of each source file; assemblers write nothing
// else, and Fortran of GCC is signed like C. Without any of these the answer is that we do not know.
//
// Linked files are often stripped of all that. What then remains of Rust are the places of its panics (panic_locations.cc). To look
// for them costs a pass over all constants, so it is done where Rust can be: code that unwinds has tables for it,
// `.gcc_except_table`, and what has them from C++ alone asks for the personality routine of C++ and walks no stack itself.
//
// WebAssembly has a section `producers` of its own, COFF and Mach-O have their symbol tables.
#include <rartifacts/object.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "bytes/size_limits.h"
#include "container/elf_file.h"
#include "container/sections.h"
#include "container/symbols.h"
#include "metadata/layout.h"
#include "object/bitcode.h"
#include "object/crate_list.h"
#include "object/dwarf.h"
#include "object/panic_locations.h"

namespace rartifacts {
namespace {

constexpr std::string_view kRustc = "rustc version ";
constexpr std::size_t kMostEvidence = 256;  ///< bytes that are kept of a text

/// Constants of so many bytes are looked through in any case.
constexpr std::uint64_t kFewConstants = std::uint64_t{32} << 10;

// What was found in a file, each by itself.
struct CompilerTraces {
  bool rust = false;
  bool c = false;
  bool assembler = false;
  bool gcc = false;                  ///< signed by GCC, whose every compiler signs alike
  bool other_language = false;       ///< of which GCC has a compiler too: Fortran, Ada …
  std::optional<std::string> rustc;  ///< the signature of rustc
  std::optional<std::string> other;  ///< the first one of another compiler
  ObjectFacts facts;

  bool has(RustTrace trace) const {
    return std::ranges::find(facts.traces, trace, &FoundTrace::trace) != facts.traces.end();
  }
  void found(RustTrace trace, std::string_view evidence) {
    rust |= row_of(trace).is_proof;
    if (!has(trace)) facts.traces.push_back({trace, std::string(evidence.substr(0, kMostEvidence))});
  }

  std::optional<Language> language() const {
    const bool has_c = c || (gcc && !other_language);
    if (rust) return has_c ? Language::mixed : Language::rust;
    if (has_c) return Language::c;
    return assembler ? std::optional(Language::assembler) : std::nullopt;
  }
  std::optional<std::string> producer() const { return rustc || language() == Language::rust ? rustc : other; }
};

Result<void> read_comment(const ElfFile& elf, CompilerTraces& evidence) {
  auto section = elf.find(".comment");
  if (!section || !*section) return {};
  auto content = elf.content(**section);
  if (!content) return pass(content);
  auto rest = as_text(content->first(std::min<std::size_t>(content->size(), 64 * 1024)));
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.starts_with(kRustc)) {
      if (!evidence.rustc) evidence.rustc = line;
      evidence.found(RustTrace::signature, line);
    } else if (const bool is_gcc = line.starts_with("GCC: "); is_gcc || line.find("clang version ") != line.npos) {
      if (!evidence.other) evidence.other = line;
      (is_gcc ? evidence.gcc : evidence.c) = true;
    }
  }
  return {};
}

// `clang LLVM (rustc version 1.63.0 (…))` is how rustc signs here.
std::string plain_producer(std::string text) {
  const auto at = text.find(kRustc);
  if (at == text.npos || at == 0) return text;
  text.erase(0, at);
  if (text.ends_with(')')) text.pop_back();
  return text;
}

// What cannot be read there is no evidence.
void read_debug_information(const ElfFile& elf, CompilerTraces& evidence) {
  auto units = read_compile_units(elf);
  if (!units) return;
  for (auto& unit : *units) {
    const bool is_rust = unit.language == kDwarfRust;
    const bool is_c = is_dwarf_c(unit.language);
    const bool is_assembler = unit.language == kDwarfMipsAssembler || unit.language == kDwarfAssembly;
    if (is_rust) evidence.found(RustTrace::debug_info, unit.producer);
    evidence.c |= is_c;
    evidence.assembler |= is_assembler;
    evidence.other_language |= unit.language != 0 && !is_rust && !is_c && !is_assembler;
    auto& producer = is_rust ? evidence.rustc : evidence.other;
    if (!producer && !unit.producer.empty()) producer = plain_producer(std::move(unit.producer));
  }
}

bool is_codegen_unit(std::string_view file_symbol) {
  const auto last = file_symbol.find_last_not_of("0123456789");
  return last != file_symbol.npos && last + 1 < file_symbol.size() &&
         file_symbol.substr(0, last + 1).ends_with("-cgu.");
}

constexpr std::array<std::string_view, 3> kPersonality{"rust_eh_personality", "rust_begin_unwind", "rust_panic"};

// What a symbol tells. Only in an object that is not linked yet does C ask for names of Rust: the kernel exports them so.
void take_symbol(std::string_view name, bool is_defined, bool is_linked, CompilerTraces& evidence) {
  if (name.starts_with("__rust_")) evidence.found(RustTrace::shims, name);
  else if (std::ranges::find(kPersonality, name) != kPersonality.end()) evidence.found(RustTrace::personality, name);
  else if (is_defined && is_rust_mangled(name)) evidence.found(RustTrace::symbols, name);
  else if (is_linked && !is_defined && is_rust_mangled(name)) evidence.found(RustTrace::imports, name);
}

Result<void> read_symbol_names(const ElfFile& elf, GElf_Word table_type, CompilerTraces& evidence) {
  auto table = elf.symbol_table(table_type);
  if (!table) return pass(table);
  if (!*table) return {};
  // One pass over the names decides for nearly every C object.
  const auto contains = [&](std::string_view text) { return string_table_contains((*table)->strings, text); };
  // Names that C can define too prove nothing, and of what a compiler of C has signed they are not asked for.
  const bool is_signed = evidence.other.has_value();
  if (!contains("17h") && !contains("_R") && !contains("-cgu.") && (is_signed || !contains("rust_"))) return {};
  (*table)->count = std::min<std::uint64_t>((*table)->count, size_limits::symbols.most);
  const bool is_linked = elf.header().e_type != ET_REL;
  return elf.for_each_symbol(**table, [&](const GElf_Sym& symbol, std::string_view name) {
    if (GELF_ST_TYPE(symbol.st_info) != STT_FILE) take_symbol(name, symbol.st_shndx != SHN_UNDEF, is_linked, evidence);
    else if (is_codegen_unit(name)) evidence.found(RustTrace::codegen_unit, name);
    return !evidence.rust;
  });
}

// Whether a linked ELF file can hold places of panics, by what is cheap to know.
bool may_hold_panics(const ElfFile& elf) {
  if (elf.header().e_type == ET_REL) return false;
  if (elf.section_count() == 0) return true;
  bool has_tables = false;
  std::uint64_t constants = 0;
  Bytes imports;
  for (std::size_t i = 1; i < elf.section_count(); ++i) {
    const auto section = elf.section(i);
    if (!section) return false;
    const auto name = elf.section_name(*section).value_or("");
    has_tables |= name.starts_with(".gcc_except_table") || name.starts_with(".ARM.extab");
    if (name.starts_with(".rodata")) constants += section->sh_size;
    if (section->sh_type != SHT_DYNSYM) continue;
    if (const auto link = elf.section(section->sh_link))
      if (const auto content = elf.content(*link)) imports = *content;
  }
  if (constants <= kFewConstants) return true;
  if (!has_tables) return false;
  return !string_table_contains(imports, "__gxx_personality_v0") || string_table_contains(imports, "_Unwind_GetIP") ||
         string_table_contains(imports, "_Unwind_Backtrace");
}

void read_panics(View file, CompilerTraces& evidence) {
  auto locations = find_panic_locations(file);
  // What cannot be read there is no evidence. A file in a package can be too large to be kept: that has to be said.
  if (!locations && locations.error().kind == ErrorKind::too_large) evidence.facts.unsearched = locations.error().what;
  if (!locations) return;
  if (locations->is_partial) evidence.facts.unsearched = "some of its parts are too large to search";
  if (locations->proven) evidence.found(RustTrace::panic_locations, *locations->proven);
  else if (locations->mentioned) evidence.found(RustTrace::paths, *locations->mentioned);
  if (!evidence.rust || evidence.rustc) return;
  if (locations->commit) {
    evidence.facts.rustc = "rustc of commit " + *locations->commit;
    if (const auto known = rustc_of_commit(*locations->commit)) evidence.facts.rustc = *known;
    evidence.facts.rustc_from = fmt::format("the paths /rustc/{}/ in it", *locations->commit);
  } else if (locations->release) {
    evidence.facts.rustc = "rustc " + *locations->release;
    evidence.facts.rustc_from =
        fmt::format("the paths …/rustc-{}…/ in it: a distribution's build", *locations->release);
  }
}

void read_listed_crates(View file, CompilerTraces& evidence) {
  auto crates = read_crate_list(file);
  if (!crates || !*crates) return;
  evidence.found(RustTrace::crate_list, fmt::format(".dep-v0: {} crates", (*crates)->size()));
  evidence.facts.crates = std::move(**crates);
}

// WebAssembly, tool-conventions ProducersSection.md: fields of a name and values with versions.
Result<void> read_wasm_producers(View file, CompilerTraces& evidence) {
  auto section = find_section(file, "producers");
  if (!section) return pass(section);
  if (!*section) return {};
  Cursor cursor(**section, 0);
  const auto text = [&] { return as_text(cursor.raw(cursor.leb128(32))).substr(0, kMostEvidence); };
  for (auto fields = cursor.leb128(32); fields > 0 && cursor.ok(); --fields) {
    const auto field = text();
    for (auto values = cursor.leb128(32); values > 0 && cursor.ok(); --values) {
      const auto name = text();
      const auto version = text();
      if (field == "language") {
        if (name == "Rust") evidence.found(RustTrace::signature, "producers: language Rust");
        evidence.c |= name.starts_with("C_plus_plus") ||
                      (name.starts_with("C") && name.find_first_not_of("0123456789", 1) == name.npos);
      } else if (field == "processed-by" && name == "rustc") {
        evidence.rustc = fmt::format("{}{}", kRustc, version);
        evidence.found(RustTrace::signature, *evidence.rustc);
      } else if (field == "processed-by" && !evidence.other) {
        evidence.other = fmt::format("{} {}", name, version);
      }
    }
  }
  return {};
}

Result<ObjectFacts> finished(CompilerTraces& evidence) {
  auto facts = std::move(evidence.facts);
  facts.language = evidence.language();
  facts.producer = evidence.producer();
  if (evidence.rustc && evidence.rustc->starts_with(kRustc)) {
    facts.rustc = "rustc " + evidence.rustc->substr(kRustc.size());
    facts.rustc_from = "the signature of the compiler in it";
  }
  return facts;
}

Result<ObjectFacts> read_foreign_object(View object, ObjectFormat format) {
  CompilerTraces evidence;
  if (format == ObjectFormat::coff_import) return ObjectFacts{};
  if (format == ObjectFormat::bitcode) {
    auto traces = read_bitcode(object);
    if (!traces) return pass(traces);
    if (traces->signature) evidence.found(RustTrace::signature, *traces->signature);
    if (traces->symbol) evidence.found(RustTrace::symbols, *traces->symbol);
    evidence.rustc = traces->signature;
    return finished(evidence);
  }
  if (format == ObjectFormat::wasm) {
    if (auto read = read_wasm_producers(object, evidence); !read) return pass(read);
    // A module that is signed tells enough, and one that is still to be linked has its constants elsewhere.
    if (!evidence.rust && !evidence.other) {
      auto linking = find_section(object, "linking");
      if (linking && !*linking) read_panics(object, evidence);
    }
    return finished(evidence);
  }
  View thin = object;
  if (format == ObjectFormat::macho_fat) {
    auto slice = first_macho_slice(object);
    if (!slice) return pass(slice);
    thin = *slice;
  }
  const bool is_linked = format == ObjectFormat::pe || format == ObjectFormat::macho_fat ||
                         (format == ObjectFormat::macho && is_linked_macho(thin));
  auto walked = for_each_foreign_symbol(thin, [&](const ForeignSymbol& symbol) {
    if (!symbol.is_file) take_symbol(symbol.name, symbol.is_defined, is_linked, evidence);
    else if (is_codegen_unit(symbol.name)) evidence.found(RustTrace::codegen_unit, symbol.name);
    return !evidence.rust;
  });
  if (!walked) return pass(walked);
  if (is_linked) {
    read_listed_crates(thin, evidence);
    read_panics(thin, evidence);
  }
  return finished(evidence);
}

}  // namespace

const std::array<RustTraceRow, 10> rust_trace_table{{
    {RustTrace::signature, "signature", true, "rustc signed it"},
    {RustTrace::debug_info, "debug-info", true, "its debug information names Rust as a language of its sources"},
    {RustTrace::symbols, "symbols", true, "it has code under a name that rustc mangled"},
    {RustTrace::codegen_unit, "codegen-unit", true, "it names a codegen unit of rustc as its source"},
    {RustTrace::imports, "imports", true, "it is linked against code under a name that rustc mangled"},
    {RustTrace::panic_locations, "panic-locations", true, "it can panic in Rust's library, and says where"},
    {RustTrace::crate_list, "crate-list", true, "cargo-auditable wrote down the crates it was built of"},
    {RustTrace::paths, "paths", false, "it names a source file of Rust's library: a C file can hold such a text"},
    {RustTrace::personality, "personality", false, "it has or needs Rust's unwinding: C can define such a name"},
    {RustTrace::shims, "shims", false, "it has or needs shims of Rust's allocator: C can define such a name"},
}};

const RustTraceRow& row_of(RustTrace trace) { return rust_trace_table[static_cast<std::size_t>(trace)]; }

Result<ObjectFacts> read_object(View object) {
  const auto format = object_format(object.head(64));
  if (!format) return ObjectFacts{};
  if (*format != ObjectFormat::elf) return read_foreign_object(object, *format);
  auto elf = ElfFile::open(object);
  if (!elf) return pass(elf);
  CompilerTraces evidence;
  if (auto read = read_comment(*elf, evidence); !read) return pass(read);
  for (const GElf_Word table : {GElf_Word{SHT_SYMTAB}, GElf_Word{SHT_DYNSYM}}) {
    if (evidence.rust) break;
    if (auto read = read_symbol_names(*elf, table, evidence); !read) return pass(read);
  }
  const bool is_signed = evidence.rust ? evidence.rustc.has_value() : evidence.other.has_value();
  const bool is_of_gcc_alone = evidence.gcc && !evidence.c && !evidence.rust;
  if (!is_signed || is_of_gcc_alone) read_debug_information(*elf, evidence);
  if (elf->header().e_type != ET_REL) {
    read_listed_crates(object, evidence);
    const bool is_told = evidence.rust && evidence.rustc;
    if (!is_told && may_hold_panics(*elf)) read_panics(object, evidence);
  }
  return finished(evidence);
}

}  // namespace rartifacts
