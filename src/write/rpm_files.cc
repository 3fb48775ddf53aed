// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The list of `%files -f`
// =======================
//
// One absolute path for each line, quoted because rpm splits at blanks.
//
// A directory is `%dir`: rpm would take all that is in it otherwise. Those that every system has from its base packages
// (filesystem, kmod) are left out: two packages with one directory conflict as soon as their modes differ.
#include <algorithm>
#include <array>

#include "bytes/path.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

constexpr std::array<std::string_view, 19> kSystemDirectories{
    "/boot",      "/etc",      "/lib",         "/lib/modules", "/lib64",           "/opt",
    "/usr",       "/usr/bin",  "/usr/include", "/usr/lib",     "/usr/lib/modules", "/usr/lib64",
    "/usr/local", "/usr/sbin", "/usr/share",   "/usr/src",     "/usr/src/kernels", "/var",
    "/var/lib"};

}  // namespace

Result<std::string> write_rpm_files(const Manifest& manifest) {
  std::string out;
  for (const auto path : listed_paths(manifest)) {
    const auto installed = "/" + join_path(manifest.prefix, path);
    if (is_directory(manifest, path) && std::ranges::find(kSystemDirectories, installed) != kSystemDirectories.end())
      continue;
    const auto entry = rpm_entry(installed);
    if (!entry)
      return fail(
          ErrorKind::unsupported,
          "{}: the list of %files cannot hold this name (quotes, braces, backslashes, control characters, bytes that "
          "are not UTF-8, blanks beside *?[%, directives such as %attr): rename it, or name its directory in the spec",
          path);
    out += fmt::format("{}{}\n", is_directory(manifest, path) ? "%dir " : "", *entry);
  }
  return out;
}

}  // namespace rartifacts
