// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>

#include <string_view>
#include <vector>

namespace rartifacts {

enum class DeflateForm {
  bare,  ///< RFC 1951
  zlib,  ///< RFC 1950: with a header and a checksum
};

/// Unpacks all of `packed`; what follows the end of the data is passed over. `what` names it in errors: `too_large` when it unpacks
/// to more than `most` bytes, give or take a step, or to more than the run may hold, `malformed`.
Result<std::vector<std::uint8_t>> inflate_all(Bytes packed, DeflateForm form, std::size_t most, std::string_view what);

}  // namespace rartifacts
