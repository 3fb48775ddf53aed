// SPDX-License-Identifier: MIT OR Apache-2.0
// needed_by TREE CRATE: prints the files of the crates that need CRATE, directly or not.
#include <rartifacts/graph.h>
#include <rartifacts/scan.h>
#include <rartifacts/select.h>
#include <rartifacts/shared.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto options = rartifacts::scan_for(rartifacts::Profile::all);
  options.paths = {argv[1]};
  const auto result = rartifacts::scan(options);
  std::vector<const rartifacts::Artifact*> artifacts;
  for (const auto& artifact : result.artifacts) artifacts.push_back(&artifact);
  const rartifacts::CrateGraph graph(artifacts);
  for (std::size_t node = 0; node < graph.nodes().size(); ++node) {
    if (rartifacts::display_name(graph.nodes()[node].artifact->crate->name) != argv[2]) continue;
    for (const auto needing : graph.needed_by(node)) std::puts(graph.nodes()[needing].artifact->path.c_str());
  }
}
