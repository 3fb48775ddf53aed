// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/graph.h>
#include <rartifacts/manifest.h>

namespace rartifacts {

// What both forms of a bill of materials (SBOM) are made of.

/// A file of the bill. Links are left out: what they lead to is listed.
struct BillItem {
  const Artifact* artifact = nullptr;
  std::string name;                       ///< of the crate, else of the file
  std::vector<const Artifact*> uses;      ///< files that hold the crates it was compiled against, by name and SVH
  std::vector<std::string> missing_uses;  ///< `NAME SVH` of those that no file holds
};

struct Bill {
  std::vector<BillItem> items;         ///< sorted by path
  std::vector<std::string> compilers;  ///< the version strings of rustc, each once, sorted
};
Bill bill_of(const Manifest& manifest);

/// Package URL of a compiler's source (github.com/package-url/purl-spec): the tag of a release, the commit of anything else.
/// Nothing when the version string has neither.
std::optional<std::string> purl_of_rustc(std::string_view version);

}  // namespace rartifacts
