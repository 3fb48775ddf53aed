// SPDX-License-Identifier: MIT OR Apache-2.0
// check_copy MANIFEST DIR: prints where a copy is not what its manifest lists.
#include <rartifacts/copy.h>
#include <rartifacts/recorded.h>
#include <rartifacts/verify.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto manifest = value_or_exit(rartifacts::read_manifest_file(argv[1]));
  const auto copy = rartifacts::look_at_copy(manifest, {.directory = argv[2], .ignore = {}});
  const auto verification = rartifacts::verify(manifest, copy, false);
  for (const auto& deviation : verification.deviations)
    std::printf("%s: %s\n", deviation.path.c_str(), deviation.message.c_str());
  return verification.deviations.empty() ? 0 : 1;
}
