// SPDX-License-Identifier: MIT OR Apache-2.0
#include "unfold.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>

namespace {

using Bytes = std::span<const std::uint8_t>;
using Room = std::span<std::uint8_t>;

/// gzip (RFC 1952): one stream after the other, each with its checksum; padded with zeros.
class Gunzip final : public Unfolder {
 public:
  Gunzip() { inflateInit2(&stream_, 15 + 16); }
  ~Gunzip() override { inflateEnd(&stream_); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  Status run(Bytes& in, Room& out, bool) override {
    if (is_whole_) {
      while (!in.empty() && in.front() == 0) in = in.subspan(1);
      if (in.empty()) return Status::whole;
      inflateReset(&stream_);
    }
    stream_.next_in = const_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    in = in.last(stream_.avail_in);
    out = out.last(stream_.avail_out);
    is_whole_ = status == Z_STREAM_END;
    if (is_whole_) return Status::whole;
    return status == Z_OK || status == Z_BUF_ERROR ? Status::going_on : Status::damaged;
  }

 private:
  z_stream stream_{};
  bool is_whole_ = false;
};

/// What one decoder leaves to the next one of its thread: its window and tables, as long as they are small. For a module of 30 kB they
/// cost a tenth of the whole.
class SpareStream {
 public:
  ~SpareStream() { lzma_end(&stream_); }
  lzma_stream take() { return std::exchange(stream_, LZMA_STREAM_INIT); }
  void give(lzma_stream stream) {
    constexpr std::uint64_t kMost = std::uint64_t{4} << 20;
    std::swap(stream_, stream);
    if (stream_.internal && lzma_memusage(&stream_) > kMost) std::swap(stream_, stream);
    lzma_end(&stream);
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};
thread_local SpareStream spare_stream;

/// What liblzma reads: xz, lzma, and since 5.4 lzip.
class Unxz final : public Unfolder {
 public:
  // Beside the window a decoder needs some memory for itself.
  explicit Unxz(std::uint64_t window)
      : stream_(spare_stream.take()),
        ready_(lzma_auto_decoder(&stream_, window + (std::uint64_t{2} << 20), LZMA_CONCATENATED) == LZMA_OK) {}
  ~Unxz() override { spare_stream.give(stream_); }
  Unxz(const Unxz&) = delete;
  Unxz& operator=(const Unxz&) = delete;

  Status run(Bytes& in, Room& out, bool is_last) override {
    if (!ready_) return Status::window;
    stream_.next_in = in.data();
    stream_.avail_in = in.size();
    stream_.next_out = out.data();
    stream_.avail_out = out.size();
    const auto status = lzma_code(&stream_, is_last ? LZMA_FINISH : LZMA_RUN);
    in = in.last(stream_.avail_in);
    out = out.last(stream_.avail_out);
    switch (status) {
      case LZMA_OK:
      case LZMA_BUF_ERROR: return Status::going_on;
      case LZMA_STREAM_END: return Status::whole;
      case LZMA_MEM_ERROR:
      case LZMA_MEMLIMIT_ERROR: return Status::window;
      default: return Status::damaged;
    }
  }

 private:
  lzma_stream stream_;
  bool ready_;
};

/// Zstandard (RFC 8878): one frame after the other.
class Unzstd final : public Unfolder {
 public:
  explicit Unzstd(std::uint64_t window) : stream_(ZSTD_createDCtx()) {
    if (stream_) ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, static_cast<int>(std::bit_width(window)) - 1);
  }
  ~Unzstd() override { ZSTD_freeDCtx(stream_); }
  Unzstd(const Unzstd&) = delete;
  Unzstd& operator=(const Unzstd&) = delete;

  Status run(Bytes& in, Room& out, bool) override {
    if (!stream_) return Status::window;
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer into{out.data(), out.size(), 0};
    const auto status = ZSTD_decompressStream(stream_, &into, &from);
    in = in.subspan(from.pos);
    out = out.subspan(into.pos);
    // 0: a frame has ended. Asked again without input, it would say that the next one has not begun.
    if (!ZSTD_isError(status)) is_whole_ = status == 0 || (is_whole_ && from.pos == 0 && into.pos == 0);
    if (!ZSTD_isError(status)) return is_whole_ ? Status::whole : Status::going_on;
    const std::string_view why = ZSTD_getErrorName(status);
    const bool is_window = why.find("memory") != why.npos;  // "Frame requires too much memory for decoding"
    return is_window ? Status::window : Status::damaged;
  }

 private:
  ZSTD_DCtx* stream_;
  bool is_whole_ = false;
};

}  // namespace

std::unique_ptr<Unfolder> Unfolder::for_magic(Bytes head, std::uint64_t window) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text.starts_with("\x1f\x8b")) return std::make_unique<Gunzip>();
  // A skippable frame may stand before the first one of data.
  const bool is_skippable = text.size() >= 4 && (head[0] & 0xf0) == 0x50 && text.substr(1, 3) == "\x2a\x4d\x18";
  if (text.starts_with("\x28\xb5\x2f\xfd") || is_skippable) return std::make_unique<Unzstd>(window);
  if (text.starts_with("\xfd"
                       "7zXZ") ||
      text.starts_with("LZIP") || text.starts_with(std::string_view("\x5d\0\0", 3)))
    return std::make_unique<Unxz>(window);
  return nullptr;
}
