// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/scan.h>
#include <rartifacts/select.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "mutate_package.h"

namespace rartifacts {

// A whole package: the container, what libarchive makes of the rest, and the files in it.
void fuzz(Image& file) {
  const auto bytes = file.fetch(0, file.size());
  const int fd = memfd_create("package", MFD_CLOEXEC);
  require(bytes && fd >= 0 && write(fd, bytes->data(), bytes->size()) == static_cast<ssize_t>(bytes->size()));
  auto options = scan_for(Profile::all);
  options.base = "/";
  options.paths = {fmt::format("proc/self/fd/{}", fd)};
  options.jobs = 1;
  for (const auto& root : scan_roots(options)) {
    // The target has its module. What a link leads to may be called so.
    for (const auto& [path, error] : root.problems)
      require(error.kind != ErrorKind::io || error.what.find("not installed") == std::string::npos);
    for (const auto& artifact : root.artifacts) {
      require(!artifact.path.starts_with('/') || root.packages.packages.empty());
      require(!root.packages.shown(artifact.path).empty());
    }
  }
  close(fd);
}

}  // namespace rartifacts

RARTIFACTS_MUTATOR(mutate_package)
