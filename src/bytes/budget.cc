// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bytes/budget.h"

#include <algorithm>

#include "bytes/size_limits.h"

namespace rartifacts {
namespace {

thread_local Budget* in_force = nullptr;
thread_local std::uint64_t held_here = 0;    ///< by this thread
thread_local std::uint64_t shared_here = 0;  ///< of that, what came out of kShares
thread_local bool is_one_of_many = false;
thread_local bool is_my_turn = false;

}  // namespace

// clang-format off
const std::array<LimitRow, 5> limit_table{{
    {Limit::held,     "held-bytes",     "more of it would have to be held in memory than 46 MiB and twice the input, 80 MiB at most"},
    {Limit::unfolded, "unfolded-bytes", "unfolds to more than 64 MiB and 100 times its size"},
    {Limit::work,     "work",           "to look through it takes more steps than its size accounts for"},
    {Limit::window,   "window",         "its decoder would need a window of more than 64 MiB"},
    {Limit::nesting,  "nesting",        "nested too deep"},
}};
// clang-format on

std::unexpected<Error> over(Limit limit) {
  const auto& row = limit_table[static_cast<std::size_t>(limit)];
  return fail(ErrorKind::too_large, "over the limit {}: {}", row.name, row.what);
}

std::unexpected<Error> over(const SizeLimit& limit) {
  if (limit.is_in_bytes)
    return fail(ErrorKind::too_large, "over the limit {}: more than {} MiB of {}", limit.name, limit.most >> 20,
                limit.what);
  return fail(ErrorKind::too_large, "over the limit {}: more than {} {}", limit.name, limit.most, limit.what);
}

Budget* Budget::current() { return in_force; }

Budget::Run::Run() {
  if (in_force) return;
  own_ = std::make_unique<Budget>();
  in_force = own_.get();
  pending_work = held_here = shared_here = 0;
  is_my_turn = is_one_of_many = false;
}

Budget::Run::Run(Queued queued) : Run() {
  if (own_) own_->queued_ = std::move(queued);
}

Budget::Run::~Run() {
  if (own_) in_force = nullptr;
}

// A thread that starts others, and waits for them, must not have the turn for which they wait: neither now nor before it joins them.
Budget::Enter::Enter(Budget* budget, unsigned threads)
    : before_(in_force),
      held_before_(std::exchange(held_here, 0)),
      shared_before_(std::exchange(shared_here, 0)),
      was_one_of_many_(std::exchange(is_one_of_many, threads > 1)) {
  (void)flush_work();
  if (is_my_turn) before_->end_turn();
  in_force = budget;
}

Budget::Enter::~Enter() {
  (void)flush_work();
  if (in_force) in_force->release(held_here);  // what went to another thread
  in_force = before_;
  held_here = held_before_;
  shared_here = shared_before_;
  is_one_of_many = was_one_of_many_;
}

Budget::Meanwhile::Meanwhile()
    : budget_(in_force), kept_before_(budget_ ? budget_->kept_.load(std::memory_order_relaxed) : 0) {}

Budget::Meanwhile::~Meanwhile() {
  if (budget_) budget_->kept_.store(kept_before_, std::memory_order_relaxed);
}

const LimitRow* Budget::exceeded() const {
  const int limit = exceeded_.load(std::memory_order_relaxed);
  return limit < 0 ? nullptr : &limit_table[static_cast<std::size_t>(limit)];
}

std::uint64_t Budget::input() const {
  return read_.load(std::memory_order_relaxed) + packed_.load(std::memory_order_relaxed);
}

std::uint64_t Budget::available() const {
  const auto allowed = std::min(kMostHeld, kHeld + kHeldPerByte * input());
  return allowed - std::min(allowed, kept_.load(std::memory_order_relaxed));
}

Result<void> Budget::pass_limit(Limit limit) {
  int none = -1;
  exceeded_.compare_exchange_strong(none, static_cast<int>(limit));
  return over(limit);
}

void Budget::take_turn() {
  std::unique_lock lock(mutex_);
  turn_ends_.wait(lock, [&] { return !has_turn_; });
  has_turn_ = is_my_turn = true;
}

void Budget::end_turn() {
  {
    const std::lock_guard lock(mutex_);
    has_turn_ = is_my_turn = false;
  }
  turn_ends_.notify_one();
}

bool Budget::share(std::uint64_t bytes) {
  auto shared = shared_.load(std::memory_order_relaxed);
  do
    if (shared + bytes > kShares) return false;
  while (!shared_.compare_exchange_weak(shared, shared + bytes, std::memory_order_relaxed));
  shared_here += bytes;
  return true;
}

void Budget::queue_up() {
  if (queued_.until_first && kept_.load(std::memory_order_relaxed) + held_here > queued_.held)
    std::exchange(queued_.until_first, {})();
}

// One thread at a time may hold more than is left for all, and never waits; so the others have their turn some time.
bool Budget::hold(std::uint64_t bytes) {
  held_here += bytes;
  queue_up();
  if (is_one_of_many && !is_my_turn && !share(bytes)) take_turn();
  return held_here <= available();
}

void Budget::release(std::uint64_t bytes) {
  held_here -= std::min(held_here, bytes);
  if (shared_here > held_here)
    shared_.fetch_sub(std::exchange(shared_here, held_here) - held_here, std::memory_order_relaxed);
  if (is_my_turn && held_here <= shared_here) end_turn();
}

Held::~Held() {
  if (budget_ && budget_ == in_force) budget_->release(bytes_);
}

Result<void> Held::grow(std::uint64_t bytes) {
  if (!in_force || (budget_ && budget_ != in_force)) return {};
  budget_ = in_force;
  bytes_ += bytes;
  // Not for ever: what is held is given back, and a reader that can do without it goes on.
  if (!budget_->hold(bytes)) return over(Limit::held);
  return {};
}

Result<void> keep(std::uint64_t bytes) {
  if (!in_force) return {};
  in_force->kept_.fetch_add(bytes, std::memory_order_relaxed);
  in_force->queue_up();
  return in_force->available() == 0 ? in_force->pass_limit(Limit::held) : Result<void>();
}

Result<void> Budget::count_unfolded(std::atomic<std::uint64_t>& count, std::uint64_t bytes) {
  const auto all = count.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  const bool is_over =
      all > kAnyUnfolded && (all - kAnyUnfolded) / kUnfoldedPerByte > packed_.load(std::memory_order_relaxed);
  return is_over ? pass_limit(Limit::unfolded) : Result<void>();
}

Result<void> unfold(std::uint64_t bytes) {
  return in_force ? in_force->count_unfolded(in_force->unfolded_, bytes) : Result<void>();
}

Result<void> pour(std::uint64_t bytes) {
  return in_force ? in_force->count_unfolded(in_force->poured_, bytes) : Result<void>();
}

void credit_packed(std::uint64_t device, std::uint64_t inode, std::uint64_t size) {
  if (!in_force) return;
  const std::lock_guard lock(in_force->mutex_);
  if (in_force->seen_.emplace(device, inode).second) in_force->packed_ += size;
}

void credit_read(std::uint64_t bytes) {
  if (in_force) in_force->read_.fetch_add(bytes, std::memory_order_relaxed);
}

void credit_read(std::uint64_t device, std::uint64_t inode, std::uint64_t offset, std::uint64_t bytes) {
  if (!in_force || bytes == 0) return;
  auto begin = offset;
  auto end = offset + bytes;
  const std::lock_guard lock(in_force->mutex_);
  auto& ranges = in_force->ranges_;
  const auto is_near = [&](auto range) {
    return range != ranges.end() && range->first[0] == device && range->first[1] == inode && range->first[2] <= end &&
           range->second >= offset;
  };
  auto known = ranges.upper_bound({device, inode, offset});
  if (known != ranges.begin() && is_near(std::prev(known))) --known;
  auto fresh = bytes;
  for (; is_near(known); known = ranges.erase(known)) {
    if (known->first[2] <= offset && known->second >= end) return;
    fresh -= std::min(offset + bytes, known->second) - std::max(offset, known->first[2]);
    begin = std::min(begin, known->first[2]);
    end = std::max(end, known->second);
  }
  ranges[{device, inode, begin}] = end;
  in_force->read_.fetch_add(fresh, std::memory_order_relaxed);
}

Result<void> flush_work() {
  const auto steps = std::exchange(pending_work, 0);
  if (!in_force) return {};
  const auto done = in_force->work_.fetch_add(steps, std::memory_order_relaxed) + steps;
  if (done > Budget::kAnyWork && (done - Budget::kAnyWork) / Budget::kWorkPerByte > in_force->input())
    return in_force->pass_limit(Limit::work);
  return {};
}

}  // namespace rartifacts
