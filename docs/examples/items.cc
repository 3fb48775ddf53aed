// SPDX-License-Identifier: MIT OR Apache-2.0
// items FILE.rmeta NAME: prints what crate NAME offers, without what it re-exports of other crates.
#include <rartifacts/interface.h>
#include <rartifacts/items.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto image = image_of(argv[1]);
  const auto items = value_or_exit(rartifacts::Items::read(rartifacts::View(image)));
  const rartifacts::NamedItems crate{argv[2], &items};
  const auto no_other_crate = [](const rartifacts::Dependency&) -> const rartifacts::NamedItems* { return nullptr; };
  for (const auto& item : value_or_exit(rartifacts::public_interface(crate, false, no_other_crate)))
    std::printf("%s %s\n", std::string(rartifacts::name_of(item.kind)).c_str(), item.path.c_str());
}
