// SPDX-License-Identifier: MIT OR Apache-2.0
#include "modules/unpack.h"

#include <algorithm>
#include <span>

#include "modules/load.h"
#include "unfold.h"

struct rartifacts_packed {
  std::span<const std::uint8_t> rest;
  std::unique_ptr<Unfolder> unfolder;
  bool is_whole = false;
};

namespace {

constexpr std::size_t kMagic = 6;

rartifacts_packed* open_packed(const std::uint8_t* bytes, std::size_t size, std::uint64_t window) {
  const std::span all(bytes, size);
  auto unfolder = Unfolder::for_magic(all.first(std::min(size, kMagic)), window);
  return unfolder ? new rartifacts_packed{all, std::move(unfolder)} : nullptr;
}

std::int64_t read_packed_file(rartifacts_packed* packed, std::uint8_t* into, std::size_t size) {
  for (;;) {
    const auto before = packed->rest.size();
    std::span room(into, size);
    const auto status = packed->unfolder->run(packed->rest, room, true);
    if (status == Unfolder::Status::damaged) return -1;
    if (status == Unfolder::Status::window) return -2;
    if (room.size() < size) return static_cast<std::int64_t>(size - room.size());
    if (packed->rest.size() != before) continue;
    return status == Unfolder::Status::whole && packed->rest.empty() ? 0 : -1;
  }
}

void close_packed(rartifacts_packed* packed) { delete packed; }

}  // namespace

RARTIFACTS_EXPORT const rartifacts_unpacker rartifacts_unpacker_v1;
const rartifacts_unpacker rartifacts_unpacker_v1{open_packed, read_packed_file, close_packed};
