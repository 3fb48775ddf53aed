// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/api_diff.h>

#include <string>
#include <string_view>
#include <vector>

namespace rartifacts {

/// What changed in one crate, and which builds of it were compared.
struct CrateApiDifference {
  std::string crate;
  std::string rustc_before, rustc_after;
  ApiDifference difference;
  bool has_sources = false;  ///< those of both sides were named
};

/// Grouped by module; a summary for each crate.
std::string api_difference_text(const std::vector<CrateApiDifference>& crates);
std::string api_difference_json(const std::vector<CrateApiDifference>& crates);
/// For a changelog.
std::string api_difference_markdown(const std::vector<CrateApiDifference>& crates);

}  // namespace rartifacts
