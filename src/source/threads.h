// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "bytes/budget.h"

namespace rartifacts {

/// How many threads `jobs` means; 0 is one per processor.
inline unsigned thread_count(unsigned jobs) {
  return jobs > 0 ? jobs : std::max(1U, std::thread::hardware_concurrency());
}

/// Runs `work(0)` … `work(count - 1)`, one of them on this thread, and waits for all. With fewer when the system gives no more
/// threads: only `work(0)` is certain. What one of them throws comes out of this call.
template <class Work>
void on_threads(unsigned count, const Work& work) {
  std::mutex mutex;
  std::exception_ptr thrown;
  auto* budget = Budget::current();
  const auto guarded_work = [&](unsigned i) {
    try {
      const Budget::Enter counted(budget, count);
      work(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (unsigned i = 1; i < count; ++i) others.emplace_back([&guarded_work, i] { guarded_work(i); });
    } catch (...) {  // NOLINT(bugprone-empty-catch)
      // Neither a thread nor the room to note one: those that run do the work.
    }
    guarded_work(0);
  }
  if (thrown) std::rethrow_exception(thrown);
}

/// Runs `work(i)` for each i below `count`, spread over threads.
template <class Work>
void for_each_index(unsigned jobs, std::size_t count, const Work& work) {
  if (count == 0) return;  // how many processors there are is asked for in vain
  if (count == 1) return work(0);
  std::atomic<std::size_t> next{0};
  const auto threads = static_cast<unsigned>(std::min<std::size_t>(thread_count(jobs), count));
  on_threads(threads, [&](unsigned) {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) work(i);
  });
}

/// Runs `make(i, until_first)` for each i below `count`, spread over threads, and hands what it makes to `take(i, made)`: in order, one at
/// a time, on whichever thread. While one takes long, the others go on until `kAhead` times as many as there are threads wait for
/// it. `until_first()` waits until all before it were taken. Nothing more is begun when `take` returns false.
inline constexpr unsigned kAhead = 2;
template <class Make, class Take>
void for_each_in_order(unsigned jobs, std::size_t count, const Make& make, const Take& take) {
  if (count == 0) return;
  const auto threads = static_cast<unsigned>(std::min<std::size_t>(thread_count(jobs), count));
  std::mutex mutex;
  std::condition_variable one_was_taken;
  std::map<std::size_t, decltype(make(std::size_t{0}, std::function<void()>()))> made;
  std::size_t next = 0;
  std::size_t taken = 0;
  bool is_over = false;
  const auto end = [&] {
    is_over = true;
    one_was_taken.notify_all();
  };
  on_threads(threads, [&](unsigned) {
    std::unique_lock lock(mutex);
    try {
      for (;;) {
        one_was_taken.wait(lock, [&] { return is_over || next == count || next < taken + kAhead * threads; });
        if (is_over || next == count) return;
        const auto i = next++;
        lock.unlock();
        auto one = make(i, std::function<void()>([&mutex, &one_was_taken, &is_over, &taken, i] {
                          std::unique_lock wait_lock(mutex);
                          one_was_taken.wait(wait_lock, [&] { return is_over || taken == i; });
                        }));
        lock.lock();
        made.emplace(i, std::move(one));
        for (auto first = made.begin(); !is_over && first != made.end() && first->first == taken;) {
          if (!take(taken, std::move(first->second))) end();
          first = made.erase(first);
          ++taken;
        }
        one_was_taken.notify_all();
      }
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      end();
      throw;
    }
  });
}

}  // namespace rartifacts
