// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>

#include <string_view>

namespace rartifacts {

/// The address of `symbol` in the reader module `name`, one of the table in load.cc. The module is opened when it is first
/// asked for and stays open; any thread may ask. Errors: `io`, which says nothing of the file that is to be read, when the module is not installed, is of another
/// version of rartifacts, or does not load; the text says what to install.
Result<void*> load_module_symbol(std::string_view name, const char* symbol);

/// The same for a function, with its type from the module's interface header:
///
///     static const auto read = load_module<ReadExports>("lief", kReadExports);   // once
template <class Function>
Result<Function*> load_module(std::string_view name, const char* symbol) {
  auto address = load_module_symbol(name, symbol);
  if (!address) return pass(address);
  return reinterpret_cast<Function*>(*address);
}

/// Every module says with this symbol, a string, for which version of rartifacts it was built.
inline constexpr const char* kModuleVersionSymbol = "rartifacts_module_version";

}  // namespace rartifacts

/// Stands once in each module, and `RARTIFACTS_EXPORT` before each function of its interface.
#define RARTIFACTS_EXPORT extern "C" [[gnu::visibility("default")]]
#define RARTIFACTS_MODULE                                   \
  RARTIFACTS_EXPORT const char rartifacts_module_version[]; \
  const char rartifacts_module_version[] = RARTIFACTS_VERSION
