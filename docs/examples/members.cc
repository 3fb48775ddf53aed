// SPDX-License-Identifier: MIT OR Apache-2.0
// members ARCHIVE: prints the members of an rlib or static library, as `ar t` does.
#include <rartifacts/archive.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto image = image_of(argv[1]);
  auto reader = value_or_exit(rartifacts::ArchiveReader::open(rartifacts::View(image)));
  while (const auto member = value_or_exit(reader.next())) std::puts(member->name.c_str());
}
