// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <rartifacts/error.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace rartifacts {

using Bytes = std::span<const std::uint8_t>;
class Held;

inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The bytes of one file, fetched page by page as they are asked for.
///
/// A libcore.rmeta has 62 MB, and everything we want to know of it stands in a few pages. An `Image` reserves address
/// space for the whole file, reads only what `fetch` names, and keeps it at its own position: whatever was fetched is one
/// contiguous span, valid for as long as the Image lives. Files are read with pread(2), never mapped: build trees are
/// alive, and a mapped file that shrinks is a SIGBUS.
///
/// Memory is bounded by the bytes that the file really has, and by what a run may hold.
///
/// A file inside of a package comes as a stream that cannot go back. Its Image draws from the stream as far as is asked for. Of
/// a file that is too long to be kept as a whole it keeps the first and the last `kWindow` bytes of what has passed by: metadata is
/// read at its beginning and its end.
class Image {
 public:
  /// Puts the next bytes of a stream into `into`, as many as there are up to its size; 0 at the end.
  using Draw = std::function<Result<std::size_t>(std::span<std::uint8_t> into)>;
  /// Of a stream of any length, so many bytes from its start are kept, and so many before the last one drawn.
  static constexpr std::uint64_t kWindow = std::uint64_t{8} << 20;

  /// Reads from `fd`, which the caller keeps open as long as the Image is used. `size` is what fstat(2) said.
  static Result<Image> of_file(int fd, std::uint64_t size);
  /// The same, of what fstat(2) said already.
  static Result<Image> of_file(int fd, const struct stat& status);
  /// The same of what `read` puts into a span, from `offset` on; 0 when it is not that long any more.
  using ReadAt = std::function<Result<std::size_t>(std::span<std::uint8_t> into, std::uint64_t offset)>;
  static Result<Image> of_reader(ReadAt read, std::uint64_t size);
  /// Draws `size` bytes from a stream. A fetch of what was let go is an error, `too_large`.
  static Result<Image> of_stream(Draw draw, std::uint64_t size);
  /// Of a stream from which little was drawn so far: keep less than twice `kWindow`.
  void keep(std::uint64_t head, std::uint64_t tail);
  /// Owns bytes that were made in memory, such as decompressed metadata.
  static Image of_bytes(std::vector<std::uint8_t> bytes);
  /// Looks at bytes that the caller keeps alive.
  static Image borrowed(Bytes bytes);

  Image(Image&& other) noexcept;
  Image& operator=(Image&& other) noexcept;
  ~Image();

  std::uint64_t size() const { return size_; }

  /// The `length` bytes at `offset`. Errors: `truncated` when the file is not that long, `changed` when it was that long
  /// and no longer is, `io`, `too_large`.
  Result<Bytes> fetch(std::uint64_t offset, std::uint64_t length);

 private:
  Image() = default;
  static Result<Image> reserved(std::uint64_t size);
  Result<void> load(std::uint64_t begin, std::uint64_t end);
  Result<void> draw_step(std::span<std::uint8_t> into);
  Result<void> draw_until(std::uint64_t begin, std::uint64_t end);

  using Range = std::pair<std::uint64_t, std::uint64_t>;
  const std::uint8_t* base_ = nullptr;
  std::uint64_t size_ = 0;
  bool is_reserved_ = false;        ///< `base_` is address space, to be filled; else all bytes are there already
  ReadAt read_;                     ///< what it is filled from
  Draw draw_;                       ///< or the stream
  std::uint64_t fetched_ = 0;       ///< bytes read from the file or stream so far
  std::uint64_t head_ = kWindow;    ///< of a stream, so much is kept from the start
  std::uint64_t tail_ = kWindow;    ///< and so much before what was asked for last
  std::uint64_t let_go_ = kWindow;  ///< after the head, what is kept begins here
  std::vector<Range> loaded_;       ///< sorted, disjoint ranges of the file that were read
  Range recent_;                    ///< that of them which was asked for last: mostly the next is there too
  std::vector<std::uint8_t> owned_;
  std::shared_ptr<Held> held_;  ///< what the run counts of it
};

/// A window into an Image: a whole file, an archive member, a section. Cheap to copy; the Image must outlive it.
class View {
 public:
  explicit View(Image& image) : image_(&image), size_(image.size()) {}

  std::uint64_t size() const { return size_; }
  /// Where this window starts in the Image, and so in the file.
  std::uint64_t begin() const { return begin_; }

  /// The `length` bytes at `offset` of this window, valid for as long as the Image lives.
  Result<Bytes> fetch(std::uint64_t offset, std::uint64_t length) const;
  /// A window inside this one. Error: `truncated` when it does not fit.
  Result<View> sub(std::uint64_t offset, std::uint64_t length) const;
  /// At most `length` bytes from the start, fewer when there are no more; empty when they cannot be read.
  Bytes head(std::uint64_t length) const;

 private:
  View(Image& image, std::uint64_t begin, std::uint64_t size) : image_(&image), begin_(begin), size_(size) {}
  Image* image_;
  std::uint64_t begin_ = 0;
  std::uint64_t size_;
};

/// Reads a View from front to back. The first failure sticks: from then on every read gives zero or nothing and `ok()` is
/// false, so a decoder reads a whole record and asks once. Loops over counts that come from the file ask in each round.
class Cursor {
 public:
  Cursor(View view, std::uint64_t position) : view_(view), position_(position), low_(position), high_(position) {}

  bool ok() const { return !error_; }
  /// The first failure. Only when `!ok()`.
  std::unexpected<Error> error() const { return std::unexpected(*error_); }
  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return position_ < view_.size() ? view_.size() - position_ : 0; }
  /// Records a failure at the current position, unless there is one already.
  void reject(ErrorKind kind, std::string what);

  std::uint8_t u8() {
    if (position_ >= high_ && !refill(1)) return 0;
    return window_[position_++ - low_];
  }
  std::uint32_t u32_be();
  std::uint64_t u64_le();
  /// Unsigned LEB128 that must fit in `bits` bits (DWARF 5, 7.6).
  std::uint64_t leb128(unsigned bits = 64) {
    const bool is_one_byte = position_ < high_ && window_[position_ - low_] < 0x80 && bits >= 7;
    return is_one_byte ? window_[position_++ - low_] : long_leb128(bits);
  }
  /// A byte that must be 0 or 1.
  bool boolean();
  /// The next `length` bytes; valid as long as the Image. Empty on failure.
  Bytes raw(std::uint64_t length);
  void skip(std::uint64_t length);

 private:
  bool refill(std::uint64_t length);
  std::uint64_t long_leb128(unsigned bits);

  View view_;
  std::uint64_t position_;
  std::uint64_t low_;
  std::uint64_t high_;
  const std::uint8_t* window_ = nullptr;  ///< bytes [low_, high_) of the view
  std::optional<Error> error_;
};

/// Reads an unsigned integer of `width` bytes at `bytes[offset]`; the caller has checked that they are there.
std::uint64_t load_le(Bytes bytes, std::size_t offset, std::size_t width);
std::uint64_t load_be(Bytes bytes, std::size_t offset, std::size_t width);

/// Length of the well-formed UTF-8 sequence at the front of `text`, 0 when there is none (Unicode 15, table 3-7).
std::size_t utf8_sequence(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace rartifacts
#pragma GCC visibility pop
