// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

namespace rartifacts {

/// SipHash-1-3 with a zero key: Rust's `DefaultHasher`, with which rustc numbers custom targets.
/// Defined by: Aumasson and Bernstein, "SipHash: a fast short-input PRF"; library/core/src/hash/sip.rs.
std::uint64_t siphash13(Bytes message);

}  // namespace rartifacts
