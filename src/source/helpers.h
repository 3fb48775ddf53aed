// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "bytes/budget.h"

namespace rartifacts {

/// Threads that take over tasks while this one goes on to find more. Little waits for them: when that is too much, whoever has a task does
/// it, and so nobody ever waits before `finish`.
class Helpers {
 public:
  /// With this one, `threads` of them; fewer when the system gives no more. One that starts helpers must hold nothing (see Budget).
  explicit Helpers(unsigned threads) : entered_(Budget::current(), threads) {
    auto* budget = Budget::current();
    try {
      for (unsigned i = 1; i < threads; ++i)
        threads_.emplace_back([this, budget, threads] {
          const Budget::Enter counted(budget, threads);
          serve();
        });
    } catch (...) {  // NOLINT(bugprone-empty-catch)
      // Neither a thread nor the room to note one: those that run do the work.
    }
  }
  ~Helpers() {
    {
      const std::lock_guard lock(mutex_);
      tasks_.clear();
      is_closed_ = true;
    }
    more_.notify_all();
    threads_.clear();
  }
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  /// `task` keeps `size` bytes in memory as long as it waits.
  void hand_over(std::size_t size, std::function<void()> task) {
    constexpr std::size_t kMostWaiting = std::size_t{1} << 20;
    std::unique_lock lock(mutex_);
    tasks_.push_back({size, std::move(task)});
    waiting_ += size;
    if (threads_.empty() || waiting_ > kMostWaiting) do_next(lock);
    else more_.notify_one();
  }

  /// Does what still waits, and waits for what is being done. What a task threw comes out of this call.
  void finish() {
    std::unique_lock lock(mutex_);
    while (!tasks_.empty()) do_next(lock);
    done_.wait(lock, [&] { return running_ == 0; });
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  }

 private:
  struct Task {
    std::size_t size;
    std::function<void()> run;
  };

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      more_.wait(lock, [&] { return is_closed_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      do_next(lock);
    }
  }

  void do_next(std::unique_lock<std::mutex>& lock) {
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    waiting_ -= task.size;
    ++running_;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      task.run();
    } catch (...) {
      thrown = std::current_exception();
    }
    task.run = nullptr;
    lock.lock();
    if (thrown && !thrown_) thrown_ = thrown;
    if (--running_ == 0) done_.notify_all();
  }

  const Budget::Enter entered_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::condition_variable done_;
  std::deque<Task> tasks_;
  std::size_t waiting_ = 0;  ///< bytes
  unsigned running_ = 0;
  bool is_closed_ = false;
  std::exception_ptr thrown_;
  std::vector<std::jthread> threads_;
};

}  // namespace rartifacts
