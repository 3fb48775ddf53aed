// SPDX-License-Identifier: MIT OR Apache-2.0
// needs LIBRARY: prints the machine of an ELF library, and the oldest glibc that it can be loaded with.
#include <rartifacts/container.h>
#include <rartifacts/elf.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto image = image_of(argv[1]);
  const rartifacts::View file(image);
  if (rartifacts::object_format(file.head(64)) != rartifacts::ObjectFormat::elf) return std::puts("not ELF"), 1;
  const auto facts = value_or_exit(rartifacts::read_elf(file));
  std::printf("%s glibc %s\n", rartifacts::elf_machine_name(facts.e_machine).c_str(),
              rartifacts::glibc_needed(facts).c_str());
}
