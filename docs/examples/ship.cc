// SPDX-License-Identifier: MIT OR Apache-2.0
// ship TREE: prints what of a tree must ship, as `rartifacts scan --format paths TREE` does.
#include <rartifacts/manifest.h>
#include <rartifacts/scan.h>
#include <rartifacts/scan_options.h>
#include <rartifacts/select.h>

#include "file_image.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto options = rartifacts::scan_for(rartifacts::Profile::oot);
  options.paths = {argv[1]};
  auto result = rartifacts::scan(options);
  const auto selection = rartifacts::select(result, rartifacts::Profile::oot);
  auto problems = result.problems;
  problems.insert(problems.end(), selection.problems.begin(), selection.problems.end());
  for (const auto& [path, error] : problems)
    std::fprintf(stderr, "%s: %s\n", path.c_str(), rartifacts::describe(error).c_str());
  if (!problems.empty()) return 2;
  const rartifacts::Manifest manifest{.root = argv[1],
                                      .artifacts = {selection.artifacts.begin(), selection.artifacts.end()},
                                      .directories = {},
                                      .prefix = {},
                                      .take = {}};
  const auto text = value_or_exit(rartifacts::format_of("paths")->write(manifest));
  std::fputs(text.c_str(), stdout);
}
