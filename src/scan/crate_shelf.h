// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/interface.h>
#include <rartifacts/scan.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "source/directory.h"

namespace rartifacts {

/// The crates that a scan found, whose items are read when they are asked for and kept from then on.
class CrateShelf {
 public:
  /// `base` is what the paths of the scan are relative to.
  CrateShelf(std::string base, ScanResult scan);
  ~CrateShelf();

  const ScanResult& scan() const { return scan_; }
  /// Where else to look for the crates that others need: the folder of a file that was named.
  void look_in(std::string folder) { folder_ = std::move(folder); }

  /// The file to read of crate `name`: a full .rmeta before a library. Errors: there is none, or several with different hashes.
  Result<const Artifact*> file_of(std::string_view name) const;
  /// The full metadata of a stub, when it is beside it; else the artifact itself.
  const Artifact& full(const Artifact& artifact);
  Result<const NamedItems*> open(const Artifact& artifact);
  /// The crate that satisfies a dependency, by SVH; null when it is not there or cannot be read.
  const NamedItems* find(const Dependency& dependency);
  /// One definition of that crate, without all the others.
  std::optional<ProvedItem> find_item(const Dependency& dependency, DefIndex index);

 private:
  struct Crate;
  Result<Crate*> opened(const Artifact& artifact);
  const Artifact* by_svh(std::string_view svh);
  void scan_folder();

  std::string base_;
  ScanResult scan_;
  std::string folder_;
  ScanResult neighbours_;
  std::map<std::string, const Artifact*, std::less<>> by_svh_;       ///< what was asked for
  std::map<const Artifact*, Result<std::unique_ptr<Crate>>> files_;  ///< what was opened
  std::map<const Artifact*, Result<const NamedItems*>> crates_;      ///< and read
};

}  // namespace rartifacts
