// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/container.h>
#include <rartifacts/rust_traces.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// What made compiled code, as far as the traces of compilers in it tell.
enum class Language { rust, c, mixed, assembler };
struct ObjectFacts {
  std::optional<Language> language;       ///< nothing: no evidence
  std::optional<std::string> producer;    ///< `rustc version 1.96.0 (…)`, `GCC: (Debian 12.2.0-14) 12.2.0`
  std::vector<FoundTrace> traces = {};    ///< of rustc, each once
  std::optional<std::string> rustc = {};  ///< the compiler as far as traces name it: its version, its commit, or both
  std::string rustc_from = {};            ///< how `rustc` is known
  std::vector<LinkedCrate> crates = {};   ///< that the file itself lists
  std::string unsearched = {};            ///< why places of panics, which stripping leaves, could not be looked for
};

/// Looks for compilers' traces in an object, library or program of any format. What costs more is looked for where what costs
/// less has not told: signatures, symbol names, debug information, and in linked files places of panics.
Result<ObjectFacts> read_object(View object);

/// `_ZN…17h<16 hex>E` or a well-formed v0 name (`_R…`). `_RasMessage`, a C function of nf_conntrack_h323, is neither.
bool is_rust_mangled(std::string_view symbol);

/// A mangled name, written out.
struct RustName {
  std::string text;                  ///< `<core::fmt::Arguments>::new`, without hashes
  std::optional<std::string> crate;  ///< whose object has the code; nothing where a legacy name does not tell
};
/// Writes a name out as `c++filt` does. Nothing when `is_rust_mangled` says no, or when it is longer than any compiler's.
/// Defined by: rust-lang/rfcs 2603; rust-lang/rust compiler/rustc_symbol_mangling.
std::optional<RustName> demangle(std::string_view symbol);

}  // namespace rartifacts
#pragma GCC visibility pop
