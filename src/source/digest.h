// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <nettle/sha2.h>
#include <rartifacts/bytes.h>

#include <array>
#include <string>

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

/// SHA-256 of a regular file below `base`, in lower-case hex. Errors: `io`, `changed`, `unsupported` for what is no file.
Result<std::string> sha256_below(int base, std::string_view path);

}  // namespace rartifacts
