// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <rartifacts/metadata.h>

#include <set>
#include <thread>

using namespace rartifacts;

namespace {

Dependency named(const std::string& name) {
  Dependency dependency;
  dependency.name.text = name;
  dependency.svh = name + "-hash";
  dependency.extra_filename = "-" + name;
  return dependency;
}

std::vector<Dependencies> lists_of_many() {
  std::vector<Dependencies> lists(100);
  for (auto& list : lists)
    for (int i = 0; i < 100; ++i) list.push_back(named(std::to_string(i)));
  return lists;
}

}  // namespace

TEST_SUITE("metadata") {
  TEST_CASE("what two lists have is held once, and what differs in anything is not") {
    const auto one = named("one");
    auto host = one, kept = one, macros = one, moved = one;
    host.host_svh = "1";
    kept.is_private = false;
    macros.kind = DependencyKind::macros_only;
    moved.extra_filename = "-2";
    const Dependencies first{one, host, kept, macros, moved};
    const Dependencies second{named("other"), moved, macros, kept, host, one};
    std::set<const Dependency*> places;
    for (const auto& dependency : first) places.insert(&dependency);
    for (const auto& dependency : second) places.insert(&dependency);
    CHECK(places.size() == 6);
    CHECK(&first[0] == &second[5]);
    CHECK(second[4].host_svh == "1");
    CHECK(!second[5].host_svh);
    CHECK(second[3].is_private == false);
    CHECK(!second[5].is_private);
  }

  TEST_CASE("a name is given to the list that asks, and to no other") {
    Dependency word;
    word.svh = "7";
    word.name.predefined = 7;
    Dependencies one{named("a"), word};
    const auto copy = one;
    one.rename([](const Dependency& dependency) -> std::optional<CrateName> {
      if (!dependency.name.predefined) return std::nullopt;
      return CrateName{.text = "core", .predefined = 7, .source = CrateName::Source::rustc_table};
    });
    CHECK(one[0].name.text == "a");
    CHECK(one[1].name.text == "core");
    CHECK(one[1].svh == "7");
    CHECK(!copy[1].name.text);
    CHECK(copy.size() == 2);
  }

  TEST_CASE("a dependency outlives the list that it was made for") {
    Dependencies second;
    const Dependency* place = nullptr;
    {
      const Dependencies first{named("one")};
      place = &first.front();
      second.push_back(*place);
    }
    CHECK(&second.front() == place);
    CHECK(second.front().svh == "one-hash");
  }

  TEST_CASE("lists are made on several threads") {
    std::vector<std::vector<Dependencies>> made(4);
    {
      std::vector<std::jthread> threads;
      threads.reserve(made.size());
      for (auto& lists : made) threads.emplace_back([&] { lists = lists_of_many(); });
    }
    std::set<const Dependency*> places;
    for (const auto& lists : made)
      for (const auto& list : lists) {
        REQUIRE(list.size() == 100);
        for (std::size_t i = 0; i < list.size(); ++i) CHECK(list[i].name.text == std::to_string(i));
        for (const auto& dependency : list) places.insert(&dependency);
      }
    CHECK(places.size() == 100);
  }

  TEST_CASE("more different ones than a pool is meant for are as good") {
    std::vector<Dependencies> lists;
    for (int i = 0; i < 400; ++i) {
      auto& list = lists.emplace_back();
      for (int k = 0; k < 100; ++k) list.push_back(named(std::to_string(100 * i + k)));
    }
    for (std::size_t i = 0; i < 400; ++i) CHECK(lists[i][99].name.text == std::to_string(100 * i + 99));
  }
}
