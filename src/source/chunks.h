// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/bytes.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "source/directory.h"

namespace rartifacts {

/// Hands to `take` all that `read` gives, piece by piece. `read` fills a span and says how many bytes it put there, 0 at the end.
template <class Read, class Take>
Result<void> for_each_chunk(Read&& read, Take&& take) {
  std::vector<std::uint8_t> buffer(std::size_t{128} << 10);
  for (;;) {
    const Result<std::size_t> got = read(std::span(buffer));
    if (!got) return pass(got);
    if (*got == 0) return {};
    take(Bytes(buffer).first(*got));
  }
}

/// The same of an open file, from where it stands.
template <class Take>
Result<void> for_each_chunk(int fd, Take&& take) {
  const auto read_some = [fd](std::span<std::uint8_t> into) -> Result<std::size_t> {
    ssize_t got;
    do got = read(fd, into.data(), into.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) return fail_errno("");
    return static_cast<std::size_t>(got);
  };
  return for_each_chunk(read_some, std::forward<Take>(take));
}

}  // namespace rartifacts
