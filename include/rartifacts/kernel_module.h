// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

/// The signature at the end of a module, as far as its form goes: nobody's key is asked.
struct ModuleSignature {
  enum class State { absent, well_formed, malformed } state = State::absent;
  std::uint32_t size = 0;  ///< bytes of the PKCS#7 message
  std::string why;         ///< what is malformed
};

/// What a Linux module says of itself.
struct ModuleFacts {
  std::vector<std::pair<std::string, std::string>> modinfo;  ///< every `tag=value` of .modinfo, in order
  ModuleSignature signature;
  bool has_btf = false;                   ///< .BTF: types, for BPF
  std::optional<std::uint64_t> versions;  ///< entries of __versions: checksums of symbols with names up to 55 bytes
  std::optional<std::uint64_t> extended_versions;  ///< entries of __version_ext_crcs, since Linux 6.14; any length

  std::string checksums;  ///< of both: `0xCRC<tab>NAME` lines, as Module.symvers starts them

  /// The first value of a tag: `name`, `vermagic`, `license`, `srcversion`.
  std::optional<std::string> value(std::string_view tag) const;
  /// Modules it needs: the parts of `depends`.
  std::vector<std::string> depends() const;
  /// Namespaces of symbols it uses (`import_ns`).
  std::vector<std::string> import_namespaces() const;
};

/// Reads the sections of a .ko and its end. Errors: `truncated`, `malformed`.
/// Defined by: Linux include/linux/moduleparam.h, include/uapi/linux/module_signature.h, kernel/module/version.c.
Result<ModuleFacts> read_module(View file);

/// Whether the module has C of its own, besides what Kbuild adds to each. Nothing: its symbol table was stripped.
Result<std::optional<bool>> has_own_c(View file);
/// Whether an ELF file has a section of machine code that is not empty.
Result<bool> has_machine_code(View file);

}  // namespace rartifacts
#pragma GCC visibility pop
