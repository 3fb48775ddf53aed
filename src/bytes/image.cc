// SPDX-License-Identifier: MIT OR Apache-2.0
#include <rartifacts/bytes.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bytes/budget.h"

namespace rartifacts {
namespace {

constexpr std::uint64_t kPage = 4096;
/// A file up to this size is read whole, as one pread costs less than two, and into memory from malloc: pages of its own are more work for
/// the system than the reading.
constexpr std::uint64_t kSmallFile = 64 * 1024;
/// More address space than any artifact has bytes; a sparse file can claim any size.
constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 40;

Result<std::size_t> read_file(int fd, std::span<std::uint8_t> into, std::uint64_t offset) {
  ssize_t got;
  do got = pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
  while (got < 0 && errno == EINTR);
  if (got < 0) return fail_at(offset, ErrorKind::io, "{}", std::strerror(errno));
  return static_cast<std::size_t>(got);
}

/// Gives the pages at `start` their memory at once: cheaper than one page fault for each.
void fault_in([[maybe_unused]] std::uint8_t* start, [[maybe_unused]] std::uint64_t size) {
#ifdef MADV_POPULATE_WRITE
  if (size >= kSmallFile / 4) madvise(start, size, MADV_POPULATE_WRITE);
#endif
}

}  // namespace

Result<Image> Image::reserved(std::uint64_t size) {
  Image image;
  image.size_ = size;
  if (size == 0) return image;
  if (size > kMaxFile) return over(Limit::held);
  void* space = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED) return fail(ErrorKind::io, "no address space for {} bytes: see ulimit -v", size);
  image.base_ = static_cast<const std::uint8_t*>(space);
  image.is_reserved_ = true;
  image.held_ = std::make_shared<Held>();
  return image;
}

Result<Image> Image::of_file(int fd, const struct stat& status) {
  const auto read = [fd, device = status.st_dev, inode = status.st_ino](auto into, std::uint64_t offset) {
    auto got = read_file(fd, into, offset);
    if (got) credit_read(device, inode, offset, *got);
    return got;
  };
  return of_reader(read, static_cast<std::uint64_t>(status.st_size));
}

Result<Image> Image::of_file(int fd, std::uint64_t size) {
  struct stat status;
  if (fstat(fd, &status) != 0) return fail(ErrorKind::io, "{}", std::strerror(errno));
  status.st_size = static_cast<off_t>(size);
  return of_file(fd, status);
}

Result<Image> Image::of_reader(ReadAt read, std::uint64_t size) {
  auto image = reserved(size > kSmallFile ? size : 0);
  if (!image) return image;
  image->read_ = std::move(read);
  if (size == 0 || size > kSmallFile) return image;
  image->owned_.resize(size);
  image->base_ = image->owned_.data();
  image->size_ = size;
  image->is_reserved_ = true;
  image->held_ = std::make_shared<Held>();
  return image;
}

Result<Image> Image::of_stream(Draw draw, std::uint64_t size) {
  auto image = reserved(size);
  if (!image) return image;
  image->draw_ = std::move(draw);
  const auto* budget = Budget::current();
  if (budget && size <= budget->available()) image->head_ = image->let_go_ = (size + kPage - 1) / kPage * kPage;
  if (size > kWindow) madvise(const_cast<std::uint8_t*>(image->base_), size, MADV_HUGEPAGE);  // fewer page faults
  return image;
}

Image Image::of_bytes(std::vector<std::uint8_t> bytes) {
  Image image;
  image.owned_ = std::move(bytes);
  image.base_ = image.owned_.data();
  image.size_ = image.owned_.size();
  image.held_ = std::make_shared<Held>();
  (void)image.held_->grow(image.size_);  // if that was too much, the next charge says so
  return image;
}

Image Image::borrowed(Bytes bytes) {
  Image image;
  image.base_ = bytes.data();
  image.size_ = bytes.size();
  return image;
}

Image::Image(Image&& other) noexcept { *this = std::move(other); }

Image& Image::operator=(Image&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(size_, other.size_);
  std::swap(is_reserved_, other.is_reserved_);
  std::swap(read_, other.read_);
  std::swap(draw_, other.draw_);
  std::swap(fetched_, other.fetched_);
  std::swap(head_, other.head_);
  std::swap(tail_, other.tail_);
  std::swap(let_go_, other.let_go_);
  std::swap(loaded_, other.loaded_);
  std::swap(recent_, other.recent_);
  std::swap(owned_, other.owned_);
  std::swap(held_, other.held_);
  return *this;
}

Image::~Image() {
  if (is_reserved_ && owned_.empty()) munmap(const_cast<std::uint8_t*>(base_), size_);
}

Result<Bytes> Image::fetch(std::uint64_t offset, std::uint64_t length) {
  if (offset > size_ || length > size_ - offset)
    return fail_at(offset, ErrorKind::truncated, "the file ends before the {} bytes that should be there", length);
  if (is_reserved_ && length > 0) {
    std::uint64_t begin = offset / kPage * kPage;
    std::uint64_t end = std::min(size_, (offset + length + kPage - 1) / kPage * kPage);
    if (size_ <= kSmallFile) begin = 0, end = size_;
    if (auto loaded = draw_ ? draw_until(begin, end) : load(begin, end); !loaded) return pass(loaded);
  }
  return Bytes{base_ + offset, static_cast<std::size_t>(length)};
}

// Reads what is missing of [begin, end) and notes it down. Ranges are kept merged, so a walk from front to back keeps one.
Result<void> Image::load(std::uint64_t begin, std::uint64_t end) {
  if (recent_.first <= begin && recent_.second >= end) return {};
  auto first = std::ranges::lower_bound(loaded_, begin, {}, &Range::second);
  if (first != loaded_.end() && first->first <= begin && first->second >= end) return recent_ = *first, Result<void>();
  auto last = first;
  std::uint64_t position = begin;
  const auto read_until = [&](std::uint64_t stop) -> Result<void> {
    if (stop <= position) return {};
    if (auto held = held_->grow(stop - position); !held) return held;
    if (owned_.empty()) fault_in(const_cast<std::uint8_t*>(base_) + position, stop - position);
    while (position < stop) {
      auto got = read_({const_cast<std::uint8_t*>(base_) + position, stop - position}, position);
      if (!got) return pass(got);
      if (*got == 0) return fail_at(position, ErrorKind::changed, "the file shrank while it was read");
      position += *got;
    }
    return {};
  };
  while (last != loaded_.end() && last->first <= end) {
    if (auto read = read_until(last->first); !read) return read;
    position = std::max(position, last->second);
    ++last;
  }
  if (auto read = read_until(end); !read) return read;
  Range merged{begin, end};
  if (first != last) merged = {std::min(begin, first->first), std::max(end, std::prev(last)->second)};
  recent_ = merged;
  loaded_.insert(loaded_.erase(first, last), merged);
  return {};
}

void Image::keep(std::uint64_t head, std::uint64_t tail) {
  head_ = let_go_ = (head + kPage - 1) / kPage * kPage;
  tail_ = (tail + kPage - 1) / kPage * kPage;
}

Result<void> Image::draw_step(std::span<std::uint8_t> into) {
  auto got = draw_(into);
  if (!got) return pass(got);
  if (*got == 0) return fail_at(fetched_, ErrorKind::truncated, "the package ends inside of the file");
  fetched_ += *got;
  return {};
}

// What lies between the two windows is given back to the system, or never gets a place of its own. The bytes
// from `begin` on, and the window before them, stay.
Result<void> Image::draw_until(std::uint64_t begin, std::uint64_t end) {
  constexpr std::uint64_t kStep = std::uint64_t{128} << 10;
  constexpr std::uint64_t kMaxAtOnce = 2 * kWindow;
  if (begin < let_go_ && end > head_ && let_go_ > head_) return over(Limit::held);
  const bool is_kept_whole = head_ >= size_;
  if (end > fetched_ && end - begin > kMaxAtOnce && !is_kept_whole) return over(Limit::held);
  if (const auto needed = std::min(end, head_ + 2 * tail_); needed > held_->bytes())
    if (auto held = held_->grow(needed - held_->bytes()); !held) return held;
  auto* base = const_cast<std::uint8_t*>(base_);
  const auto keep_from = begin > head_ + tail_ ? (begin - tail_) / kPage * kPage : let_go_;
  if (keep_from > let_go_ && end > fetched_) {
    std::vector<std::uint8_t> passing(keep_from > std::max(fetched_, head_) ? kStep : 0);
    while (fetched_ < keep_from) {
      const bool is_kept = fetched_ < head_;
      const auto room = std::min(kStep, (is_kept ? head_ : keep_from) - fetched_);
      auto* into = is_kept ? base + fetched_ : passing.data();
      if (auto drawn = draw_step({into, static_cast<std::size_t>(room)}); !drawn) return drawn;
    }
    madvise(base + let_go_, keep_from - let_go_, MADV_DONTNEED);
    let_go_ = keep_from;
  }
  while (fetched_ < end)
    if (auto drawn = draw_step({base + fetched_, static_cast<std::size_t>(std::min(kStep, size_ - fetched_))}); !drawn)
      return drawn;
  return {};
}

Result<Bytes> View::fetch(std::uint64_t offset, std::uint64_t length) const {
  if (offset > size_ || length > size_ - offset)
    return fail_at(offset, ErrorKind::truncated, "{} bytes should stand here, {} do", length,
                   offset > size_ ? 0 : size_ - offset);
  return image_->fetch(begin_ + offset, length);
}

Result<View> View::sub(std::uint64_t offset, std::uint64_t length) const {
  if (offset > size_ || length > size_ - offset)
    return fail_at(offset, ErrorKind::truncated, "{} bytes should stand here, {} do", length,
                   offset > size_ ? 0 : size_ - offset);
  return View(*image_, begin_ + offset, length);
}

Bytes View::head(std::uint64_t length) const {
  auto bytes = fetch(0, std::min(length, size_));
  return bytes ? *bytes : Bytes{};
}

}  // namespace rartifacts
