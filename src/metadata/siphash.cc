// SPDX-License-Identifier: MIT OR Apache-2.0
#include "metadata/siphash.h"

#include <bit>
#include <cstring>

namespace rartifacts {
namespace {

struct SipState {
  std::uint64_t v0 = 0x736f6d6570736575, v1 = 0x646f72616e646f6d, v2 = 0x6c7967656e657261, v3 = 0x7465646279746573;

  template <int kRounds>
  void mix() {
    for (int i = 0; i < kRounds; ++i) {
      v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
    }
  }
  template <int kRounds>
  void add(std::uint64_t word) {
    v3 ^= word;
    mix<kRounds>();
    v0 ^= word;
  }
};

std::uint64_t little_endian(const std::uint8_t* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::little ? word : std::byteswap(word);
}

// A crate has a hundred thousand short messages, so the rounds are known to the compiler.
template <int kWord, int kEnd>
std::uint64_t siphash_with(SipOutput output, Bytes message) {
  SipState state;
  if (output == SipOutput::bits128) state.v1 ^= 0xee;
  const auto* at = message.data();
  const auto left = message.size() % 8;
  for (const auto* end = at + (message.size() - left); at != end; at += 8) state.add<kWord>(little_endian(at));
  auto last = std::uint64_t{message.size()} << 56;
  if (left > 0 && message.size() >= 8) last |= little_endian(at + left - 8) >> (8 * (8 - left));
  else
    for (std::size_t i = 0; i < left; ++i) last |= std::uint64_t{at[i]} << (8 * i);
  state.add<kWord>(last);
  state.v2 ^= output == SipOutput::bits128 ? 0xee : 0xff;
  state.mix<kEnd>();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace

std::uint64_t siphash(SipRounds rounds, SipOutput output, Bytes message) {
  return rounds == SipRounds::of_1_3 ? siphash_with<1, 3>(output, message) : siphash_with<2, 4>(output, message);
}

std::uint64_t siphash13(Bytes message) { return siphash(SipRounds::of_1_3, SipOutput::bits64, message); }

}  // namespace rartifacts
