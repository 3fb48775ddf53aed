// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <bit>

namespace rartifacts {

/// Rounds of SipHash-c-d: c for each word, d at the end.
struct SipRounds {
  int word, end;
};

/// SipHash with a zero key, fed piece by piece. A copy of one that has taken a common beginning saves hashing it again.
/// Defined by: Aumasson and Bernstein, "SipHash: a fast short-input PRF"; rustc_data_structures/src/sip128.rs.
class SipHash {
 public:
  enum class Output { bits64, bits128 };
  SipHash(SipRounds rounds, Output output) : rounds_(rounds), output_(output) {
    if (output == Output::bits128) v1_ ^= 0xee;
  }

  void add(Bytes bytes) {
    for (const auto byte : bytes) add(byte);
  }
  void add(std::uint8_t byte) {
    tail_ |= std::uint64_t{byte} << (8 * (length_ & 7));
    if ((++length_ & 7) == 0) word(std::exchange(tail_, 0));
  }
  /// The lowest `width` bytes of `value`, little-endian.
  void add_le(std::uint64_t value, unsigned width) {
    if (width == 8 && (length_ & 7) == 0) {
      length_ += 8;
      return word(value);
    }
    for (unsigned i = 0; i < width; ++i) add(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  /// The hash, or of 128 bits the first 64.
  std::uint64_t finish() const {
    SipHash last = *this;
    last.word(tail_ | length_ << 56);
    last.v2_ ^= output_ == Output::bits128 ? 0xee : 0xff;
    for (int i = 0; i < rounds_.end; ++i) last.round();
    return last.v0_ ^ last.v1_ ^ last.v2_ ^ last.v3_;
  }

 private:
  void round() {
    v0_ += v1_, v1_ = std::rotl(v1_, 13) ^ v0_, v0_ = std::rotl(v0_, 32);
    v2_ += v3_, v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_, v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_, v1_ = std::rotl(v1_, 17) ^ v2_, v2_ = std::rotl(v2_, 32);
  }
  void word(std::uint64_t m) {
    v3_ ^= m;
    for (int i = 0; i < rounds_.word; ++i) round();
    v0_ ^= m;
  }

  SipRounds rounds_;
  Output output_;
  std::uint64_t v0_ = 0x736f6d6570736575, v1_ = 0x646f72616e646f6d, v2_ = 0x6c7967656e657261, v3_ = 0x7465646279746573;
  std::uint64_t tail_ = 0;
  std::uint64_t length_ = 0;
};

/// SipHash-1-3: Rust's `DefaultHasher`, with which rustc numbers custom targets.
std::uint64_t siphash13(Bytes message);

}  // namespace rartifacts
