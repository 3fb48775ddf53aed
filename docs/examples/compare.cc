// SPDX-License-Identifier: MIT OR Apache-2.0
// compare OLD NEW: prints the crates that differ between two trees, and how.
#include <rartifacts/diff.h>
#include <rartifacts/scan.h>
#include <rartifacts/select.h>

#include "file_image.h"

static rartifacts::ScanResult scanned(const char* path) {
  auto options = rartifacts::scan_for(rartifacts::Profile::all);
  options.paths = {path};
  return rartifacts::scan(options);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto before = scanned(argv[1]);
  const auto after = scanned(argv[2]);
  const auto difference = rartifacts::diff(before, after);
  for (const auto& crate : difference.crates)
    for (const auto change : crate.changes)
      std::printf("%s: %s\n", crate.name.c_str(),
                  std::string(rartifacts::change_table[static_cast<std::size_t>(change)].name).c_str());
}
