// SPDX-License-Identifier: MIT OR Apache-2.0
// files_for_modules CONFIG: prints the files, beside the crates, that a module build reads from a kernel tree.
#include <rartifacts/kernel.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto config = rartifacts::KernelConfig::parse(text_of(argv[1]));
  if (!config.is_set("RUST")) return std::puts("CONFIG_RUST is not set"), 1;
  for (const auto* row : rartifacts::auxiliary_files(config, true)) std::puts(std::string(row->path).c_str());
}
