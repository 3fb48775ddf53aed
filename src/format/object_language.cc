// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Who compiled this object?
// =========================
//
// `.comment` is the compilers' own signature: "rustc version 1.96.0 (…)" since rustc 1.75, "GCC: (…)", "clang version …".
// Older rustc left none, and distributions strip it. What remains then is the symbol table: mangled Rust names, or the
// name of the codegen unit as STT_FILE (`nocore.5gng39lh-cgu.0`). Without any of these the answer is that we do not know.
#include <algorithm>
#include <array>
#include <cstring>

#include "format/elf_file.h"

namespace rartifacts {
namespace {

constexpr std::string_view kRustc = "rustc version ";

Result<ObjectFacts> by_comment(const ElfFile& elf) {
  ObjectFacts facts;
  auto section = elf.find(".comment");
  if (!section || !*section) return facts;
  auto content = elf.content(**section);
  if (!content) return pass(content);
  bool rust = false;
  bool other = false;
  auto rest = as_text(content->first(std::min<std::size_t>(content->size(), 64 * 1024)));
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.starts_with(kRustc)) {
      if (!rust) facts.producer = std::string(line);
      rust = true;
    } else if (line.starts_with("GCC: ") || line.find("clang version ") != line.npos) {
      if (!facts.producer) facts.producer = std::string(line);
      other = true;
    }
  }
  if (rust || other) facts.language = rust && other ? Language::mixed : rust ? Language::rust : Language::c;
  return facts;
}

bool is_codegen_unit(std::string_view file_symbol) {
  const auto at = file_symbol.rfind("-cgu.");
  return at != file_symbol.npos && at + 5 < file_symbol.size() &&
         std::ranges::all_of(file_symbol.substr(at + 5), [](char c) { return c >= '0' && c <= '9'; });
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
  auto data = elf.translated((*table)->sh_offset, (*table)->sh_size, ELF_T_SYM);
  if (!data) return pass(data);
  const auto count = (*table)->sh_size / gelf_fsize(elf.elf(), ELF_T_SYM, 1, EV_CURRENT);
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
  auto facts = by_comment(*elf);
  if (!facts || facts->language) return facts;
  for (const GElf_Word table : {GElf_Word{SHT_SYMTAB}, GElf_Word{SHT_DYNSYM}}) {
    auto found = has_rust_symbols(*elf, table);
    if (!found) return pass(found);
    if (*found) facts->language = Language::rust;
  }
  return facts;
}

}  // namespace rartifacts
