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

extern "C" const rartifacts_package_reader rartifacts_package_reader_v1;
extern "C" rartifacts_unpack rartifacts_unpack_v1;

namespace rartifacts {

Result<void*> load_module_symbol(std::string_view name, const char* symbol) {
  if (symbol == std::string_view(kPackageReader))
    return const_cast<void*>(static_cast<const void*>(&rartifacts_package_reader_v1));
  if (symbol == std::string_view(kUnpack)) return reinterpret_cast<void*>(&rartifacts_unpack_v1);
  return fail(ErrorKind::unsupported, "needs the reader module {}, which a static program does not have", name);
}

}  // namespace rartifacts
