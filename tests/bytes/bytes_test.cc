// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <rartifacts/bytes.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "bytes/budget.h"
#include "bytes/find_text.h"

using namespace rartifacts;

namespace {

struct TemporaryFile {
  int fd;
  TemporaryFile() {
    char name[] = "/tmp/rartifacts-test-XXXXXX";
    fd = mkstemp(name);
    unlink(name);
  }
  ~TemporaryFile() { close(fd); }
};

Image image_of(std::initializer_list<std::uint8_t> bytes) { return Image::of_bytes(bytes); }

}  // namespace

TEST_SUITE("bytes") {
  TEST_CASE("an image gives the bytes of a file at any offset, and reads only those pages") {
    TemporaryFile file;
    constexpr std::size_t kSize = 1 << 20;
    std::vector<std::uint8_t> content(kSize);
    for (std::size_t i = 0; i < kSize; ++i) content[i] = static_cast<std::uint8_t>(i * 31 + i / 4096);
    REQUIRE(write(file.fd, content.data(), kSize) == static_cast<ssize_t>(kSize));
    auto image = Image::of_file(file.fd, kSize);
    REQUIRE(image);
    for (const std::uint64_t offset : {0ULL, 4095ULL, 4096ULL, 700'000ULL, 1048'575ULL, 123'456ULL, 122'000ULL}) {
      const auto length = std::min<std::uint64_t>(9000, kSize - offset);
      auto bytes = image->fetch(offset, length);
      REQUIRE(bytes);
      CHECK(std::equal(bytes->begin(), bytes->end(), content.begin() + static_cast<std::ptrdiff_t>(offset)));
    }
    // a page that nobody asked for was not read: it is still zero in the image
    CHECK(image->fetch(0, 1)->data()[300'000] == 0);
  }

  TEST_CASE("a file that shrinks while it is read is an error, not a crash") {
    TemporaryFile file;
    REQUIRE(ftruncate(file.fd, 200'000) == 0);
    auto image = Image::of_file(file.fd, 200'000);
    REQUIRE(image);
    REQUIRE(image->fetch(0, 10));
    REQUIRE(ftruncate(file.fd, 100) == 0);
    auto late = image->fetch(150'000, 10);
    REQUIRE(!late);
    CHECK(late.error().kind == ErrorKind::changed);
  }

  TEST_CASE("a sparse file of any size cannot make an image take more than its bound") {
    TemporaryFile file;
    constexpr off_t kHuge = off_t{1} << 36;
    REQUIRE(ftruncate(file.fd, kHuge) == 0);
    const Budget::Run run;
    auto image = Image::of_file(file.fd, static_cast<std::uint64_t>(kHuge));
    REQUIRE(image);
    auto all = image->fetch(0, static_cast<std::uint64_t>(kHuge));
    REQUIRE(!all);
    CHECK(all.error().kind == ErrorKind::too_large);
  }

  TEST_CASE("no offset or length leads out of a view") {
    auto image = image_of({1, 2, 3, 4, 5, 6, 7, 8});
    const View file(image);
    CHECK(!file.fetch(8, 1));
    CHECK(!file.fetch(9, 0));
    CHECK(!file.fetch(1, ~0ULL));
    CHECK(!file.fetch(~0ULL, 2));
    auto inner = file.sub(2, 4);
    REQUIRE(inner);
    CHECK(inner->fetch(0, 4)->front() == 3);
    CHECK(!inner->fetch(0, 5));
    CHECK(!inner->sub(4, 1));
  }

  TEST_CASE("LEB128 is read up to 64 bits and refused beyond") {
    const auto read = [](std::initializer_list<std::uint8_t> bytes, unsigned bits) -> std::optional<std::uint64_t> {
      auto image = image_of(bytes);
      Cursor cursor(View(image), 0);
      const auto value = cursor.leb128(bits);
      return cursor.ok() ? std::optional(value) : std::nullopt;
    };
    CHECK(read({0x00}, 64) == 0);
    CHECK(read({0xe5, 0x8e, 0x26}, 64) == 624485);
    CHECK(read({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 64) == ~0ULL);
    CHECK(!read({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, 64));
    CHECK(!read({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, 64));
    CHECK(read({0xff, 0xff, 0xff, 0xff, 0x0f}, 32) == 0xffffffff);
    CHECK(!read({0xff, 0xff, 0xff, 0xff, 0x1f}, 32));
    CHECK(!read({0x80}, 64));
  }

  TEST_CASE("the first failure of a cursor sticks") {
    auto image = image_of({7, 9});
    Cursor cursor(View(image), 0);
    CHECK(cursor.u8() == 7);
    CHECK(cursor.u64_le() == 0);
    CHECK(!cursor.ok());
    CHECK(cursor.u8() == 0);
    CHECK(cursor.raw(1).empty());
    CHECK(cursor.error().error().kind == ErrorKind::truncated);
    CHECK(cursor.error().error().offset == 1);
  }

  TEST_CASE("UTF-8 is what RFC 3629 says: no overlong forms, no surrogates, nothing above U+10FFFF") {
    CHECK(is_utf8("kernel"));
    CHECK(is_utf8("\u00e9\u4e2d\U0001f980"));
    CHECK(!is_utf8("\xc0\x80"));
    CHECK(!is_utf8("\xe0\x80\x80"));
    CHECK(!is_utf8("\xed\xa0\x80"));
    CHECK(!is_utf8("\xf4\x90\x80\x80"));
    CHECK(!is_utf8("\xff"));
    CHECK(!is_utf8("\xe4\xb8"));
  }

  TEST_CASE("a text is found where std::string_view finds it, wherever it stands and however often its ends occur") {
    const std::string letters = "abac";
    std::uint32_t state = 1;
    const auto next = [&](std::size_t below) { return (state = state * 1664525 + 1013904223) / 65536 % below; };
    const auto made_up = [&](std::size_t size) {
      std::string text;
      while (text.size() < size) text += letters[next(letters.size())];
      return text;
    };
    for (int round = 0; round < 20'000; ++round) {
      const auto text = made_up(next(300));
      const auto from = next(320);
      const auto needle =
          round % 2 == 0 || text.empty() ? made_up(next(8)) : text.substr(next(text.size()), 1 + next(20));
      REQUIRE(find_text(text, needle, from) == std::string_view(text).find(needle, from));
    }
  }
}
