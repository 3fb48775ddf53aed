// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/waivers.h>

#include <string>
#include <vector>

namespace rartifacts {

/// What a user lives with: the findings that `--waivers` and `--baseline` list.
class Excuses {
 public:
  /// A file name is empty where the option is not given.
  static Result<Excuses> read(const std::string& waivers, const std::string& baseline);

  /// Marks what the waivers excuse.
  void apply_waivers(Audit& audit);
  void apply_baseline(Audit& audit) const { rartifacts::apply_baseline(audit, baseline_); }
  /// Findings about the waivers, once they have been applied to everything.
  std::vector<Finding> findings() const;
  const std::string& file() const { return file_; }

 private:
  std::string file_;  ///< of the waivers
  std::vector<Waiver> waivers_, baseline_;
  std::vector<bool> used_;
  std::chrono::year_month_day today_;
};

}  // namespace rartifacts
