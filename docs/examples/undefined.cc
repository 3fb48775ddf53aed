// SPDX-License-Identifier: MIT OR Apache-2.0
// undefined OBJECT: prints the symbols that an object needs, written out where they are those of Rust.
#include <rartifacts/link.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto image = image_of(argv[1]);
  const auto facts = value_or_exit(rartifacts::read_link_facts(rartifacts::View(image), nullptr));
  if (!facts) return std::puts("neither an object nor an archive"), 1;
  for (const auto& symbol : facts->undefined) std::printf("%s\n", symbol.demangled.value_or(symbol.name).c_str());
}
