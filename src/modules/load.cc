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
// The first one counts only when it belongs to whoever owns the program: a program in a folder that everybody can write
// to, such as /tmp, must not load what a stranger has put there.
#include "modules/load.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

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
    ModuleRow{"libarchive", "a package or a compressed module", "libarchive (Debian: libarchive-dev)"},
    ModuleRow{"lief", "what Mach-O and PE libraries export", "LIEF (Debian: liblief-dev)"},
};

std::string beside_the_program(const std::string& file_name) {
  std::string program(PATH_MAX, '\0');
  const auto length = readlink("/proc/self/exe", program.data(), program.size());
  if (length <= 0 || static_cast<std::size_t>(length) == program.size()) return {};
  program.resize(static_cast<std::size_t>(length));
  auto module = program.substr(0, program.rfind('/')) + "/modules/" + file_name;
  struct stat ours;
  struct stat its;
  const bool is_ours = stat(program.c_str(), &ours) == 0 && lstat(module.c_str(), &its) == 0 && S_ISREG(its.st_mode) &&
                       ours.st_uid == its.st_uid;
  return is_ours ? module : std::string();
}

Result<void*> open_module(const ModuleRow& row) {
  const auto file_name = fmt::format("{}.so", row.name);
  auto path = beside_the_program(file_name);
  if (path.empty()) path = fmt::format("{}/{}", RARTIFACTS_MODULE_DIR, file_name);
  if (access(path.c_str(), F_OK) != 0)
    return fail(ErrorKind::unsupported, "{} is read by a module that is not installed: build rartifacts with {}",
                row.reads, row.library);
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module) {
    const char* why = dlerror();
    return fail(ErrorKind::unsupported, "a reader module does not load: {}: install {}", why ? why : path.c_str(),
                row.library);
  }
  const auto* version = static_cast<const char*>(dlsym(module, kModuleVersionSymbol));
  if (!version || std::string_view(version) != RARTIFACTS_VERSION)
    return fail(ErrorKind::unsupported, "module {} is of rartifacts {}: install that of " RARTIFACTS_VERSION, path,
                version ? version : "of no known version");
  return module;
}

}  // namespace

// dlopen(3) keeps count itself, under its own lock: asking again gives the module that is open already.
Result<void*> load_module_symbol(std::string_view name, const char* symbol) {
  const auto* row = std::ranges::find(kModules, name, &ModuleRow::name);
  if (row == kModules.end()) return fail(ErrorKind::unsupported, "there is no module {}", name);
  auto module = open_module(*row);
  if (!module) return module;
  void* address = dlsym(*module, symbol);
  if (!address) return fail(ErrorKind::unsupported, "module {} lacks {}: install it again", name, symbol);
  return address;
}

}  // namespace rartifacts
