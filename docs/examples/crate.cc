// SPDX-License-Identifier: MIT OR Apache-2.0
// crate FILE.rmeta: prints the compiler of a crate, its name and hash, and those of the crates that it needs.
#include <rartifacts/metadata.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto image = image_of(argv[1]);
  const auto metadata = value_or_exit(rartifacts::read_metadata(rartifacts::View(image)));
  std::printf("%s\n", metadata.header.rustc.c_str());
  if (!metadata.crate) return std::puts(metadata.reason.c_str()), 1;
  // A name on rustc's list of predefined words is stored as a number; classify() gives its text.
  const auto text = [](const rartifacts::CrateName& name) { return name.text.value_or("(predefined)"); };
  std::printf("%s %s\n", text(metadata.crate->name).c_str(), metadata.crate->svh.c_str());
  if (!metadata.crate->dependencies) return 0;
  for (const auto& dependency : *metadata.crate->dependencies)
    std::printf("needs %s %s\n", text(dependency.name).c_str(), dependency.svh.c_str());
}
