// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Compressed modules
// ==================
//
// `make modules_install` compresses modules when CONFIG_MODULE_COMPRESS says so, after it has signed them. Unpacked they may have 50 MB
// and more (amdgpu), and little of that is looked at: the ELF header, what stands at the end, and .modinfo somewhere in between. So a
// module is unpacked once, and its beginning and end are kept; who asks for something else makes it be unpacked once more, as far as
// that. How often is a matter of the budget.
#include "source/unpack.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "bytes/budget.h"
#include "modules/load.h"
#include "modules/unpack.h"

namespace rartifacts {
namespace {

struct Packing {
  std::string_view suffix;
  std::string_view magic;
};
constexpr std::array kPackings{Packing{".ko.gz", "\x1f\x8b"}, Packing{".ko.xz", "\xfd\x37zXZ"},
                               Packing{".ko.zst", "\x28\xb5\x2f\xfd"}};

/// What was unpacked, piece by piece, and is kept.
constexpr std::size_t kPiece = std::size_t{128} << 10;
constexpr std::size_t kKeptHead = (std::size_t{12} << 20) / kPiece;
constexpr std::size_t kKeptTail = (std::size_t{8} << 20) / kPiece;

/// Memory for one piece, straight from the system: between what is kept of modules, holes of that size would stay for good. But there
/// are thousands of modules, and pages that the system has just taken back cost as much as copying them: each thread keeps a few, and all
/// of them together no more than 6 MiB.
class PieceMemory {
 public:
  PieceMemory() {
    if (spare().empty()) {
      void* memory = mmap(nullptr, kPiece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
      if (memory == MAP_FAILED) throw std::bad_alloc();
      start_ = static_cast<std::uint8_t*>(memory);
    } else {
      start_ = spare().back();
      spare().pop_back();
      --all_spare;
    }
  }
  PieceMemory(PieceMemory&& other) noexcept : start_(std::exchange(other.start_, nullptr)) {}
  PieceMemory& operator=(PieceMemory&& other) noexcept {
    std::swap(start_, other.start_);
    return *this;
  }
  ~PieceMemory() {
    if (!start_) return;
    constexpr int kMostSpare = 48;
    const bool has_room = spare().size() < spare().capacity();
    if (has_room && all_spare++ < kMostSpare) {
      spare().push_back(start_);
    } else {
      if (has_room) --all_spare;
      munmap(start_, kPiece);
    }
  }
  std::uint8_t* start() const { return start_; }

 private:
  struct Spare : std::vector<std::uint8_t*> {
    Spare() {
      constexpr std::size_t kMost = 24;
      reserve(kMost);
    }
    Spare(const Spare&) = delete;
    Spare& operator=(const Spare&) = delete;
    ~Spare() {
      for (auto* start : *this) munmap(start, kPiece), --all_spare;
    }
  };
  static Spare& spare() {
    static thread_local Spare pieces;
    return pieces;
  }
  static inline std::atomic<int> all_spare{0};
  std::uint8_t* start_ = nullptr;
};

class UnpackedPiece {
 public:
  std::span<std::uint8_t> rest() const { return {memory_.start() + size_, kPiece - size_}; }
  void take(std::size_t size) { size_ += size; }
  Bytes bytes() const { return {memory_.start(), size_}; }

 private:
  PieceMemory memory_;
  std::size_t size_ = 0;
};

class PackedModule {
 public:
  PackedModule(const rartifacts_unpacker& unpacker, Bytes packed) : unpacker_(unpacker), packed_(packed) {}

  /// Unpacks all of it once, and says how much that is.
  Result<std::uint64_t> measure() {
    for (;;) {
      auto more = next_piece();
      if (!more) return pass(more);
      size_ += *more;
      if (*more < kPiece) break;
    }
    end_ = std::exchange(tail_, {});
    return size_;
  }

  Result<std::size_t> read_at(std::span<std::uint8_t> into, std::uint64_t offset) {
    if (offset >= size_) return std::size_t{0};
    auto piece = piece_at(offset / kPiece);
    if (!piece) return pass(piece);
    const Bytes from = (*piece)->bytes().subspan(offset % kPiece);
    const auto length = std::min(into.size(), from.size());
    std::memcpy(into.data(), from.data(), length);
    return length;
  }

 private:
  struct Close {
    const rartifacts_unpacker* unpacker;
    void operator()(rartifacts_packed* packed) const { unpacker->close(packed); }
  };

  // Of a piece by its number: in the head, at the end, or among the last that passed.
  Result<const UnpackedPiece*> piece_at(std::uint64_t wanted) {
    if (wanted < head_.size()) return &head_[wanted];
    const auto pieces = (size_ + kPiece - 1) / kPiece;
    if (wanted >= pieces - end_.size()) return &end_[wanted - (pieces - end_.size())];
    if (wanted < position_ - tail_.size()) rewind();
    while (position_ <= wanted) {
      auto more = next_piece();
      if (!more) return pass(more);
      if (*more == 0)
        return fail(ErrorKind::changed, "changed while it was read: it unpacks to fewer bytes than before");
    }
    return &tail_[wanted - (position_ - tail_.size())];
  }

  void rewind() {
    handle_.reset();
    tail_.clear();
    position_ = 0;
  }

  // Its length; 0 at the end.
  Result<std::size_t> next_piece() {
    if (!handle_) handle_ = {unpacker_.open(packed_.data(), packed_.size(), Budget::kWindow), Close{&unpacker_}};
    if (!handle_)
      return fail(ErrorKind::malformed, "unknown compression: modules are compressed with gzip, xz or zstd");
    UnpackedPiece piece;
    while (!piece.rest().empty()) {
      const auto got = unpacker_.read(handle_.get(), piece.rest().data(), piece.rest().size());
      if (got == -2) return over(Limit::window);
      if (got < 0) return fail(ErrorKind::malformed, "the compressed data is damaged or cut off");
      if (got == 0) break;
      piece.take(static_cast<std::size_t>(got));
    }
    const auto done = piece.bytes().size();
    if (auto charged = unfold(done); !charged) return pass(charged);
    if (done == 0) return done;
    if (auto kept = store(std::move(piece)); !kept) return pass(kept);
    return done;
  }

  Result<void> store(UnpackedPiece piece) {
    const auto number = position_++;
    const bool is_head = number < kKeptHead;
    if (is_head && number < head_.size()) return {};
    if (!is_head && tail_.size() == kKeptTail) tail_.pop_front();
    if (is_head) head_.push_back(std::move(piece));
    else tail_.push_back(std::move(piece));
    const auto needed = (head_.size() + tail_.size() + end_.size()) * kPiece;
    return needed > held_.bytes() ? held_.grow(needed - held_.bytes()) : Result<void>();
  }

  const rartifacts_unpacker& unpacker_;
  Bytes packed_;
  std::unique_ptr<rartifacts_packed, Close> handle_{nullptr, Close{nullptr}};
  std::uint64_t position_ = 0;  ///< pieces that were unpacked on this way through
  std::uint64_t size_ = 0;
  std::vector<UnpackedPiece> head_;
  std::deque<UnpackedPiece> tail_;  ///< the last ones, unless they are in the head
  std::deque<UnpackedPiece> end_;   ///< those at the end, once that was reached
  Held held_;
};

const Packing* packing_of(std::string_view file_name) {
  const auto* form = std::ranges::find_if(kPackings, [&](const auto& row) { return file_name.ends_with(row.suffix); });
  return form == kPackings.end() ? nullptr : form;
}

}  // namespace

bool is_packed_module(std::string_view file_name) { return packing_of(file_name) != nullptr; }

Result<std::optional<Image>> unpack_module(View file, std::string_view file_name) {
  const auto* form = packing_of(file_name);
  if (!form || !as_text(file.head(8)).starts_with(form->magic)) return std::nullopt;
  auto symbol = load_module_symbol("libarchive", kUnpacker);
  if (!symbol) return pass(symbol);
  auto packed = file.fetch(0, file.size());
  if (!packed) return pass(packed);
  const auto module = std::make_shared<PackedModule>(*static_cast<const rartifacts_unpacker*>(*symbol), *packed);
  auto size = module->measure();
  if (!size) return pass(size);
  auto image =
      Image::of_reader([module](auto into, std::uint64_t offset) { return module->read_at(into, offset); }, *size);
  if (!image) return pass(image);
  return std::move(*image);
}

void note_packed(Artifact& artifact, std::uint64_t packed_size) {
  artifact.notes.push_back(fmt::format("compressed: {} bytes when unpacked", artifact.size));
  artifact.size = packed_size;
}

}  // namespace rartifacts
