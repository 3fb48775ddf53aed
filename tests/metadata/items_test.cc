// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <rartifacts/items.h>

#include <map>
#include <set>

#include "metadata/item_layout.h"
#include "metadata/siphash.h"
#include "metadata/word_search.h"
#include "metadata/words.h"
#include "testdata.h"

using namespace rartifacts;
using rartifacts::test::golden;

namespace {

// Crates compiled from one source by each rustc: testdata/goldens/README.md.
std::vector<std::string> leaves() {
  std::vector<std::string> paths;
  for (const auto& path : test::all_goldens())
    if (path.starts_with("1.") && path.ends_with("/libleaf-1a2b3c4d.rmeta")) paths.push_back(path);
  return paths;
}

Result<std::string> listing_of(std::vector<std::uint8_t> bytes) {
  auto image = Image::of_bytes(std::move(bytes));
  auto items = Items::read(View(image));
  if (!items) return pass(items);
  return items->listing();
}

/// A listing without what tells kinds of one sort apart: `Macro(Bang)`, `Const { is_type_const: true }`.
std::string without_variants(const std::string& listing) {
  std::string out;
  for (std::size_t i = 0; i < listing.size(); ++i) {
    const bool is_variant = listing.compare(i, 6, "Macro(") == 0 || listing.compare(i, 8, "Static {") == 0 ||
                            listing.compare(i, 7, "Static(") == 0 || listing.compare(i, 7, "Const {") == 0;
    if (is_variant) {
      out += listing.substr(i, 5);
      int depth = 0;
      for (; i < listing.size(); ++i) {
        depth += listing[i] == '(' || listing[i] == '{';
        depth -= listing[i] == ')' || listing[i] == '}';
        if (depth == 0 && (listing[i] == ')' || listing[i] == '}')) break;
      }
      continue;
    }
    out += listing[i];
  }
  return out;
}

constexpr std::string_view kLeaf =
    "Public Mod crate {\n    Public Fn leaf {}\n    Public Trait Shape {\n        Public AssocFn area {}\n    }\n}\n";

}  // namespace

TEST_SUITE("metadata") {
  TEST_CASE("the words are sorted, begin with the empty one, and hold names of the language") {
    const auto& words = predefined_words();
    CHECK(words.size() > 2800);
    CHECK(words[0].empty());
    for (std::size_t i = 1; i < words.size(); ++i) CHECK(words[i - 1] < words[i]);
    for (const std::string_view word : {"core", "std", "alloc", "autodiff_forward", "Vec", "'static"})
      CHECK(words[words.place_of(word)] == word);
  }

  TEST_CASE("a word is found near where rustc 1.96 has it, keywords and characters too") {
    WordSearch search("rustc 1.96.0 (ac68faa20 2026-05-25)");
    const auto tries = [&](std::uint32_t symbol, std::string_view word) {
      int count = 0;
      CHECK(search.find(symbol, [&](std::string_view tried) { return ++count, tried == word; }) == word);
      return count;
    };
    CHECK(tries(64, "raw") < 10);
    CHECK(tries(62, "default") < 10);
    CHECK(tries(93, "CStr") < 60);
    CHECK(tries(94, "CallOnceFuture") < 10);
    tries(2184, "0");  // a search of its own
    CHECK(tries(2213, "T") == 1);
    CHECK(tries(2235, "p") == 1);
    CHECK(search.find(621, [](std::string_view) { return false; }) == std::nullopt);
  }

  TEST_CASE("SipHash-128 as rustc has it: the hash of `leaf` in a crate of rustc 1.96") {
    constexpr std::uint8_t kMessage[] = {0x8d, 0x94, 0x13, 0x73, 0x8d, 0xeb, 0xca, 0x72, 6,
                                         'l',  'e',  'a',  'f',  0xff, 0,    0,    0,    0};
    CHECK(siphash(SipRounds::of_1_3, SipOutput::bits128, kMessage) == 0x6d160bf37149eaddULL);
  }

  TEST_CASE("a crate reads the same whichever rustc since 1.62 compiled it") {
    int read = 0;
    for (const auto& path : leaves()) {
      const auto listing = listing_of(golden(path));
      const int minor = std::stoi(path.substr(2));
      if (minor < kFirstItems) {
        CHECK_MESSAGE(!listing, path);
        continue;
      }
      REQUIRE_MESSAGE(listing, path);
      CHECK_MESSAGE(*listing == kLeaf, path);
      ++read;
    }
    CHECK(read >= 25);
  }

  TEST_CASE("words of rustc, spans and source files come out") {
    auto image = Image::of_bytes(golden("1.96.0/libleaf-1a2b3c4d.rmeta"));
    auto items = Items::read(View(image));
    REQUIRE(items);
    CHECK(items->notes().empty());
    CHECK(items->predefined(1856) == "std");
    CHECK(items->path(5, "leaf") == "leaf::Shape::area");
    CHECK(items->kind(5) == ItemKind::assoc_fn);
    CHECK(prove_predefined(View(image), {1856, 1857}) == std::vector<std::optional<std::string>>{"std", std::nullopt});
    const auto& sources = items->source_files();
    REQUIRE(sources);
    const auto span = items->span(3);
    REQUIRE(span);
    REQUIRE(sources->at(span->file));
    const auto& source = *sources->at(span->file);
    CHECK(source.path == "/src/leaf.rs");
    CHECK(source.checksum == "b3128124f05e71886195eb900b2de17c");
    const auto text = golden("sources/leaf.rs");
    CHECK(as_text(Bytes(text).subspan(span->offset, span->length)) == "pub fn leaf(x: u32) -> u32");
  }

  TEST_CASE("what is read of a damaged file has no wrong name: one byte flipped at every place") {
    const auto sound = golden("1.96.0/libleaf-1a2b3c4d.rmeta");
    const std::set<std::string> names{"leaf", "Shape", "area", "std", "'_", "crate"};
    int refused = 0;
    for (std::size_t i = 0; i < sound.size(); ++i) {
      auto damaged = sound;
      damaged[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      auto image = Image::of_bytes(damaged);
      auto items = Items::read(View(image));
      if (!items) ++refused;
      if (!items) continue;
      for (DefIndex k = 1; k < items->size(); ++k)
        if (const auto name = items->name(k)) CHECK_MESSAGE(names.contains(std::string(*name)), i);
      items->listing();
      items->span(3);
    }
    CHECK(refused > 300);
  }

  TEST_CASE("the rows of another release give no wrong name: each golden file with the version of every other") {
    // Releases that begin a row in one of the tables.
    const std::vector<std::string> others{"63", "69", "75", "78", "80", "84", "91", "95", "96", "97"};
    int readings = 0, refused = 0, same = 0, without_kinds = 0, other_kinds = 0;
    for (const auto& path : test::all_goldens()) {
      if (!path.starts_with("1.") || !path.ends_with(".rmeta")) continue;
      auto blob = golden(path);
      if (blob.size() > std::size_t{64} << 10) continue;
      const auto sound = listing_of(blob);
      const auto version = as_text(blob).find("rustc 1.");
      if (!sound || sound->empty() || version == std::string_view::npos) continue;
      for (const auto& minor : others) {
        if (std::ranges::equal(minor, as_text(blob).substr(version + 8, 2))) continue;
        auto foreign = blob;
        std::ranges::copy(minor, foreign.begin() + static_cast<std::ptrdiff_t>(version + 8));
        ++readings;
        const auto read = listing_of(foreign);
        if (!read) ++refused;
        else if (read->empty()) ++without_kinds;
        else if (*read == *sound) ++same;
        else {
          ++other_kinds;
          CHECK_MESSAGE(without_variants(*read) == without_variants(*sound), path << " read as 1." << minor);
        }
      }
    }
    MESSAGE(readings << " readings: " << refused << " refused, " << without_kinds << " without kinds, " << same
                     << " the same, " << other_kinds << " with another variant of a kind");
    CHECK(readings > 900);
    CHECK(refused > 100);
  }

  TEST_CASE("a file that ends early is refused, wherever") {
    const auto sound = golden("1.96.0/libleaf-1a2b3c4d.rmeta");
    for (std::size_t size = 0; size < sound.size(); size += 7)
      CHECK(!listing_of({sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size)}));
  }

  TEST_CASE("every kind has a place: the numbers of each release are distinct texts of kinds that fit a key") {
    for (int minor = kFirstItems; minor <= kNewestItems; ++minor) {
      std::set<std::string_view> texts;
      for (const auto& number : kind_numbers(minor)) CHECK(texts.insert(number.text).second);
      CHECK(texts.size() >= 37);
    }
    // The number of Ctor(Struct, Const) in rustc's own files.
    const std::map<int, std::ptrdiff_t> known{{62, 32}, {63, 32}, {65, 33}, {75, 33}, {76, 32}, {77, 32},
                                              {78, 34}, {79, 34}, {80, 38}, {95, 38}, {96, 40}, {98, 40}};
    for (const auto& [minor, number] : known) {
      const auto numbers = kind_numbers(minor);
      const auto ctor = std::ranges::find(numbers, "Ctor(Struct, Const)", &KindNumber::text);
      CHECK_MESSAGE(ctor - numbers.begin() + 1 == number, minor);
    }
  }
}
