// SPDX-License-Identifier: MIT OR Apache-2.0
// language OBJECT: prints whether rustc made an object, and the traces that show it.
#include <rartifacts/artifact.h>
#include <rartifacts/object.h>
#include <rartifacts/rust_traces.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto image = image_of(argv[1]);
  const auto facts = value_or_exit(rartifacts::read_object(rartifacts::View(image)));
  std::puts(facts.language ? std::string(rartifacts::name_of(*facts.language)).c_str() : "cannot be told");
  for (const auto& found : facts.traces) {
    const auto& row = rartifacts::row_of(found.trace);
    std::printf("%s%s: %s\n", row.is_proof ? "" : "(no proof) ", std::string(row.name).c_str(), found.evidence.c_str());
  }
}
