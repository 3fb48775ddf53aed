// SPDX-License-Identifier: MIT OR Apache-2.0
//
// debian/PACKAGE.install
// ======================
//
// One line for each file: what to install, a blank, and the directory it goes to below debian/PACKAGE (dh_install(1)). Real
// directories are left out: dh_install would copy all that is in them.
#include "bytes/path.h"
#include "write/formats.h"

namespace rartifacts {

Result<std::string> write_dh_install(const Manifest& manifest) {
  std::string out;
  for (const auto path : paths_without_directories(manifest)) {
    const auto directory = join_path(manifest.prefix, directory_of(path));
    const auto source = dh_install_word(guarded(path), InstallPlace::source);
    const auto destination = dh_install_word(directory.empty() ? "." : directory, InstallPlace::destination);
    if (!source || !destination)
      return fail(
          ErrorKind::unsupported,
          "{}: debian/*.install cannot hold a name with a carriage return, a form feed, a vertical tab, or more "
          "than {} blanks and dollar signs: rename it, or copy with --format paths0",
          path, kMostInstallVariables);
    out += fmt::format("{} {}\n", *source, *destination);
  }
  return out;
}

}  // namespace rartifacts
