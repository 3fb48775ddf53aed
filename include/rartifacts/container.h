// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// Container formats of compiled code, told apart by their first bytes.
/// `coff_import` is no code: a member of an import library, which names one function of a DLL.
enum class ObjectFormat { elf, macho, macho_fat, pe, coff, coff_import, wasm, xcoff, bitcode };

/// The format whose magic `head` (the first 64 bytes or fewer) carries. COFF objects have no magic, only a machine number:
/// for them the header must make sense as a whole.
std::optional<ObjectFormat> object_format(Bytes head);

/// The content of the first section called `name` (`.rmeta`, `.rustc`; without the segment in Mach-O), or nothing when the
/// file has no such section. Any class and byte order. Errors: `truncated`, `malformed`.
/// Defined by: ELF gABI ch. 4; Mach-O <mach-o/loader.h>; PE/COFF specification; WebAssembly core 5.5; XCOFF <scnhdr.h>.
Result<std::optional<View>> find_section(View object, std::string_view name);

/// Names that a Mach-O (of a fat file: the first slice) or PE library exports and that start with one of `prefixes`, as C
/// spells them. Reads the whole file, by way of a
/// module that is opened when it is first needed. Errors: `unsupported` when that module is not installed, `too_large`,
/// `malformed`.
Result<std::vector<std::string>> foreign_exports(View file, const std::vector<std::string_view>& prefixes);

}  // namespace rartifacts
#pragma GCC visibility pop
