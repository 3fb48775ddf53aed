// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <string>

namespace rartifacts {

/// Whether a WebAssembly module exports `_start`, where a program begins. Errors: `truncated`, `malformed`.
Result<bool> exports_start(View wasm);
/// The DLL that a member of an import library names; empty when it is damaged.
std::string imported_dll(View member);
/// `x86_64`, `arm64`, `arm64e` as lipo(1) calls them; `cputype 7` without a row in our table.
std::string macho_machine_name(std::uint32_t cputype, std::uint32_t cpusubtype);

}  // namespace rartifacts
