// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <map>

#include "report/reports.h"
#include "write/json.h"

namespace rartifacts {

// What several reports need.

/// The members of a finding, in an open object.
void write_finding(Json& json, const Finding& finding);
void write_unchecked(Json& json, const std::vector<UncheckedCrate>& crates);

/// True when this finding alone makes the verdict bad: it is not waived and reaches the threshold.
bool decides(const Finding& finding, const ReportInput& input);

/// `ok: 10 artifacts fit together`, with what was not checked, or `2 errors, 1 warning in 10 artifacts (1 waived)`.
std::string verdict_of(const ReportInput& input);

/// What would ship, and what was judged besides, sorted by path: of a broken set nothing may be fit to ship.
std::vector<const Artifact*> judged_artifacts(const ReportInput& input);

/// How many the verdict is about: of a healthy set what would ship.
std::ptrdiff_t artifact_count(const ReportInput& input);

/// The file to blame, or what was audited when there is none. Raw bytes.
const std::string& place_of(const Finding& finding, const ReportInput& input);

/// `missing-crate, E0463`.
std::string codes_of(const Finding& finding);

/// What was compared, as an object. A name that occurs again is numbered, because an object holds each name once.
void write_evidence(Json& json, const Finding& finding);

/// Names a finding again in the next run: the same for the same rule, file and crate, whatever the message says about hashes.
class Fingerprints {
 public:
  /// `<hash>:<n>`, where n numbers repetitions.
  std::string next(const Finding& finding);

 private:
  std::map<std::string, int> count_;
};

}  // namespace rartifacts
