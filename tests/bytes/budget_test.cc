// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bytes/budget.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace rartifacts;

TEST_SUITE("bytes") {
  TEST_CASE("without a run nothing is counted") {
    REQUIRE(!Budget::current());
    CHECK(keep(~std::uint64_t{0} >> 1));
    CHECK(unfold(~std::uint64_t{0} >> 1));
    Held held;
    CHECK(held.grow(~std::uint64_t{0} >> 1));
  }

  TEST_CASE("what unfolds is measured against what was packed, which counts once") {
    const Budget::Run run;
    for (int again = 0; again < 3; ++again) credit_packed(1, 2, 1000);
    CHECK(unfold(Budget::kAnyUnfolded + 1000 * Budget::kUnfoldedPerByte));
    CHECK(!Budget::current()->exceeded());
    const auto more = unfold(2 * Budget::kUnfoldedPerByte);
    REQUIRE(!more);
    CHECK(more.error().kind == ErrorKind::too_large);
    CHECK(more.error().what.find("unfolded-bytes") != std::string::npos);
    CHECK(Budget::current()->exceeded()->limit == Limit::unfolded);
  }

  TEST_CASE("work that goes over the limit stays over it, and a new run begins anew") {
    for (int i = 0; i < 2; ++i) {
      const Budget::Run run;
      CHECK(work(Budget::kAnyWork / 2));
      CHECK(!work(Budget::kAnyWork));
      CHECK(!work(Budget::kAnyWork));
      credit_read(1000);
      CHECK(!work(Budget::kAnyWork));
    }
  }

  TEST_CASE("what is read again of a file is counted once, and what is read besides is counted") {
    const Budget::Run run;
    const auto read = [](std::uint64_t inode, std::uint64_t offset, std::uint64_t bytes) {
      credit_read(1, inode, offset, bytes);
      return Budget::current()->input();
    };
    CHECK(read(1, 0, 64) == 64);
    CHECK(read(1, 0, 64) == 64);
    CHECK(read(1, 0, 4096) == 4096);
    CHECK(read(1, 64, 64) == 4096);
    CHECK(read(2, 0, 64) == 4160);
    CHECK(read(1, 8192, 4096) == 8256);
    CHECK(read(1, 16384, 4096) == 12352);
    CHECK(read(1, 4000, 14000) == 12352 + 4096 + 4096);
    CHECK(read(1, 0, 20480) == 20480 + 64);
    CHECK(read(1, 0, 0) == 20480 + 64);
  }

  TEST_CASE("what is held is given back, what is kept is not") {
    const Budget::Run run;
    for (int i = 0; i < 3; ++i) {
      Held held;
      CHECK(held.grow(Budget::kHeld));
      CHECK(!held.grow(1));
    }
    CHECK(!Budget::current()->exceeded());
    CHECK(keep(Budget::kHeld / 2));
    Held held;
    CHECK(!held.grow(Budget::kHeld));
    CHECK(!keep(Budget::kHeld));
    CHECK(Budget::current()->exceeded()->limit == Limit::held);
  }

  TEST_CASE("of many threads one at a time holds much, and all come to their turn") {
    const Budget::Run run;
    auto* budget = Budget::current();
    std::atomic<int> at_once{0};
    std::atomic<int> most{0};
    std::atomic<int> done{0};
    constexpr unsigned kThreads = 8;
    {
      std::vector<std::jthread> threads;
      threads.reserve(kThreads);
      for (unsigned i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
          const Budget::Enter entered(budget, kThreads);
          for (int round = 0; round < 20; ++round) {
            Held little;
            REQUIRE(little.grow(Budget::kShares / kThreads));
            Held much;
            REQUIRE(much.grow(Budget::kHeld / 2));
            most = std::max(most.load(), ++at_once);
            std::this_thread::yield();
            --at_once;
            ++done;
          }
        });
    }
    CHECK(most == 1);
    CHECK(done == 20 * kThreads);
    CHECK(!budget->exceeded());
  }
}
