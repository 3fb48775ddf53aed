// SPDX-License-Identifier: MIT OR Apache-2.0
#include "metadata/siphash.h"

#include <bit>
#include <cstring>

namespace rartifacts {
namespace {

struct SipState {
  std::uint64_t v0 = 0x736f6d6570736575, v1 = 0x646f72616e646f6d, v2 = 0x6c7967656e657261, v3 = 0x7465646279746573;

  void mix(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
    }
  }
  void add(std::uint64_t word, int rounds) {
    v3 ^= word;
    mix(rounds);
    v0 ^= word;
  }
};

std::uint64_t little_endian(const std::uint8_t* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::little ? word : std::byteswap(word);
}

}  // namespace

std::uint64_t siphash(SipRounds rounds, SipOutput output, Bytes message) {
  SipState state;
  if (output == SipOutput::bits128) state.v1 ^= 0xee;
  Bytes rest = message;
  for (; rest.size() >= 8; rest = rest.subspan(8)) state.add(little_endian(rest.data()), rounds.word);
  auto last = std::uint64_t{message.size()} << 56;
  for (std::size_t i = 0; i < rest.size(); ++i) last |= std::uint64_t{rest[i]} << (8 * i);
  state.add(last, rounds.word);
  state.v2 ^= output == SipOutput::bits128 ? 0xee : 0xff;
  state.mix(rounds.end);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::uint64_t siphash13(Bytes message) { return siphash({1, 3}, SipOutput::bits64, message); }

}  // namespace rartifacts
