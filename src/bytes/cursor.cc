// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/bytes.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "bytes/budget.h"

namespace rartifacts {

void Cursor::reject(ErrorKind kind, std::string what) {
  if (!error_) error_ = Error{kind, std::move(what), position_};
  high_ = low_ = position_;  // whatever is read next comes back here and finds the failure
}

bool Cursor::refill(std::uint64_t length) {
  constexpr std::uint64_t kAhead = 512;  // the Image reads whole pages anyway; this only saves calls
  if (error_) return false;
  if (length > remaining()) {
    reject(ErrorKind::truncated, fmt::format("{} more bytes should follow, {} do", length, remaining()));
    return false;
  }
  auto bytes = view_.fetch(position_, std::min(std::max(length, kAhead), remaining()));
  if (!bytes) {
    error_ = bytes.error();
    return false;
  }
  add_work(bytes->size());
  window_ = bytes->data();
  low_ = position_;
  high_ = position_ + bytes->size();
  return true;
}

Bytes Cursor::raw(std::uint64_t length) {
  if (error_) return {};
  if ((position_ > high_ || length > high_ - position_) && !refill(length)) return {};
  Bytes bytes{window_ + (position_ - low_), static_cast<std::size_t>(length)};
  position_ += length;
  return bytes;
}

void Cursor::skip(std::uint64_t length) {
  if (length > remaining()) return reject(ErrorKind::truncated, fmt::format("{} more bytes should follow", length));
  position_ += length;
  if (position_ > high_) low_ = high_ = position_;
}

std::uint32_t Cursor::u32_be() {
  Bytes bytes = raw(4);
  return bytes.empty() ? 0 : static_cast<std::uint32_t>(load_be(bytes, 0, 4));
}

std::uint64_t Cursor::u64_le() {
  Bytes bytes = raw(8);
  return bytes.empty() ? 0 : load_le(bytes, 0, 8);
}

std::uint64_t Cursor::long_leb128(unsigned bits) {
  constexpr std::uint64_t kMarks = 0x8080'8080'8080'8080;  // a byte that has none is the last
  // Nearly all end within eight bytes of the window: their groups of seven bits are pushed together all at once.
  if (std::endian::native == std::endian::little && position_ < high_ && high_ - position_ >= sizeof kMarks) {
    std::uint64_t value = 0;
    std::memcpy(&value, window_ + (position_ - low_), sizeof value);
    if (const auto last = static_cast<unsigned>(std::countr_zero(~value & kMarks)); last < 64) {
      value &= ~kMarks & ~std::uint64_t{0} >> (63 - last);
      value = (value & 0x007f'007f'007f'007f) | (value & 0x7f00'7f00'7f00'7f00) >> 1;
      value = (value & 0x0000'3fff'0000'3fff) | (value & 0x3fff'0000'3fff'0000) >> 2;
      value = (value & 0x0000'0000'0fff'ffff) | (value & 0x0fff'ffff'0000'0000) >> 4;
      if (bits >= 56 || value >> bits == 0) {
        position_ += last / 8 + 1;
        return value;
      }
    }
  }
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = u8();  // 0, the last one, when there are no more
    const std::uint64_t low = byte & 0x7f;
    if (shift >= 64 || (shift > 57 && (low >> (64 - shift)) != 0)) break;
    value |= low << shift;
    if (byte < 0x80) {
      if (!ok()) return 0;
      if (bits < 64 && (value >> bits) != 0) break;
      return value;
    }
  }
  reject(ErrorKind::malformed, fmt::format("LEB128 value does not fit in {} bits", bits));
  return 0;
}

bool Cursor::boolean() {
  const std::uint8_t byte = u8();
  if (ok() && byte > 1) reject(ErrorKind::malformed, fmt::format("a bool is {}", byte));
  return ok() && byte == 1;
}

std::uint64_t load_le(Bytes bytes, std::size_t offset, std::size_t width) {
  std::uint64_t value = 0;
  if (std::endian::native == std::endian::little && width > 0 && bytes.size() - offset >= sizeof value) {
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value & ~std::uint64_t{0} >> (64 - 8 * width);
  }
  for (std::size_t i = width; i-- > 0;) value = value << 8 | bytes[offset + i];
  return value;
}

std::uint64_t load_be(Bytes bytes, std::size_t offset, std::size_t width) {
  std::uint64_t value = 0;
  if (std::endian::native == std::endian::little && width == sizeof value) {
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return std::byteswap(value);
  }
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes[offset + i];
  return value;
}

}  // namespace rartifacts
