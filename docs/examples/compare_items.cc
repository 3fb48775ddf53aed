// SPDX-License-Identifier: MIT OR Apache-2.0
// compare_items OLD.rmeta NEW.rmeta NAME: prints what of the interface of crate NAME is not as it was.
#include <rartifacts/api_diff.h>
#include <rartifacts/interface.h>

#include "file_image.h"

static rartifacts::ApiSide interface_of(const char* path, const char* name) {
  auto image = image_of(path);
  const auto items = value_or_exit(rartifacts::Items::read(rartifacts::View(image)));
  const rartifacts::NamedItems crate{name, &items};
  const auto no_other_crate = [](const rartifacts::Dependency&) -> const rartifacts::NamedItems* { return nullptr; };
  const auto interface = value_or_exit(rartifacts::public_interface(crate, false, no_other_crate));
  rartifacts::ApiSide out{.items = {}, .aliases = rartifacts::aliases_in(crate, interface)};
  for (const auto& item : interface)
    out.items.push_back({.kind = item.kind,
                         .path = item.path,
                         .definition = item.definition,
                         .text = {},
                         .holder = {},
                         .shape = {},
                         .place = {},
                         .is_at_hand = item.crate || !item.dependency});
  return out;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto difference = rartifacts::diff_api(interface_of(argv[1], argv[3]), interface_of(argv[2], argv[3]));
  for (const auto& item : difference.items)
    std::printf("%c %s\n", rartifacts::row_of(item.change).sign, item.path.c_str());
  return difference.is_breaking() ? 1 : 0;
}
