// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)

namespace rartifacts {

/// What can show that rustc made code in a file.
enum class RustTrace {
  signature,
  debug_info,
  symbols,
  codegen_unit,
  imports,
  panic_locations,
  crate_list,
  paths,
  personality,
  shims,
};

struct RustTraceRow {
  RustTrace trace;
  std::string_view name;
  bool is_proof;  ///< no other compiler leaves it; the others C can hold as well, and alone they decide nothing
  std::string_view shows;  ///< what it proves, or why it proves nothing
};
/// One row per trace, in the order of the enumerators.
extern const std::array<RustTraceRow, 10> rust_trace_table;
const RustTraceRow& row_of(RustTrace trace);

/// A trace, and where it was seen: the text itself, a symbol.
struct FoundTrace {
  RustTrace trace;
  std::string evidence;
};

/// A crate that `.dep-v0` lists: cargo-auditable writes there what a program was built of.
struct LinkedCrate {
  std::string name;
  std::string version;
  std::string source;  ///< `crates.io`, `git`, `local`, `registry`
};

}  // namespace rartifacts

#pragma GCC visibility pop
