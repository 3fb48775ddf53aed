// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <rartifacts/archive.h>

#include "testdata.h"

using namespace rartifacts;
using rartifacts::test::golden;

namespace {

struct Listing {
  std::vector<std::string> names;
  std::vector<std::uint64_t> sizes;
  ArchiveFormat format = ArchiveFormat::gnu;
  std::optional<Error> error;
};

Listing list(std::vector<std::uint8_t> bytes) {
  auto image = Image::of_bytes(std::move(bytes));
  Listing listing;
  auto reader = ArchiveReader::open(View(image));
  if (!reader) return listing.error = reader.error(), listing;
  for (;;) {
    auto member = reader->next();
    if (!member) listing.error = member.error();
    if (!member || !*member) break;
    listing.names.push_back((*member)->name);
    listing.sizes.push_back((*member)->size);
  }
  listing.format = reader->format();
  return listing;
}

std::string header(std::string_view name, std::string_view size) {
  return fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, 0, 644, size);
}

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

const std::string kMagic = "!<arch>\n";

}  // namespace

TEST_SUITE("archive") {
  TEST_CASE("GNU archives: names in the header and in the name table") {
    const auto listing = list(golden("special/archives/libleaf_long.rlib"));
    REQUIRE(!listing.error);
    CHECK(listing.names.front() == "lib.rmeta");
    CHECK(std::ranges::any_of(listing.names, [](const auto& name) { return name.size() == 226; }));
  }
  TEST_CASE("BSD archives keep long names in front of the content") {
    const auto listing = list(golden("special/archives/libleaf_bsd.rlib"));
    REQUIRE(!listing.error);
    CHECK(listing.format == ArchiveFormat::bsd);
    CHECK(std::ranges::find(listing.names, "lib.rmeta") != listing.names.end());
  }
  TEST_CASE("members of a thin archive are files elsewhere") {
    auto image = Image::of_bytes(golden("special/archives/libleaf_thin.rlib"));
    auto reader = ArchiveReader::open(View(image));
    REQUIRE(reader);
    auto member = reader->next();
    REQUIRE(member);
    REQUIRE(*member);
    CHECK((*member)->external);
    CHECK((*member)->name == "lib.rmeta");
  }
  TEST_CASE("a 64-bit symbol table is passed over") {
    const auto listing = list(golden("special/archives/libleaf_sym64.rlib"));
    REQUIRE(!listing.error);
    CHECK(listing.names.front() == "lib.rmeta");
  }
  TEST_CASE("COFF archives end long names with NUL") {
    const std::string table{"first.obj\0second-with-a-long-name.obj\0", 38};
    const auto listing =
        list(bytes_of(kMagic + header("//", "38") + table + header("/10", "0") + header("/0", "2") + "ab"));
    REQUIRE(!listing.error);
    CHECK(listing.names == std::vector<std::string>{"second-with-a-long-name.obj", "first.obj"});
  }
  TEST_CASE("AIX big archives are a linked list that only goes forwards") {
    const auto bytes = golden("special/targets/1.97.0-nightly/powerpc64-ibm-aix/libnocore.rlib");
    const auto listing = list(bytes);
    REQUIRE(!listing.error);
    CHECK(listing.names.front() == "lib.rmeta");
    CHECK(listing.sizes.front() == 1855);
  }
  TEST_CASE("a member that reaches behind the end, a size that is no number, and a cut header are errors") {
    CHECK(list(bytes_of(kMagic + header("a/", "10") + "short")).error->kind == ErrorKind::truncated);
    CHECK(list(bytes_of(kMagic + header("a/", "ten"))).error->kind == ErrorKind::malformed);
    CHECK(list(bytes_of(kMagic + header("a/", "2").substr(0, 30))).error);
    CHECK(list(bytes_of(kMagic + header("#1/99", "4") + "abcd")).error->kind == ErrorKind::malformed);
    CHECK(list(bytes_of(kMagic + header("a/", "99999999999999999999"))).error);
  }
  TEST_CASE("an archive without members is empty, not an error") {
    const auto listing = list(bytes_of(kMagic));
    CHECK(!listing.error);
    CHECK(listing.names.empty());
  }
}
