// SPDX-License-Identifier: MIT OR Apache-2.0
#include "metadata/siphash.h"

namespace rartifacts {

std::uint64_t siphash13(Bytes message) {
  SipHash hash({1, 3}, SipHash::Output::bits64);
  hash.add(message);
  return hash.finish();
}

}  // namespace rartifacts
