// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/artifact.h>

#include <algorithm>

namespace rartifacts {

// clang-format off
const std::array<KindRow, 13> kind_table{{
    {Kind::rmeta,          "rmeta",          "crate metadata",                                               {".rmeta"}},
    {Kind::rlib,           "rlib",           "Rust library: archive of objects with crate metadata",        {".rlib"}},
    {Kind::proc_macro,     "proc-macro",     "shared library that rustc loads to expand macros",             {".so", ".dylib", ".dll"}},
    {Kind::dylib,          "dylib",          "Rust dynamic library with crate metadata",                     {".so", ".dylib", ".dll"}},
    {Kind::cdylib,         "cdylib",         "shared library with Rust code, without metadata",              {".so", ".dylib", ".dll"}},
    {Kind::staticlib,      "staticlib",      "archive with Rust objects, without metadata",                  {".a", ".lib"}},
    {Kind::archive,        "archive",        "archive without Rust in it",                                   {".a", ".lib"}},
    {Kind::object,         "object",         "relocatable object file",                                      {".o", ".obj"}},
    {Kind::kernel_module,  "kernel-module",  "Linux kernel module",                                          {".ko", ".ko.gz", ".ko.xz", ".ko.zst"}},
    {Kind::shared_library, "shared-library", "shared library without a trace of Rust",                       {".so", ".dylib", ".dll"}},
    {Kind::executable,     "executable",     "program",                                                      {".exe"}},
    {Kind::bitcode,        "bitcode",        "LLVM bitcode",                                                 {".bc"}},
    {Kind::auxiliary,      "auxiliary",      "text or bitcode file that a module build reads",               {}},
}};
// clang-format on

std::string_view name_of(Kind kind) { return kind_table[static_cast<std::size_t>(kind)].name; }

std::optional<Kind> kind_of(std::string_view name) {
  const auto* row = std::ranges::find(kind_table, name, &KindRow::name);
  return row == kind_table.end() ? std::nullopt : std::optional(row->kind);
}

std::string_view name_of(Side side) { return side == Side::host ? "host" : "target"; }

std::string_view name_of(MemberRole role) {
  constexpr std::array<std::string_view, 3> kNames{"rust", "bundled", "metadata"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string_view name_of(DependencyKind kind) {
  static constexpr std::string_view kNames[] = {"macros-only", "conditional", "unconditional"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name_of(PanicStrategy panic) {
  static constexpr std::string_view kNames[] = {"unwind", "abort", "immediate-abort"};
  return kNames[static_cast<std::size_t>(panic)];
}

std::string_view name_of(Language language) {
  static constexpr std::string_view kNames[] = {"rust", "c", "mixed", "assembler"};
  return kNames[static_cast<std::size_t>(language)];
}

std::string_view name_of(ProcMacroFacts::Section section) {
  static constexpr std::string_view kNames[] = {"present", "missing", "unreadable"};
  return kNames[static_cast<std::size_t>(section)];
}

// clang-format off
const std::array<CrateFlagRow, 10> crate_flag_table{{
    {"has_global_allocator",      &CrateFlags::has_global_allocator},
    {"has_alloc_error_handler",   &CrateFlags::has_alloc_error_handler},
    {"has_panic_handler",         &CrateFlags::has_panic_handler},
    {"has_default_lib_allocator", &CrateFlags::has_default_lib_allocator},
    {"compiler_builtins",         &CrateFlags::compiler_builtins},
    {"needs_allocator",           &CrateFlags::needs_allocator},
    {"needs_panic_runtime",       &CrateFlags::needs_panic_runtime},
    {"no_builtins",               &CrateFlags::no_builtins},
    {"panic_runtime",             &CrateFlags::panic_runtime},
    {"profiler_runtime",          &CrateFlags::profiler_runtime},
}};
// clang-format on

}  // namespace rartifacts
