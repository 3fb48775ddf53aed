// SPDX-License-Identifier: MIT OR Apache-2.0
// in_packages PACKAGE...: prints the artifacts in packages, and the paths that two of them contain.
#include <rartifacts/package.h>
#include <rartifacts/scan.h>
#include <rartifacts/select.h>

#include "file_image.h"

int main(int argc, char** argv) {
  auto options = rartifacts::scan_for(rartifacts::Profile::all);
  options.paths.assign(argv + 1, argv + argc);
  for (const auto& root : rartifacts::scan_roots(options)) {
    for (const auto& [path, error] : root.problems)
      return std::fprintf(stderr, "%s: %s\n", path.c_str(), rartifacts::describe(error).c_str()), 2;
    for (const auto& artifact : root.artifacts) std::puts(root.packages.shown(artifact.path).c_str());
    for (const auto& clash : root.packages.clashes) std::printf("twice: %s\n", clash.path.c_str());
  }
}
