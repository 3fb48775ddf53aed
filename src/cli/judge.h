// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan.h>

#include <string>
#include <vector>

#include "bytes/budget.h"
#include "cli/operands.h"
#include "report/judged_set.h"

namespace rartifacts {

/// A set, and what was read of it.
struct JudgedPart {
  JudgedSet set;
  ScanResult scan;                         ///< as it is shown; without the problems, which `set` has
  std::vector<const Artifact*> artifacts;  ///< of it, what would ship
};

/// Reads sets and judges them, as the options of a run of `audit` say. Paths come out as the user typed them.
class Judge {
 public:
  /// `asks_loader`: this machine will run rustc, and its loader can be asked for libraries.
  Judge(const AuditOptions& options, const Operands& operands, bool asks_loader)
      : options_(options), operands_(operands), asks_loader_(asks_loader) {}

  /// With problems in it, the set was not judged. Error: nothing like it can be.
  Result<JudgedPart> operator()(const ScanOptions& scan_options, const std::string& name) const;
  /// The same as in a run of its own, whatever other threads do: with a budget that is not shared. The set is called what its only
  /// path is, else `name`.
  Result<JudgedSet> alone(const ScanOptions& scan_options, const std::string& name, Budget::Queued queued) const;

 private:
  const AuditOptions& options_;
  const Operands& operands_;
  bool asks_loader_;
};

}  // namespace rartifacts
