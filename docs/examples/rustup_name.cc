// SPDX-License-Identifier: MIT OR Apache-2.0
// rustup_name VERSION: prints the name under which rustup has the compiler that `rustc --version` calls VERSION.
#include <rartifacts/toolchain.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::puts(value_or_exit(rartifacts::rustup_channel(argv[1])).c_str());
}
