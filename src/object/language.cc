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
#include <rartifacts/object.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "container/elf_file.h"
#include "object/dwarf.h"

namespace rartifacts {
namespace {

constexpr std::string_view kRustc = "rustc version ";

// What was found in a file, each by itself.
struct CompilerTraces {
  bool rust = false;
  bool c = false;
  bool assembler = false;
  bool gcc = false;                  ///< signed by GCC, whose every compiler signs alike
  bool other_language = false;       ///< of which GCC has a compiler too: Fortran, Ada …
  std::optional<std::string> rustc;  ///< the signature of rustc
  std::optional<std::string> other;  ///< the first one of another compiler

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
      evidence.rust = true;
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
    evidence.rust |= is_rust;
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

Result<bool> has_rust_symbols(const ElfFile& elf, GElf_Word table_type) {
  auto table = elf.find_type(table_type);
  if (!table) return pass(table);
  if (!*table) return false;
  auto link = elf.section((*table)->sh_link);
  if (!link) return pass(link);
  auto strings = elf.content(*link);
  if (!strings) return pass(strings);
  // One pass over the names decides for nearly every C object.
  const auto contains = [&](std::string_view text) { return string_table_contains(*strings, text); };
  if (!contains("17h") && !contains("_R") && !contains("-cgu.")) return false;
  const std::uint64_t entry = gelf_fsize(elf.elf(), ELF_T_SYM, 1, EV_CURRENT);
  const auto count = std::min<std::uint64_t>((*table)->sh_size / entry, kMaxSymbols);
  auto data = elf.translated((*table)->sh_offset, count * entry, ELF_T_SYM);
  if (!data) return pass(data);
  for (std::size_t i = 0; *data && i < count; ++i) {
    GElf_Sym symbol;
    if (!gelf_getsym(*data, static_cast<int>(i), &symbol)) break;
    const auto name = string_at(*strings, symbol.st_name);
    const bool is_file = GELF_ST_TYPE(symbol.st_info) == STT_FILE;
    if (is_file ? is_codegen_unit(name) : symbol.st_shndx != SHN_UNDEF && is_rust_mangled(name)) return true;
  }
  return false;
}

}  // namespace

Result<ObjectFacts> read_object(View object) {
  if (object_format(object.head(64)) != ObjectFormat::elf) return ObjectFacts{};
  auto elf = ElfFile::open(object);
  if (!elf) return pass(elf);
  CompilerTraces evidence;
  if (auto read = read_comment(*elf, evidence); !read) return pass(read);
  for (const GElf_Word table : {GElf_Word{SHT_SYMTAB}, GElf_Word{SHT_DYNSYM}}) {
    if (evidence.rust) break;
    auto found = has_rust_symbols(*elf, table);
    if (!found) return pass(found);
    evidence.rust = *found;
  }
  const bool is_signed = evidence.rust ? evidence.rustc.has_value() : evidence.other.has_value();
  const bool is_of_gcc_alone = evidence.gcc && !evidence.c && !evidence.rust;
  if (!is_signed || is_of_gcc_alone) read_debug_information(*elf, evidence);
  return ObjectFacts{evidence.language(), evidence.producer()};
}

}  // namespace rartifacts
