// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The `.rustc` section of a dylib or proc macro
// =============================================
//
//     "rust" 0 0 0 V     the magic once more, outside of the compression
//     V 4                four zero bytes in front of the magic; raw DEFLATE
//     V 5, 6             raw DEFLATE (to 1.45), or snappy frames
//     V 7, 8             length of the rest as u32 BE, then snappy frames (to 1.72), or the blob itself
//     V 9 and later      length as u64 LE, then the blob itself
//
// Bytes behind the stated length are the linker's padding.
//
// A snappy frame is a chunk type, a length in three bytes (LE) and, for data, a masked CRC-32C of the unpacked bytes:
// ff stream identifier, 00 compressed, 01 stored, 80…fe skipped. One frame unpacks to at most 64 KiB.
// Defined by: rustc_codegen_ssa back/metadata.rs; google/snappy framing_format.txt.
#include <rartifacts/metadata.h>
#include <snappy.h>

#include <algorithm>
#include <array>

#include "bytes/budget.h"
#include "bytes/inflate.h"
#include "metadata/magic.h"

namespace rartifacts {
namespace {

/// Twice the largest metadata that any compressing rustc is known to have shipped in a dylib.
constexpr std::uint64_t kMaxUnpacked = std::uint64_t{32} << 20;
constexpr std::string_view kSnappyStart{"\xff\x06\x00\x00sNaPpY", 10};

constexpr auto kCrc32c = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    table[i] = crc;
  }
  return table;
}();

std::uint32_t masked_crc32c(Bytes bytes) {
  std::uint32_t crc = ~0U;
  for (const auto byte : bytes) crc = kCrc32c[(crc ^ byte) & 0xff] ^ crc >> 8;
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

Result<void> charge_unpacked(Held& held, std::size_t size) {
  if (auto unfolded = unfold(size); !unfolded) return unfolded;
  return held.grow(size);
}

Result<std::vector<std::uint8_t>> unpack_snappy(Bytes packed) {
  constexpr std::size_t kMaxFrame = 65536;
  std::vector<std::uint8_t> out;
  out.reserve(kMaxUnpacked);  // takes memory only as it is filled; growing would copy
  Held held;
  std::size_t at = 0;
  while (packed.size() - at >= 4) {
    const auto type = packed[at];
    const auto length = load_le(packed, at + 1, 3);
    const auto chunk_at = at + 4;
    if (type == 0 && length == 0) break;  // the linker's padding
    if (length > packed.size() - chunk_at) return fail_at(at, ErrorKind::truncated, "snappy frame of {} bytes", length);
    const Bytes chunk = packed.subspan(chunk_at, length);
    at = chunk_at + length;
    if (type >= 0x80) continue;  // may be skipped; 0xff names the stream
    if (type > 1 || length < 4) return fail_at(at, ErrorKind::malformed, "snappy frame of type {:#x}", type);
    const auto* data = reinterpret_cast<const char*>(chunk.data() + 4);
    std::size_t size = length - 4;
    if (type == 0 && !snappy::GetUncompressedLength(data, length - 4, &size)) size = kMaxFrame + 1;
    if (size > kMaxFrame) return fail_at(at, ErrorKind::malformed, "snappy frame of impossible size");
    if (out.size() + size > kMaxUnpacked) return over(Limit::unfolded);
    if (auto charged = charge_unpacked(held, size); !charged) return pass(charged);
    const auto start = out.size();
    out.resize(start + size);
    if (type == 1) {
      std::copy_n(data, size, out.begin() + static_cast<std::ptrdiff_t>(start));
    } else if (!snappy::RawUncompress(data, length - 4, reinterpret_cast<char*>(out.data() + start))) {
      return fail_at(at, ErrorKind::malformed, "snappy data is damaged");
    }
    if (masked_crc32c(Bytes(out).subspan(start)) != load_le(chunk, 0, 4))
      return fail_at(at, ErrorKind::malformed, "snappy checksum does not match");
  }
  return out;
}

Result<RustcSection> unpack(View section, std::uint64_t at, std::uint64_t length) {
  auto packed = section.fetch(at, length);
  if (!packed) return pass(packed);
  const bool is_snappy = as_text(*packed).starts_with(kSnappyStart);
  auto bytes = is_snappy ? unpack_snappy(*packed) : inflate_all(*packed, DeflateForm::bare, kMaxUnpacked, ".rustc");
  if (!bytes) return pass(bytes);
  auto storage = std::make_unique<Image>(Image::of_bytes(std::move(*bytes)));
  const View blob(*storage);
  return RustcSection{std::move(storage), blob};
}

}  // namespace

Result<RustcSection> read_rustc_section(View section) {
  const Bytes head = section.head(20);
  if (as_text(head).starts_with(kMetadataMagic4) && head.size() >= 12 && head[11] == 4)
    return unpack(section, 12, section.size() - 12);
  if (head.size() < 12 || !as_text(head).starts_with(kMetadataMagic))
    return fail(ErrorKind::malformed, ".rustc does not start with the metadata magic");
  const auto version = head[7];
  if (version <= 6) return unpack(section, 8, section.size() - 8);
  const bool is_wide = version >= 9;
  if (is_wide && head.size() < 16) return fail(ErrorKind::truncated, ".rustc ends inside its header");
  const std::uint64_t at = is_wide ? 16 : 12;
  const std::uint64_t length = is_wide ? load_le(head, 8, 8) : load_be(head, 8, 4);
  auto payload = section.sub(at, length);
  if (!payload) return fail_at(8, payload.error().kind, ".rustc is shorter than the {} bytes it announces", length);
  if (!is_wide && as_text(payload->head(4)) != "rust") return unpack(section, at, length);
  const Bytes start = payload->head(8);
  if (start.size() == 8 && start[7] != version)
    return fail_at(7, ErrorKind::malformed, ".rustc says metadata version {}, the metadata in it {}", version,
                   start[7]);
  return RustcSection{nullptr, *payload};
}

}  // namespace rartifacts
