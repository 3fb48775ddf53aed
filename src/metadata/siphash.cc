// SPDX-License-Identifier: MIT OR Apache-2.0
#include "metadata/siphash.h"

#include <array>
#include <bit>

namespace rartifacts {
namespace {

struct State {
  std::uint64_t v0 = 0x736f6d6570736575, v1 = 0x646f72616e646f6d, v2 = 0x6c7967656e657261, v3 = 0x7465646279746573;

  void round() {
    v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
  }
  void word(std::uint64_t m) {
    v3 ^= m;
    round();
    v0 ^= m;
  }
};

}  // namespace

std::uint64_t siphash13(Bytes message) {
  State state;
  std::size_t at = 0;
  for (; at + 8 <= message.size(); at += 8) state.word(load_le(message, at, 8));
  state.word(load_le(message, at, message.size() - at) | std::uint64_t{message.size()} << 56);
  state.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace rartifacts
