// SPDX-License-Identifier: MIT OR Apache-2.0
#include "modules/unpack.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <memory>

#include "modules/load.h"

namespace {
struct Free {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
}  // namespace

RARTIFACTS_EXPORT rartifacts_unpack rartifacts_unpack_v1;
int rartifacts_unpack_v1(const std::uint8_t* bytes, std::size_t size, rartifacts_take* take, void* context) {
  const std::unique_ptr<archive, Free> reader(archive_read_new());
  archive_read_support_format_raw(reader.get());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(reader.get(), bytes, size) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK || archive_filter_count(reader.get()) != 2)
    return -1;
  static thread_local std::array<std::uint8_t, 64 * 1024> buffer;
  for (;;) {
    const auto got = archive_read_data(reader.get(), buffer.data(), buffer.size());
    if (got < 0) return -1;
    if (got == 0) return 0;
    if (!take(context, buffer.data(), static_cast<std::size_t>(got))) return 1;
  }
}
