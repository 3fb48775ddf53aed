// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Reader modules
// ==============
//
// LIEF takes longer to load than most of our runs take, and few runs need it. So what needs such a library stands in a shared
// object of its own, `NAME.so`, which is opened when the first file of its kind is met. A module is looked for in two places,
// both absolute, whatever the environment says:
//
//     modules/ beside the running program     a build directory, or a copy of one
//     LIBDIR/rartifacts/                      where it is installed
//
// The program may run as root, beside files of strangers, so only root and the user may have put a module where it is. That is asked
// of every folder on the way as it was opened (trusted_place.cc), and what is loaded is the file that was looked at: not what has
// its name by then.
#include "modules/load.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <mutex>
#include <optional>

#include "modules/trusted_place.h"

#if !defined RARTIFACTS_MODULE_DIR || !defined RARTIFACTS_VERSION
#error "the build defines RARTIFACTS_MODULE_DIR and RARTIFACTS_VERSION"
#endif

namespace rartifacts {
namespace {

struct ModuleRow {
  std::string_view name;
  std::string_view reads;
  std::string_view library;  ///< that the module is built with, and where Debian has it
};
constexpr std::array kModules{
    ModuleRow{"libarchive", "a package or a compressed module",
              "libarchive, liblzma and libzstd (Debian: libarchive-dev liblzma-dev libzstd-dev)"},
    ModuleRow{"lief", "what Mach-O and PE libraries export", "LIEF (Debian: liblief-dev)"},
};

std::string beside_the_program(const std::string& file_name) {
  std::string program(PATH_MAX, '\0');
  const auto length = readlink("/proc/self/exe", program.data(), program.size());
  if (length <= 0 || static_cast<std::size_t>(length) == program.size()) return {};
  program.resize(static_cast<std::size_t>(length));
  return program.substr(0, program.rfind('/')) + "/modules/" + file_name;
}

/// A module that may be loaded, and where it is.
struct FoundModule {
  TrustedFile file;
  std::string path;
};

Result<FoundModule> find_module(const ModuleRow& row) {
  const auto file_name = fmt::format("{}.so", row.name);
  const auto absent = fail(ErrorKind::io, "{} is read by a module that is not installed: build rartifacts with {}",
                           row.reads, row.library);
  std::optional<Error> refused;
  for (auto& path : {beside_the_program(file_name), fmt::format("{}/{}", RARTIFACTS_MODULE_DIR, file_name)}) {
    if (path.empty()) continue;
    auto file = open_trusted(path);
    if (file) return FoundModule{std::move(*file), path};
    if (file.error().kind != ErrorKind::changed && !refused) refused = file.error();
  }
  if (!refused) return absent;
  return fail(ErrorKind::io, "{} is read by a module that is not installed where it can be trusted: {}", row.reads,
              refused->what);
}

Result<void*> open_module(const ModuleRow& row) {
  auto found = find_module(row);
  if (!found) return pass(found);
  // dlopen(3) remembers names, so the number of the descriptor must not be given to another file.
  const int fd = found->file.release();
  void* module = dlopen(fmt::format("/proc/self/fd/{}", fd).c_str(), RTLD_NOW | RTLD_LOCAL);
  // Without /proc the name has to do: nobody else could have changed what it leads to.
  if (!module && access("/proc/self/fd", F_OK) != 0) module = dlopen(found->path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module) {
    const char* why = dlerror();
    return fail(ErrorKind::io, "a reader module does not load: {}: install {}", why ? why : found->path, row.library);
  }
  const auto* version = static_cast<const char*>(dlsym(module, kModuleVersionSymbol));
  if (!version || std::string_view(version) != RARTIFACTS_VERSION)
    return fail(ErrorKind::io, "module {} belongs to rartifacts {}: install the one of " RARTIFACTS_VERSION,
                found->path, version ? version : "of no known version");
  return module;
}

// Each is opened once, whether that works or not.
const Result<void*>& opened_module(const ModuleRow& row) {
  static std::mutex mutex;
  static std::array<std::optional<Result<void*>>, kModules.size()> opened;
  const std::lock_guard lock(mutex);
  auto& module = opened[static_cast<std::size_t>(&row - kModules.data())];
  if (!module) module = open_module(row);
  return *module;
}

}  // namespace

Result<void*> load_module_symbol(std::string_view name, const char* symbol) {
  const auto* row = std::ranges::find(kModules, name, &ModuleRow::name);
  if (row == kModules.end()) return fail(ErrorKind::io, "there is no module {}", name);
  const auto& module = opened_module(*row);
  if (!module) return module;
  void* address = dlsym(*module, symbol);
  if (!address) return fail(ErrorKind::io, "module {} lacks {}: install it again", name, symbol);
  return address;
}

}  // namespace rartifacts
