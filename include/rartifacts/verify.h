// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/copy.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

enum class Discrepancy { missing, changed, wrong_type, wrong_mode, wrong_link, broken_link, extra };
struct DiscrepancyRow {
  Discrepancy discrepancy;
  std::string_view name;
  std::string_view what;
};
/// One row for each, in the order of the enumerators.
extern const std::array<DiscrepancyRow, 7> discrepancy_table;

/// One thing that is not as the manifest says.
struct Deviation {
  Discrepancy discrepancy;
  std::string path;
  std::string message;  ///< one line: what is, and what should be
};

struct Verification {
  std::vector<Deviation> deviations;      ///< sorted by path
  std::vector<std::string> not_compared;  ///< what the manifest says nothing of
  std::size_t files = 0, links = 0, directories = 0;
};

/// Compares a copy with the manifest it was made from; opens no file. `any_mode`: permissions may differ.
Verification verify(const RecordedManifest& manifest, const Copy& copy, bool any_mode);

}  // namespace rartifacts
#pragma GCC visibility pop
