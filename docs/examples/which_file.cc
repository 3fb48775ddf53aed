// SPDX-License-Identifier: MIT OR Apache-2.0
// which_file DIR CRATE: prints the file in DIR that rustc would take for CRATE, or why it takes none.
#include <rartifacts/locate.h>
#include <rartifacts/scan.h>
#include <rartifacts/select.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto options = rartifacts::scan_for(rartifacts::Profile::all);
  options.paths = {argv[1]};
  const auto result = rartifacts::scan(options);
  rartifacts::CrateFiles files;
  files.add(result);
  rartifacts::CrateLocator locator(files, rartifacts::CrateReader(), {{argv[1]}});
  const auto& located = locator.find({.name = argv[2], .paths = {}});
  switch (located.state) {
    case rartifacts::Located::State::chosen: return std::puts(located.metadata->path.c_str()), 0;
    case rartifacts::Located::State::ambiguous: return std::puts("E0464: several crates have that name"), 1;
    case rartifacts::Located::State::absent: return std::puts("E0463: no such crate"), 1;
    default: return std::puts("no file of that name will do"), 1;
  }
}
