// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/archive.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// Who provides a symbol, as far as its name tells.
enum class SymbolGroup { core, alloc, std, runtime, builtins, memory, kernel, crates, other };

struct SymbolGroupRow {
  SymbolGroup group;
  std::string_view name;
  std::string_view what;
};
/// One row per group, in the order of the enumerators.
extern const std::array<SymbolGroupRow, 9> symbol_group_table;

/// One line of Module.symvers. The texts are the table's.
struct ExportedSymbol {
  std::string_view name;
  std::uint32_t crc = 0;
  std::string_view provider;    ///< `vmlinux`, or the module
  std::string_view name_space;  ///< empty: none
};

/// What a kernel exports, as Module.symvers lists it: of a distribution's kernel 35,000 symbols, so they are views into one text.
class ExportTable {
 public:
  /// Of several lines about one symbol the last one counts; what is no such line counts for nothing.
  explicit ExportTable(std::string_view symvers);
  /// Null: it is not exported.
  const ExportedSymbol* find(std::string_view name) const;
  bool empty() const { return symbols_.empty(); }
  std::size_t size() const { return symbols_.size(); }
  /// By name.
  auto begin() const { return symbols_.begin(); }
  auto end() const { return symbols_.end(); }

  ExportTable(ExportTable&&) = default;
  ExportTable& operator=(ExportTable&&) = default;

 private:
  std::vector<char> text_;
  std::vector<ExportedSymbol> symbols_;
};

/// A symbol that an object needs and does not have.
struct UndefinedSymbol {
  std::string name;
  SymbolGroup group = SymbolGroup::other;
  std::optional<std::string> demangled;  ///< of a Rust name
  std::optional<std::string> crate;      ///< whose object has the code, where a Rust name tells
  bool is_weak = false;                  ///< a linker does without it
  bool is_exported = false;              ///< the kernel exports it, as far as that is known
  std::string member = {};               ///< of an archive: the first member that needs it
};

/// A global symbol that an object has.
struct DefinedSymbol {
  std::string name;
  std::string member;  ///< of an archive: the first member that has it
  bool is_weak = false;
};

/// What a file defines or exports: names of C apart, and how many symbols each crate has.
struct SymbolSummary {
  std::vector<std::string_view> c;          ///< those of the compiler's own library, and those that it made up, last
  std::size_t own = 0;                      ///< how many of them are not
  std::map<std::string, std::size_t> rust;  ///< by crate; empty: the name does not tell which
  std::size_t rust_symbols = 0;
};
/// The names must outlive the summary.
SymbolSummary summarized(const std::vector<std::string_view>& names);

/// Objects for one machine.
struct MachineUse {
  std::uint16_t e_machine = 0;
  int elf_class = 0;          ///< 32 or 64
  bool little_endian = true;  ///< EI_DATA
  std::uint64_t count = 0;
  std::string member;  ///< of an archive: the first one
};

/// Group, crate and text of `name`. `exports`: what the kernel exports, when that is known.
UndefinedSymbol group_symbol(std::string_view name, const ExportTable* exports = nullptr);

/// `__addsf3`: true for what compilers call to calculate with floating point where they may not use its registers.
bool is_float_routine(std::string_view name);

/// Relocations of one type in the sections that are loaded.
struct RelocationUse {
  std::uint16_t e_machine = 0;
  std::uint32_t type = 0;
  std::uint64_t count = 0;
  std::string section;      ///< of the first one
  std::string symbol;       ///< that the first one is about
  std::string member = {};  ///< of an archive: where the first one is
};

/// Source files of one compiler and language, from the debug information.
struct SourceGroup {
  std::string language;  ///< `Rust`, `C11`, `assembler`
  std::string producer;  ///< DW_AT_producer; GCC lists its options there
  std::uint64_t count = 0;
};

/// Objects whose functions pass floating point in its registers, as their e_flags say.
struct HardFloatUse {
  std::uint64_t count = 0;
  std::string_view width;  ///< of the first one: `single`, `double`, `quad`
  std::string member;      ///< of an archive: the first one
};

/// What a relocatable object, or all objects of an archive together, bring to a linker.
struct LinkFacts {
  std::uint16_t e_machine = 0;           ///< of the first object
  std::uint64_t objects = 0;             ///< ELF objects that were read
  std::uint64_t bitcode = 0;             ///< LLVM bitcode, or objects of GCC with nothing else for the linker than that
  std::uint64_t without_stack_note = 0;  ///< objects with code and without .note.GNU-stack
  std::uint64_t uses_vector_registers = 0;   ///< objects whose .note.gnu.property says that XMM registers are used
  HardFloatUse hard_float;                   ///< of riscv and loongarch
  std::vector<MachineUse> machines;          ///< in the order of the first objects
  std::vector<std::string> bitcode_members;  ///< of an archive: names of the first of `bitcode`
  bool exports_known = false;                ///< what the kernel exports is known, and `is_exported` says something
  std::vector<UndefinedSymbol> undefined;    ///< by group and name; in an archive what no other member defines
  std::vector<DefinedSymbol> defined;        ///< global symbols, by name
  std::vector<RelocationUse> relocations;    ///< by machine and type
  std::vector<SourceGroup> sources;
  std::optional<std::string> unread;  ///< of a thin archive the first member that could not be read, and why
  std::vector<std::string> notes;     ///< what could not be read, and why
};

/// Reads one object, or every object of an archive. Nothing: it is neither, or an ELF file that is linked already.
/// `open` is asked for the members of a thin archive, which are other files; those that it cannot open are in the notes.
/// Errors: `truncated`, `malformed`, `too_large`.
Result<std::optional<LinkFacts>> read_link_facts(View file, const ExportTable* exports, const OpenMember& open = {});

/// A library of the system that has what an object lacks, as GCC and glibc cut them.
struct SystemLibrary {
  std::string_view name;                  ///< `m`, what stands behind -l
  std::vector<std::string_view> symbols;  ///< why; they look into the LinkFacts
};
/// Those that undefined symbols name for certain; libc, which every C compiler links, is none of them.
std::vector<SystemLibrary> system_libraries(const LinkFacts& link);

/// `R_X86_64_GOTPCREL`, `R_AARCH64_ADR_GOT_PAGE`; the number for types without a name in our table.
std::string relocation_name(std::uint16_t e_machine, std::uint32_t type);
/// Whether the module loader of Linux knows a relocation type; nothing for a machine without a row.
std::optional<bool> is_module_relocation(std::uint16_t e_machine, std::uint32_t type);

}  // namespace rartifacts
#pragma GCC visibility pop
