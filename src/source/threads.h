// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
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

}  // namespace rartifacts
