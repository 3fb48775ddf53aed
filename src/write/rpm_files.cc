// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The list of `%files -f`
// =======================
//
// One absolute path for each line, quoted because rpm splits at blanks. rpm to 4.18 expands globs in quotes, rpm since 4.19 does
// not, and takes backslashes, which 4.18 does only in globs. Written is what means the same to both: a glob character as a class
// of one, and then without quotes. Macros are expanded, by 4.18 twice, so that `%%(id)` would run id; `[%%]` is a class of one
// after one time and after two. What is left has no common spelling: one of these characters together with a blank or an
// apostrophe, braces, double quotes, backslashes. Control characters and bytes that are not UTF-8 rpm refuses in any name.
// Some directives 4.18 looks for anywhere in the line, names included.
//
// A directory is `%dir`: rpm would take all that is in it otherwise. Those that every system has from its base packages
// (filesystem, kmod) are left out: two packages with one directory conflict as soon as their modes differ.
#include <rartifacts/bytes.h>

#include <algorithm>
#include <array>

#include "bytes/path.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

constexpr std::string_view kSpecial = "*?[%";
constexpr std::array<std::string_view, 8> kDirectives{"%attr", "%defattr", "%verify", "%defverify",
                                                      "%dev",  "%config",  "%lang",   "%caps"};
constexpr std::array<std::string_view, 19> kSystemDirectories{
    "/boot",      "/etc",      "/lib",         "/lib/modules", "/lib64",           "/opt",
    "/usr",       "/usr/bin",  "/usr/include", "/usr/lib",     "/usr/lib/modules", "/usr/lib64",
    "/usr/local", "/usr/sbin", "/usr/share",   "/usr/src",     "/usr/src/kernels", "/var",
    "/var/lib"};

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f; }

std::optional<std::string> as_entry(std::string_view path) {
  const bool is_glob = path.find_first_of(kSpecial) != path.npos;
  const auto occurs = [&](std::string_view text) { return path.find(text) != path.npos; };
  if (path.find_first_of("\"\\{") != path.npos || !is_utf8(path) || std::ranges::any_of(path, is_control) ||
      (is_glob && path.find_first_of(" '") != path.npos) || std::ranges::any_of(kDirectives, occurs))
    return std::nullopt;
  std::string out;
  for (const char c : path) {
    if (c == '%') out += "[%%]";
    else if (kSpecial.contains(c)) out += fmt::format("[{}]", c);
    else out += c;
  }
  return is_glob ? out : '"' + out + '"';
}

}  // namespace

Result<std::string> write_rpm_files(const Manifest& manifest) {
  std::string out;
  for (const auto path : listed_paths(manifest)) {
    const auto installed = "/" + join_path(manifest.prefix, path);
    if (is_directory(manifest, path) && std::ranges::find(kSystemDirectories, installed) != kSystemDirectories.end())
      continue;
    const auto entry = as_entry(installed);
    if (!entry)
      return fail(
          ErrorKind::unsupported,
          "{}: the list of %files cannot hold this name (quotes, braces, backslashes, control characters, bytes that "
          "are not UTF-8, blanks beside *?[%, directives such as %attr): rename it, or name its directory in the spec",
          printable(path));
    out += fmt::format("{}{}\n", is_directory(manifest, path) ? "%dir " : "", *entry);
  }
  return out;
}

}  // namespace rartifacts
