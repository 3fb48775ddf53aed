// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What a run may take
// ===================
//
// A package of ten kilobytes can unfold to terabytes, an archive can list one member a million times, and a million links can share
// one text. What such an input asks for is counted where memory is taken and work is done, in one budget for the whole run:
//
//     held bytes       what is in memory at one time: parts of files that are looked at, and what is kept of them until the end
//     unfolded bytes   what decompression makes, against the size of what was packed
//     work             bytes looked at again and again, names by their length, links by their steps, pairs that are compared
//     window           what a decoder has to remember; known before it starts
//     nesting          how deep a structure goes
//
// Over a limit, every reader fails with `too_large` and the limit's name, from then on: a file that is too much for the program is
// not a bad file, and nothing may be concluded from what was read of it.
//
// The budget in force is that of the thread; `on_threads` hands it on. Without one, nothing is counted.
#pragma once

#include <rartifacts/error.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

namespace rartifacts {

enum class Limit { held, unfolded, work, window, nesting };

struct LimitRow {
  Limit limit;
  std::string_view name;
  std::string_view what;  ///< of an input that is over it
};
/// In the order of the enumerators.
extern const std::array<LimitRow, 5> limit_table;

/// The error of an input that is over a limit.
std::unexpected<Error> over(Limit limit);

class Budget {
 public:
  /// In memory at one time, of one file and of all that is kept; more for each byte of the input, as far as kMostHeld.
  static constexpr std::uint64_t kHeld = std::uint64_t{46} << 20;
  static constexpr std::uint64_t kHeldPerByte = 2;
  static constexpr std::uint64_t kMostHeld = std::uint64_t{80} << 20;
  /// Threads share so much more for the files that they look at; one for which too little is left of it waits for its turn.
  static constexpr std::uint64_t kShares = std::uint64_t{8} << 20;
  /// Unfolded from an input of any size, and for each byte of it. Real packages unfold to 20 times their size at most.
  static constexpr std::uint64_t kAnyUnfolded = std::uint64_t{64} << 20;
  static constexpr std::uint64_t kUnfoldedPerByte = 100;
  /// Steps for an input of any size, and for each byte that was read of it. One takes about a nanosecond.
  static constexpr std::uint64_t kAnyWork = std::uint64_t{1} << 29;
  static constexpr std::uint64_t kWorkPerByte = 64;
  /// xz -9 and zstd --ultra -21.
  static constexpr std::uint64_t kWindow = std::uint64_t{64} << 20;

  /// The budget in force on this thread, or null.
  static Budget* current();

  /// One of several runs at a time, each on a thread of its own, whose results are taken in order. Over `held` bytes, it waits until it is
  /// the first of them: so only one is, and that one never waits.
  struct Queued {
    std::uint64_t held = ~std::uint64_t{0};
    std::function<void()> until_first;
  };

  /// Makes a budget that is in force on this thread, unless there is one: as long as this lives.
  class Run {
   public:
    Run();
    explicit Run(Queued queued);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

   private:
    std::unique_ptr<Budget> own_;
  };
  /// Puts a budget, or none, in force on this thread, which is one of `threads`.
  class Enter {
   public:
    Enter(Budget* budget, unsigned threads);
    ~Enter();
    Enter(const Enter&) = delete;
    Enter& operator=(const Enter&) = delete;

   private:
    Budget* before_;
    std::uint64_t held_before_;
    std::uint64_t shared_before_;
    bool was_one_of_many_;
  };

  /// What is kept while this lives is given up with it. While there is one, one thread starts all others.
  class Meanwhile {
   public:
    Meanwhile();
    ~Meanwhile();
    Meanwhile(const Meanwhile&) = delete;
    Meanwhile& operator=(const Meanwhile&) = delete;

   private:
    Budget* budget_;
    std::uint64_t kept_before_;
  };

  /// The first limit that was passed.
  const LimitRow* exceeded() const;
  /// Of one file, so many bytes can be held besides what is kept.
  std::uint64_t available() const;
  /// Bytes of input: what was read from disk, and what is packed.
  std::uint64_t input() const;

 private:
  friend class Held;
  friend Result<void> keep(std::uint64_t);
  friend Result<void> unfold(std::uint64_t);
  friend Result<void> pour(std::uint64_t);
  friend Result<void> flush_work();
  friend void credit_packed(std::uint64_t, std::uint64_t, std::uint64_t);
  friend void credit_read(std::uint64_t);
  friend void credit_read(std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t);

  Result<void> pass_limit(Limit limit);
  Result<void> count_unfolded(std::atomic<std::uint64_t>& count, std::uint64_t bytes);
  bool hold(std::uint64_t bytes);
  void queue_up();
  void release(std::uint64_t bytes);
  bool share(std::uint64_t bytes);
  void take_turn();
  void end_turn();

  Queued queued_;
  std::atomic<std::uint64_t> kept_{0};
  std::atomic<std::uint64_t> shared_{0};  ///< of kShares
  std::atomic<std::uint64_t> unfolded_{0};
  std::atomic<std::uint64_t> poured_{0};
  std::atomic<std::uint64_t> packed_{0};  ///< size of all packed inputs
  std::atomic<std::uint64_t> work_{0};
  std::atomic<std::uint64_t> read_{0};  ///< bytes read from disk
  std::atomic<int> exceeded_{-1};
  std::mutex mutex_;
  std::condition_variable turn_ends_;
  bool has_turn_ = false;                                   ///< a thread holds more than was left of kShares
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen_;  ///< packed inputs that were counted
  std::map<std::array<std::uint64_t, 3>, std::uint64_t>
      ranges_;  ///< what was read: device, inode and begin, and the end
};

/// Bytes that are held as long as this lives.
class Held {
 public:
  Held() = default;
  Held(Held&& other) noexcept : bytes_(std::exchange(other.bytes_, 0)), budget_(other.budget_) {}
  Held& operator=(Held&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(budget_, other.budget_);
    return *this;
  }
  ~Held();
  /// So many bytes more. A thread may have to wait for others.
  Result<void> grow(std::uint64_t bytes);
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
  Budget* budget_ = nullptr;
};

/// Bytes that are kept until the run ends.
Result<void> keep(std::uint64_t bytes);
/// Bytes that decompression made.
Result<void> unfold(std::uint64_t bytes);
/// Bytes of content that were handed out: those of the holes in a sparse file are nowhere unfolded.
Result<void> pour(std::uint64_t bytes);
/// A packed input of `size` bytes, which is counted once however often it is read.
void credit_packed(std::uint64_t device, std::uint64_t inode, std::uint64_t size);
/// Bytes that were read from disk.
void credit_read(std::uint64_t bytes);
/// The same of a file that may be read again, under whatever name: each byte is counted once.
void credit_read(std::uint64_t device, std::uint64_t inode, std::uint64_t offset, std::uint64_t bytes);

inline thread_local std::uint64_t pending_work = 0;
Result<void> flush_work();
/// So many steps of work. Cheap enough for the inner loops of readers.
inline Result<void> work(std::uint64_t steps) {
  constexpr std::uint64_t kTogether = 1 << 16;
  if ((pending_work += steps) < kTogether) return {};
  return flush_work();
}
/// The same where nothing can fail: whoever reads on is told by the next charge.
inline void add_work(std::uint64_t steps) { (void)work(steps); }

}  // namespace rartifacts
