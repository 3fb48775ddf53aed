// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/artifact.h>

#include <algorithm>

#include "object/path_leaks.h"
#include "package/package.h"
#include "package/stream.h"
#include "source/chunks.h"
#include "source/digest.h"

namespace rartifacts {

/// The content of an entry on its way into an Image, and what is to be known of all of it.
class PackageContent {
 public:
  PackageContent(PackageStream& stream, std::uint64_t size, const PackageOptions& options)
      : stream_(stream), rest_(size) {
    if (options.digests) digest_.emplace();
    if (!options.path_leaks.empty()) leaks_.emplace(options.path_leaks);
  }

  Result<std::size_t> operator()(std::span<std::uint8_t> into) {
    auto got = stream_.read(into);
    if (!got) failure = got.error();
    if (!got) return got;
    // A file that was cut off is an error of the stream: what is not there is a hole at the end of a sparse file.
    if (*got == 0) std::ranges::fill(into.first(got.emplace(std::min<std::uint64_t>(into.size(), rest_))), 0);
    rest_ -= std::min<std::uint64_t>(*got, rest_);
    if (digest_) digest_->add(into.first(*got));
    if (leaks_) leaks_->add(into.first(*got));
    return got;
  }

  // Reads what the classification had no use for, when all is asked for.
  Result<void> finish(Artifact& artifact) {
    if (!digest_ && !leaks_) return {};
    if (auto read = for_each_chunk(*this, [](Bytes) {}); !read) return read;
    if (digest_) artifact.sha256 = digest_->hex();
    if (leaks_) artifact.path_leaks = leaks_->counts();
    return {};
  }

  std::optional<Error> failure;  ///< of the package, not of the file

 private:
  PackageStream& stream_;
  std::uint64_t rest_;  ///< bytes still to come
  std::optional<Sha256> digest_;
  std::optional<PathLeaks> leaks_;
};

}  // namespace rartifacts
