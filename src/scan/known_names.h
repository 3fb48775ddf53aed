// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "source/source.h"
#include "source/walk.h"

namespace rartifacts {

using LookResult = Result<std::optional<Artifact>>;
using EntryNames = std::vector<const WalkEntry*>;

/// The entries by the file that they are names of.
std::vector<EntryNames> by_file(const EntryNames& entries);

/// What was found under other names of a file, which are looked at one after the other.
class KnownNames {
 public:
  explicit KnownNames(const Source& source) : source_(source) {}
  /// As Source::look; the file is read again only where the name matters for what it is, or it is another file now.
  LookResult look(const std::string& path, const LookRequest& request);

 private:
  struct Known {
    std::string path;
    LookResult found;
  };
  bool is_same(const std::string& one, const std::string& other) const;

  const Source& source_;
  std::map<std::tuple<std::string_view, bool, std::string_view>, Known> by_ending_;
};

}  // namespace rartifacts
