// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/formats.h"

namespace rartifacts {

// A line cannot hold a newline, for rsync it ends at a carriage return as well, and GNU tar -T decodes backslashes:
// `\057etc` would become another file.
Result<std::string> write_paths(const Manifest& manifest) {
  std::string out;
  for (const auto path : listed_paths(manifest)) {
    if (path.find_first_of("\n\r\\") != path.npos)
      return fail(ErrorKind::unsupported,
                  "{}: a name with a line break or a backslash cannot be given in lines: use --format paths0 "
                  "(cpio -0, rsync --from0, tar --null)",
                  printable(path));
    out += guarded(path);
    out += '\n';
  }
  return out;
}

Result<std::string> write_paths0(const Manifest& manifest) {
  std::string out;
  for (const auto path : listed_paths(manifest)) {
    out += guarded(path);
    out += '\0';
  }
  return out;
}

}  // namespace rartifacts
