// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace rartifacts {

/// How many threads `jobs` means; 0 is one per processor.
inline unsigned thread_count(unsigned jobs) {
  return jobs > 0 ? jobs : std::max(1U, std::thread::hardware_concurrency());
}

/// Runs `work(0)` … `work(count - 1)`, one of them on this thread, and waits for all.
template <class Work>
void on_threads(unsigned count, const Work& work) {
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < count; ++i) others.emplace_back([&work, i] { work(i); });
  work(0);
}

/// Runs `work(i)` for each i below `count`, spread over threads.
template <class Work>
void for_each_index(unsigned jobs, std::size_t count, const Work& work) {
  if (count == 1) return work(0);
  std::atomic<std::size_t> next{0};
  const auto threads = static_cast<unsigned>(std::min<std::size_t>(thread_count(jobs), count));
  if (threads == 0) return;
  on_threads(threads, [&](unsigned) {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) work(i);
  });
}

}  // namespace rartifacts
