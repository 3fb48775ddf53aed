// SPDX-License-Identifier: MIT OR Apache-2.0
#include "object/path_leaks.h"

#include <doctest/doctest.h>

#include <map>

#include "testdata.h"

using namespace rartifacts;

namespace {

std::map<std::string, std::uint64_t> counted(const std::vector<std::string>& prefixes, std::string_view text,
                                             std::size_t chunk) {
  PathLeaks leaks(prefixes);
  for (; !text.empty(); text.remove_prefix(std::min(chunk, text.size()))) leaks.add(as_bytes(text.substr(0, chunk)));
  return {leaks.counts().begin(), leaks.counts().end()};
}

// The slow way: every position is looked at.
std::uint64_t expected(std::string_view prefix, std::string_view text) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) count += text.substr(i).starts_with(prefix) ? 1U : 0U;
  return count;
}

}  // namespace

TEST_SUITE("package") {
  TEST_CASE("prefixes are counted across the borders of chunks, however small these are") {
    const std::string text =
        "/build/a /build//build/x /home/b/build /buil /tmp/tmp/tmp/ " + std::string(3, '\0') + "/build/ /build";
    const std::vector<std::string> prefixes{"/build/", "/home/", "/tmp/tmp",
                                            "/",       "absent", "/build/a /build//build/x /home"};
    for (std::size_t chunk = 1; chunk <= text.size() + 1; ++chunk)
      for (const auto& [prefix, count] : counted(prefixes, text, chunk)) {
        CAPTURE(chunk);
        CAPTURE(prefix);
        CHECK(count == expected(prefix, text));
      }
  }

  TEST_CASE("overlapping occurrences all count") {
    CHECK(counted({"aa"}, "aaaaa", 2)["aa"] == 4);
    CHECK(counted({"aa"}, "aaaaa", 1)["aa"] == 4);
    CHECK(counted({"aa"}, "aaaaa", 9)["aa"] == 4);
  }

  TEST_CASE("the folder of its source is found in a real proc macro") {
    const auto bytes = test::golden("1.75.0/libpm-deadbeef.so");
    const auto text = as_text(bytes);
    const auto real = expected("/mnt/pm.rs", text);
    CHECK(real > 0);
    for (const std::size_t chunk : {7U, 64U, 4096U, 1U << 20})
      CHECK(counted({"/mnt/pm.rs"}, text, chunk)["/mnt/pm.rs"] == real);
  }

  TEST_CASE("nothing to look for, nothing to look at") {
    PathLeaks none({""});
    none.add(as_bytes("/build/"));
    CHECK(none.counts().empty());
    PathLeaks some({"/a"});
    some.add({});
    CHECK(some.counts().front().second == 0);
  }
}
