// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/scan.h>

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace rartifacts {

/// What is shown of a file in full and looked at by nothing else: symbols, exports, modinfo. Of thousands of files together that is more
/// than a run may hold. So only so much of it stays with the artifacts; the rest is read once more when it is its turn to be written.
class LateDetails {
 public:
  /// `options` are those of the scan, and get a `condense` that refers to this.
  explicit LateDetails(ScanOptions& options);

  /// Gives the first of `artifacts` what it had, and with it others that come next. Their paths are those of the scan.
  void restore(std::span<Artifact> artifacts);
  /// Takes it away again, when it was restored.
  void drop(Artifact& artifact);
  /// What could not be read any more.
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  struct Details {
    Shared<ModuleFacts> module;
    Shared<LinkFacts> link;
    Shared<std::vector<NativeLibrary>> native_libraries;
    Shared<std::vector<std::string>> exports;
  };
  static Details take_details(Artifact& artifact);
  void condense(Artifact& artifact);

  ScanOptions options_;
  std::mutex mutex_;
  std::uint64_t kept_ = 0;                        ///< bytes that stayed with the artifacts
  std::map<std::string, std::uint64_t> dropped_;  ///< files without details, and how large those are
  std::map<std::string, Details> at_hand_;        ///< what was read again
  std::vector<Problem> problems_;
};

}  // namespace rartifacts
