// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <nettle/sha2.h>
#include <rartifacts/bytes.h>

#include <array>
#include <map>
#include <mutex>
#include <string>

#include "source/directory.h"

namespace rartifacts {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256() { sha256_init(&context_); }
  void add(Bytes bytes) { sha256_update(&context_, bytes.size(), bytes.data()); }
  /// The 32 bytes; to be called once, as `hex`.
  std::string raw() {
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest;
    sha256_digest(&context_, digest.size(), digest.data());
    return {digest.begin(), digest.end()};
  }
  /// Lower-case hex.
  std::string hex() {
    std::string text;
    for (const auto byte : raw()) text += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
    return text;
  }

 private:
  sha256_ctx context_;
};

/// SHA-256 of regular files below a directory, in lower-case hex. From any thread.
class Digests {
 public:
  /// The caller keeps `base` open.
  explicit Digests(int base) : base_(base) {}
  /// Errors: `io`, `changed`, `unsupported` for what is no file. Of a file that has several names, or will be asked for again because
  /// links lead to it, the digest is kept.
  Result<std::string> of(std::string_view path, bool is_behind_link);

 private:
  int base_;
  std::mutex mutex_;
  std::map<FileVersion, std::string> known_;
};

}  // namespace rartifacts
