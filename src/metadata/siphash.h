// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

namespace rartifacts {

/// Rounds of SipHash-c-d: c for each word, d at the end.
enum class SipRounds { of_2_4, of_1_3 };
enum class SipOutput { bits64, bits128 };

/// SipHash with a zero key; of 128 bits the first 64.
/// Defined by: Aumasson and Bernstein, "SipHash: a fast short-input PRF"; rustc_data_structures/src/sip128.rs.
std::uint64_t siphash(SipRounds rounds, SipOutput output, Bytes message);

/// SipHash-1-3: Rust's `DefaultHasher`, with which rustc numbers custom targets.
std::uint64_t siphash13(Bytes message);

}  // namespace rartifacts
