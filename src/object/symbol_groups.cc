// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Who provides a symbol?
// ======================
//
// A linker asks by name alone, so the name is what there is to go by:
//
//     a Rust name          its crate
//     __rust_alloc …       what rustc makes itself when it links a program: the allocator's shims and the lang items. Since 1.86
//                          they are mangled as items of a crate `__rustc`
//     __udivti3 …          what compilers call where the machine has no instruction: compiler-builtins, or libgcc. An operation and
//                          the modes it works on, as GCC names them: `ti` 128-bit integer, `df` 64-bit floating point …
//     memcpy …             what compilers call for copying; every kernel has its own
#include <rartifacts/link.h>
#include <rartifacts/object.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace rartifacts {

// clang-format off
const std::array<SymbolGroupRow, 9> symbol_group_table{{
    {SymbolGroup::core,     "core",     "Rust's core library"},
    {SymbolGroup::alloc,    "alloc",    "Rust's alloc library"},
    {SymbolGroup::std,      "std",      "Rust's std library"},
    {SymbolGroup::runtime,  "runtime",  "lang items and the shims of the allocator"},
    {SymbolGroup::builtins, "builtins", "compiler-builtins or libgcc"},
    {SymbolGroup::memory,   "memory",   "memcpy and what else compilers call by themselves"},
    {SymbolGroup::kernel,   "kernel",   "exported by the kernel, in C"},
    {SymbolGroup::crates,   "crates",   "other crates"},
    {SymbolGroup::other,    "other",    "everything else"},
}};
// clang-format on

namespace {

constexpr std::array<std::string_view, 6> kMemory{"memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen"};
constexpr std::array<std::string_view, 3> kRuntimePrefixes{"__rust_", "__rdl_", "__rg_"};
constexpr std::array<std::string_view, 6> kRuntime{"rust_begin_unwind", "rust_eh_personality",   "rust_panic",
                                                   "rust_oom",          "rust_eh_unwind_resume", "rust_panic_fmt"};
constexpr std::array<std::string_view, 3> kBuiltinPrefixes{"__aeabi_", "__aarch64_", "_Unwind_"};
// Of these those that end in a number of bytes, and few others: __sync_dirty_buffer is Linux's own.
constexpr std::array<std::string_view, 2> kAtomicPrefixes{"__sync_", "__atomic_"};
constexpr std::array<std::string_view, 5> kAtomicSizes{"_1", "_2", "_4", "_8", "_16"};
constexpr std::array<std::string_view, 6> kAtomicOfAnySize{"__atomic_load",         "__atomic_store",
                                                           "__atomic_exchange",     "__atomic_compare_exchange",
                                                           "__atomic_is_lock_free", "__sync_synchronize"};
constexpr std::array<std::string_view, 42> kOperations{
    "ashl",  "ashr",  "lshr",   "mul",     "div",    "udiv",  "mod",     "umod",   "cmp",  "ucmp",   "neg",
    "negv",  "addv",  "subv",   "mulv",    "mulo",   "absv",  "clz",     "ctz",    "ffs",  "parity", "popcount",
    "clrsb", "bswap", "divmod", "udivmod", "add",    "sub",   "eq",      "ne",     "lt",   "le",     "gt",
    "ge",    "unord", "powi",   "fix",     "fixuns", "float", "floatun", "extend", "trunc"};
constexpr std::array<std::string_view, 5> kIntegerModes{"qi", "hi", "si", "di", "ti"};
constexpr std::array<std::string_view, 10> kFloatModes{"hf", "bf", "sf", "df", "xf", "tf", "sc", "dc", "xc", "tc"};

template <class Table>
bool contains(const Table& table, std::string_view text) {
  return std::ranges::find(table, text) != table.end();
}
template <class Table>
bool has_prefix_of(const Table& table, std::string_view text) {
  return std::ranges::any_of(table, [&](auto prefix) { return text.starts_with(prefix); });
}

// `__sync_fetch_and_add_4`, `__atomic_load_8`.
bool is_atomic(std::string_view name) {
  const auto ends_name = [&](auto size) { return name.ends_with(size); };
  return contains(kAtomicOfAnySize, name) ||
         (has_prefix_of(kAtomicPrefixes, name) && std::ranges::any_of(kAtomicSizes, ends_name));
}

// `__udivti3`: two underscores, an operation, one or two modes, perhaps the number of operands.
struct Builtin {
  bool is_one = false;
  bool is_float = false;
};
Builtin builtin(std::string_view name) {
  if (!name.starts_with("__")) return {};
  for (const auto operation : kOperations) {
    auto rest = name.substr(2);
    if (!rest.starts_with(operation)) continue;
    rest.remove_prefix(operation.size());
    if (!rest.empty() && rest.back() >= '2' && rest.back() <= '4') rest.remove_suffix(1);
    Builtin found{rest.size() == 2 || rest.size() == 4, false};
    for (; rest.size() >= 2; rest.remove_prefix(2)) {
      const bool is_float = contains(kFloatModes, rest.substr(0, 2));
      found.is_float |= is_float;
      found.is_one &= is_float || contains(kIntegerModes, rest.substr(0, 2));
    }
    if (found.is_one) return found;
  }
  return {};
}

SymbolGroup group_of_crate(std::string_view crate) {
  if (crate == "core") return SymbolGroup::core;
  if (crate == "alloc") return SymbolGroup::alloc;
  if (crate == "std") return SymbolGroup::std;
  if (crate == "__rustc") return SymbolGroup::runtime;
  if (crate == "compiler_builtins") return SymbolGroup::builtins;
  return SymbolGroup::crates;
}

SymbolGroup group_of_name(std::string_view name) {
  // Kbuild gives core the kernel's own routines under other names: __rust__udivti3.
  if (name.starts_with("__rust__")) name.remove_prefix(6);
  if (contains(kMemory, name)) return SymbolGroup::memory;
  if (contains(kRuntime, name) || has_prefix_of(kRuntimePrefixes, name)) return SymbolGroup::runtime;
  if (has_prefix_of(kBuiltinPrefixes, name) || is_atomic(name) || builtin(name).is_one) return SymbolGroup::builtins;
  return SymbolGroup::other;
}

}  // namespace

bool is_float_routine(std::string_view name) {
  // Of the ABI for ARM: __aeabi_dadd, __aeabi_f2iz, __aeabi_ui2d, __aeabi_cdcmple.
  constexpr std::string_view kArm = "__aeabi_";
  if (!name.starts_with(kArm)) return builtin(name).is_float;
  constexpr std::array<std::string_view, 4> kOfFloat{"f", "d", "cf", "cd"};
  return has_prefix_of(kOfFloat, name.substr(kArm.size())) || name.ends_with("2f") || name.ends_with("2d");
}

UndefinedSymbol group_symbol(std::string_view name, const ExportTable* exports) {
  UndefinedSymbol symbol{.name = std::string(name)};
  symbol.is_exported = exports && exports->find(name);
  if (auto rust = demangle(name)) {
    symbol.group = rust->crate ? group_of_crate(*rust->crate) : SymbolGroup::crates;
    symbol.demangled = std::move(rust->text);
    symbol.crate = std::move(rust->crate);
  } else {
    symbol.group = group_of_name(name);
    if (symbol.group == SymbolGroup::other && symbol.is_exported) symbol.group = SymbolGroup::kernel;
  }
  return symbol;
}

SymbolSummary summarized(const std::vector<std::string_view>& names) {
  SymbolSummary summary;
  std::vector<std::string_view> of_compiler;
  for (const auto name : names) {
    const auto symbol = group_symbol(name);
    if (symbol.demangled) {
      ++summary.rust_symbols;
      ++summary.rust[symbol.crate.value_or("")];
    } else {
      // What begins with two underscores, C leaves to the compiler and its library.
      const bool is_made_up = name.starts_with("__") || name.starts_with("DW.ref.") || name.find(".llvm.") != name.npos;
      (symbol.group == SymbolGroup::other && !is_made_up ? summary.c : of_compiler).push_back(name);
    }
  }
  summary.own = summary.c.size();
  summary.c.insert(summary.c.end(), of_compiler.begin(), of_compiler.end());
  return summary;
}

// CRC, name, where it is from, how it is exported, namespace: with tabs between them (Documentation/kbuild/modules.rst).
ExportTable::ExportTable(std::string_view symvers) : text_(symvers.begin(), symvers.end()) {
  std::vector<ExportedSymbol> lines;
  // Most names are told apart by their first eight bytes, which are compared at once.
  struct Place {
    std::uint64_t begins;
    std::size_t line;
  };
  std::vector<Place> places;
  constexpr std::size_t kUsualLine = 60;
  lines.reserve(text_.size() / kUsualLine);
  places.reserve(text_.size() / kUsualLine);
  for (std::string_view text(text_.data(), text_.size()); !text.empty();) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with("0x") || line.find('\t') == line.npos) continue;
    const auto field = [&] {
      const auto found = line.substr(0, line.find('\t'));
      line.remove_prefix(std::min(line.size(), found.size() + 1));
      return found;
    };
    ExportedSymbol symbol;
    const auto crc = field().substr(2);
    std::from_chars(crc.data(), crc.data() + crc.size(), symbol.crc, 16);
    symbol.name = field();
    symbol.provider = field();
    field();
    symbol.name_space = field();
    std::array<std::uint8_t, 8> begin{};
    std::memcpy(begin.data(), symbol.name.data(), std::min(begin.size(), symbol.name.size()));
    places.push_back({load_be(begin, 0, begin.size()), lines.size()});
    lines.push_back(symbol);
  }
  std::ranges::sort(places, [&](const Place& one, const Place& other) {
    if (one.begins != other.begins) return one.begins < other.begins;
    const auto order = lines[one.line].name.compare(lines[other.line].name);
    return order != 0 ? order < 0 : one.line < other.line;
  });
  symbols_.reserve(places.size());
  for (const auto& place : places) {
    const auto& symbol = lines[place.line];
    if (!symbols_.empty() && symbols_.back().name == symbol.name) symbols_.back() = symbol;
    else symbols_.push_back(symbol);
  }
}

const ExportedSymbol* ExportTable::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(symbols_, name, {}, &ExportedSymbol::name);
  return found != symbols_.end() && found->name == name ? &*found : nullptr;
}

}  // namespace rartifacts
