// SPDX-License-Identifier: MIT OR Apache-2.0
// modinfo MODULE: prints what a kernel module says of itself, as modinfo(8) does.
#include <rartifacts/kernel_module.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto image = image_of(argv[1]);
  const auto facts = value_or_exit(rartifacts::read_module(rartifacts::View(image)));
  for (const auto& [tag, value] : facts.modinfo) std::printf("%s: %s\n", tag.c_str(), value.c_str());
}
