// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bytes/inflate.h"

#include <zlib.h>

#include <algorithm>

#include "bytes/budget.h"

namespace rartifacts {

Result<std::vector<std::uint8_t>> inflate_all(Bytes packed, DeflateForm form, std::size_t most, std::string_view what) {
  constexpr std::size_t kStep = std::size_t{256} << 10;
  constexpr std::size_t kTightest = 1032;  // DEFLATE packs no byte tighter
  std::vector<std::uint8_t> out;
  out.reserve(std::min(most, packed.size() * kTightest) + kStep);  // takes memory as it is filled; growing would copy
  Held held;
  z_stream stream{};
  if (inflateInit2(&stream, form == DeflateForm::bare ? -MAX_WBITS : MAX_WBITS) != Z_OK)
    return fail(ErrorKind::io, "zlib does not start");
  stream.next_in = const_cast<std::uint8_t*>(packed.data());
  stream.avail_in = static_cast<unsigned>(packed.size());
  int status = Z_OK;
  Result<void> charged;
  while (status == Z_OK && out.size() < most && charged) {
    const auto filled = out.size();
    out.resize(filled + kStep);
    stream.next_out = out.data() + filled;
    stream.avail_out = kStep;
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(filled + kStep - std::min<std::size_t>(stream.avail_out, kStep));
    charged = unfold(out.size() - filled);
    if (charged) charged = held.grow(out.size() - filled);
  }
  inflateEnd(&stream);
  if (!charged) return pass(charged);
  if (status == Z_OK) return over(Limit::unfolded);
  if (status != Z_STREAM_END) return fail(ErrorKind::malformed, "DEFLATE data of {} is damaged", what);
  return out;
}

}  // namespace rartifacts
