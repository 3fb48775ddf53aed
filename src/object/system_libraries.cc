// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Which -l does it need?
// ======================
//
// A static library holds std, but no metadata, so nothing in it says what std wants of the system. Its undefined symbols do, where C
// leaves a name to one library:
//
//     _Unwind_Resume …     libgcc_s, or libgcc_eh in a static program
//     sin, powf …          libm
//     dlsym …              libdl       in libc since glibc 2.34
//     pthread_create …     libpthread  as well
//     shm_open …           librt       as well
//
// Every other name of C may be of libc, or of a library that nobody here knows; nothing is said of it. rustc tells all that its crates
// asked for, needed or not: --print native-static-libs.
#include <rartifacts/link.h>

#include <algorithm>
#include <array>

namespace rartifacts {
namespace {

// Without those that libc has as well: copysign, frexp, ldexp, modf, scalbn. Each may end in `f` or `l`.
constexpr std::array<std::string_view, 52> kOfLibm{
    "acos",      "acosh",     "asin",  "asinh",     "atan",   "atan2", "atanh",  "cbrt",      "ceil",
    "cos",       "cosh",      "erf",   "erfc",      "exp",    "exp2",  "exp10",  "expm1",     "fabs",
    "fdim",      "floor",     "fma",   "fmax",      "fmin",   "fmod",  "hypot",  "ilogb",     "lgamma",
    "log",       "log10",     "log1p", "log2",      "logb",   "lrint", "lround", "llrint",    "llround",
    "nearbyint", "nextafter", "pow",   "remainder", "remquo", "rint",  "round",  "roundeven", "scalbln",
    "sin",       "sincos",    "sinh",  "sqrt",      "tan",    "tanh",  "tgamma"};
constexpr std::array<std::string_view, 3> kAlsoOfLibm{"lgamma_r", "lgammaf_r", "trunc"};
constexpr std::array<std::string_view, 8> kOfLibdl{"dlopen",  "dlmopen", "dlsym",  "dlvsym",
                                                   "dlclose", "dlerror", "dladdr", "dlinfo"};
constexpr std::array<std::string_view, 7> kOfLibrt{"shm_open",      "shm_unlink",    "timer_create", "timer_delete",
                                                   "timer_settime", "timer_gettime", "lio_listio"};

template <class Table>
bool table_has(const Table& table, std::string_view name) {
  return std::ranges::find(table, name) != table.end();
}

bool is_of_libm(std::string_view name) {
  if (table_has(kOfLibm, name) || table_has(kAlsoOfLibm, name)) return true;
  if (!name.ends_with('f') && !name.ends_with('l')) return false;
  name.remove_suffix(1);
  return table_has(kOfLibm, name) || name == "trunc";
}

std::string_view library_of(std::string_view name) {
  const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
  if (begins("_Unwind_")) return "gcc_s";
  if (is_of_libm(name)) return "m";
  if (table_has(kOfLibdl, name)) return "dl";
  if (begins("pthread_") || begins("sem_")) return "pthread";
  if (table_has(kOfLibrt, name) || begins("mq_") || begins("aio_")) return "rt";
  return {};
}

}  // namespace

std::vector<SystemLibrary> system_libraries(const LinkFacts& link) {
  std::vector<SystemLibrary> found;
  for (const auto* library : {"gcc_s", "m", "dl", "pthread", "rt"}) {
    SystemLibrary wanted{library, {}};
    for (const auto& symbol : link.undefined)
      if (!symbol.demangled && library_of(symbol.name) == library) wanted.symbols.push_back(symbol.name);
    if (!wanted.symbols.empty()) found.push_back(std::move(wanted));
  }
  return found;
}

}  // namespace rartifacts
