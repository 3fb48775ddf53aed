// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/audit.h>

#include <string>
#include <string_view>

namespace rartifacts {

class Findings;

/// A search that ended badly: what was wanted, and by whom.
struct Complaint {
  std::string name;
  const Dependency* needed = nullptr;  ///< nothing when no crate has recorded it
  std::string user;                    ///< the file that needs it; empty when it is none
  std::string_view who;                ///< the words for that: `every module`
  std::string place;                   ///< what to blame then
};

/// Makes findings of searches: what rustc only says in its log.
class Blame {
 public:
  Blame(const ScanResult& result, const CrateFiles& shelf, const AuditOptions& options, Findings& findings)
      : result_(result), shelf_(shelf), options_(options), findings_(findings) {}

  /// `found` is not chosen.
  void report(const Complaint& complaint, const Located& found, const CrateLocator& locator) const;

 private:
  void report_refusal(const Complaint& complaint, const RefusedFile& refused, const CrateReader& reader) const;
  void report_absence(const Complaint& complaint, const Located& found, const CrateLocator& locator) const;
  void report_damage(const CrateFile& file, const std::string& name) const;

  const ScanResult& result_;
  const CrateFiles& shelf_;
  const AuditOptions& options_;
  Findings& findings_;
};

/// The target of a crate: the name of the custom one, else the triple.
std::string target_of(const Artifact& artifact);

}  // namespace rartifacts
