// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The reader module for Mach-O and PE libraries. LIEF throws on bad input, writes to standard error, and takes 2 ms to load:
// all of that ends here.
#include <LIEF/LIEF.hpp>
#include <cstring>
#include <vector>

#include "modules/foreign_library.h"
#include "modules/load.h"

RARTIFACTS_MODULE;

namespace {

bool is_pe(const std::vector<std::uint8_t>& bytes) { return bytes.size() >= 2 && bytes[0] == 'M' && bytes[1] == 'Z'; }

bool give_pe(const std::vector<std::uint8_t>& bytes, rartifacts_take_name* take, void* context) {
  const auto binary = LIEF::PE::Parser::parse(bytes);
  if (!binary) return false;
  if (!binary->has_exports()) return true;
  for (const auto& entry : binary->get_export().entries()) take(context, entry.name().data(), entry.name().size());
  return true;
}

bool is_exported(const LIEF::MachO::Symbol& symbol) {
  constexpr unsigned kStab = 0xe0;      // N_STAB
  constexpr unsigned kType = 0x0e;      // N_TYPE; 0 is N_UNDF
  constexpr unsigned kExternal = 0x01;  // N_EXT
  const unsigned type = symbol.type();
  return symbol.has_export_info() || ((type & kStab) == 0 && (type & kType) != 0 && (type & kExternal) != 0);
}

// The symbol table has all names unless somebody stripped it. What the dynamic linker has takes ten times as long to read.
bool give_macho(const std::vector<std::uint8_t>& bytes, rartifacts_take_name* take, void* context) {
  bool has_given = false;
  for (const auto& config : {LIEF::MachO::ParserConfig::quick(), LIEF::MachO::ParserConfig::deep()}) {
    if (has_given) break;
    const auto binaries = LIEF::MachO::Parser::parse(bytes, "", config);
    if (!binaries || binaries->size() == 0) return false;
    for (const auto& symbol : binaries->at(0).symbols()) {
      if (!is_exported(symbol)) continue;
      take(context, symbol.name().data(), symbol.name().size());
      has_given = true;
    }
  }
  return true;
}

}  // namespace

RARTIFACTS_EXPORT rartifacts_read_exports rartifacts_read_exports_v1;

int rartifacts_read_exports_v1(const std::uint8_t* bytes, std::size_t size, rartifacts_take_name* take, void* context) {
  try {
    LIEF::Logger::disable();
    const std::vector<std::uint8_t> copy(bytes, bytes + size);
    return (is_pe(copy) ? give_pe(copy, take, context) : give_macho(copy, take, context)) ? 0 : -1;
  } catch (...) {
    return -1;
  }
}
