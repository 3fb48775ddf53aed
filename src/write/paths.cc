// SPDX-License-Identifier: MIT OR Apache-2.0
#include "write/formats.h"

namespace rartifacts {

Result<std::string> write_paths(const Manifest& manifest) {
  std::string out;
  for (const auto path : listed_paths(manifest)) {
    const auto line = list_line(path);
    if (!line)
      return fail(ErrorKind::unsupported,
                  "{}: a name with a line break or a backslash cannot be given in lines: use --format paths0 "
                  "(cpio -0, rsync --from0, tar --null)",
                  path);
    out += *line;
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
