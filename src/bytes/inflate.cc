// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bytes/inflate.h"

#include <zlib.h>

#include <algorithm>

namespace rartifacts {

Result<std::vector<std::uint8_t>> inflate_all(Bytes packed, DeflateForm form, std::size_t most, std::string_view what) {
  std::vector<std::uint8_t> out;
  z_stream stream{};
  if (inflateInit2(&stream, form == DeflateForm::bare ? -MAX_WBITS : MAX_WBITS) != Z_OK)
    return fail(ErrorKind::io, "zlib does not start");
  stream.next_in = const_cast<std::uint8_t*>(packed.data());
  stream.avail_in = static_cast<unsigned>(packed.size());
  int status = Z_OK;
  while (status == Z_OK && out.size() < most) {
    constexpr std::size_t kStep = std::size_t{256} << 10;
    const auto filled = out.size();
    out.resize(filled + kStep);
    stream.next_out = out.data() + filled;
    stream.avail_out = kStep;
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(filled + kStep - std::min<std::size_t>(stream.avail_out, kStep));
  }
  inflateEnd(&stream);
  if (status == Z_OK) return fail(ErrorKind::too_large, "{} unpacks to more than {} MiB", what, most >> 20);
  if (status != Z_STREAM_END) return fail(ErrorKind::malformed, "DEFLATE data of {} is damaged", what);
  return out;
}

}  // namespace rartifacts
