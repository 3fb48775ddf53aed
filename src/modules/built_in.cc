// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Reader modules of a static program
// ==================================
//
// A static program opens no shared objects. What the reader module for libarchive does is linked into it, and found by name here
// instead of in load.cc. LIEF is too large for that: what Mach-O and PE libraries export is not read.
#include <string_view>

#include "modules/load.h"
#include "modules/package_reader.h"
#include "modules/unpack.h"

extern "C" const rartifacts_package_reader rartifacts_package_reader_v2;
extern "C" const rartifacts_unpacker rartifacts_unpacker_v1;

namespace rartifacts {

Result<void*> load_module_symbol(std::string_view name, const char* symbol) {
  const auto address = [](const auto& reader) { return const_cast<void*>(static_cast<const void*>(&reader)); };
  if (symbol == std::string_view(kPackageReader)) return address(rartifacts_package_reader_v2);
  if (symbol == std::string_view(kUnpacker)) return address(rartifacts_unpacker_v1);
  return fail(ErrorKind::io, "needs the reader module {}, which a static program does not have", name);
}

}  // namespace rartifacts
