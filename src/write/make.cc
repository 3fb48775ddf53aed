// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Dependency lines
// ================
//
// `include` them, and make rebuilds the target when one of the artifacts changed. The second half is what `gcc -MP` writes: an
// empty rule for each file, so that a crate which a newer kernel no longer has does not stop make before the list is made anew.
#include "write/formats.h"

namespace rartifacts {

Result<std::string> write_make(const Manifest& manifest) {
  const auto refuse = [](std::string_view name) {
    return fail(
        ErrorKind::unsupported,
        "{}: make cannot hold a name with a line break, a tab, a backslash or one of ;=|&, nor one that ends with a "
        "blank or a parenthesis or begins with a tilde: rename it",
        name);
  };
  const auto target = make_word(manifest.target, MakePlace::target);
  if (!target) return refuse(manifest.target);
  std::string dependencies = *target + ":";
  std::string rules;
  for (const auto* artifact : manifest.artifacts) {
    const auto prerequisite = make_word(artifact->path, MakePlace::prerequisite);
    const auto rule = make_word(artifact->path, MakePlace::target);
    if (!prerequisite || !rule) return refuse(artifact->path);
    dependencies += fmt::format(" \\\n  {}", *prerequisite);
    rules += fmt::format("{}:\n", *rule);
  }
  return dependencies + "\n\n" + rules;
}

}  // namespace rartifacts
