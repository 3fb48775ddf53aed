// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>
#include <rartifacts/classify.h>

#include "testdata.h"

using namespace rartifacts;

namespace {

// One a line, as the sources have them.
std::string shown(const NativeLibrary& library) {
  std::string text(library.name.text.value_or("#"));
  if (library.kind != NativeLibrary::Kind::unspecified) text += fmt::format(" {}", name_of(library.kind));
  if (!library.modifiers.empty()) text += " " + library.modifiers;
  if (library.filename) text += " packed";
  if (library.imports > 0) text += fmt::format(" {}", library.imports);
  if (library.cfg) text += " if " + library.cfg->substr(0, library.cfg->find('('));
  return text + "\n";
}

std::string read_from(const std::string& path) {
  auto image = Image::of_bytes(test::testdata("native-libraries/" + path));
  const auto libraries = read_native_libraries(View(image));
  if (!libraries) return libraries.error().what;
  std::string all;
  for (const auto& library : *libraries) all += shown(library);
  return all;
}

constexpr const char* kLinked =
    "alpha dylib\nbetalib\ngammalib static -bundle,+whole-archive\ndelta dylib +as-needed\nlibeps.so dylib +verbatim\n"
    "zetalib if not\netalib static -bundle if all\nc\nstatbun static\ncmdlib dylib\n";

}  // namespace

TEST_SUITE("metadata") {
  TEST_CASE("the native libraries of a crate are those of its #[link] and of -l, in every layout") {
    for (const auto* release : {"1.95.0", "1.96.0", "1.97.0-nightly", "1.97.1", "1.98.1"})
      CHECK_MESSAGE(read_from(std::string(release) + "/libn.rmeta") == kLinked, release);
    CHECK(read_from("1.48.0/libplain.rmeta") ==
          "alpha dylib\nbetalib\nc\ngammalib static -bundle\nstatbun static\ncmdlib dylib\n");
    CHECK(read_from("1.63.0/libplain.rmeta") ==
          "alpha dylib\nbetalib\ngammalib static -bundle,+whole-archive\nlibeps.so dylib\nc\nstatbun static\ncmdlib "
          "dylib\n");
    for (const auto* release : {"1.78.0", "1.85.0"})
      CHECK_MESSAGE(
          read_from(std::string(release) + "/libplain.rmeta") ==
              "alpha dylib\nbetalib\ngammalib static -bundle,+whole-archive\ndelta dylib +as-needed\nlibeps.so dylib "
              "+verbatim\nc\nstatbun static\ncmdlib dylib\n",
          release);
    for (const auto* release : {"1.63.0", "1.78.0", "1.85.0"})
      CHECK_MESSAGE(
          read_from(std::string(release) + "/libraw.rmeta") == "rawlib raw-dylib 3\nrawtwo raw-dylib 1\nplainlib\n",
          release);
    for (const auto* release : {"1.95.0", "1.96.0", "1.97.0-nightly", "1.97.1", "1.98.1"})
      CHECK_MESSAGE(
          read_from(std::string(release) + "/libraw.rmeta") == "rawlib raw-dylib 3\nrawtwo raw-dylib 1\nplainlib\n",
          release);
  }

  TEST_CASE("conditions are not read as MetaItem, and then nothing is said of any library") {
    for (const auto* release : {"1.48.0", "1.63.0", "1.78.0", "1.85.0"})
      CHECK_MESSAGE(
          read_from(std::string(release) + "/libn.rmeta").find("wanted under a condition") != std::string::npos,
          release);
  }

  TEST_CASE("libraries that are packed into the rlib, of three compilers") {
    for (const auto* release : {"1_63_0", "1_95_0", "1_98_1"}) {
      auto image = Image::of_bytes(test::golden(fmt::format("special/native/libnat-{}.rlib", release)));
      auto archive = ArchiveReader::open(View(image));
      REQUIRE(archive);
      for (auto member = archive->next(); member && *member; member = archive->next()) {
        if ((*member)->name != "lib.rmeta") continue;
        auto blob = metadata_of_member(*View(image).sub((*member)->offset, (*member)->size));
        REQUIRE(blob);
        const auto libraries = read_native_libraries(*blob);
        REQUIRE_MESSAGE(libraries, release);
        REQUIRE(libraries->size() == 1);
        CHECK(shown(libraries->front()) == "cfoo static\n");
      }
    }
  }

  TEST_CASE("a crate without native libraries has none, a proc macro leaves them out") {
    auto leaf = Image::of_bytes(test::golden("1.98.1/libleaf-1a2b3c4d.rmeta"));
    const auto none = read_native_libraries(View(leaf));
    REQUIRE(none);
    CHECK(none->empty());
  }

  TEST_CASE("a byte too many or too few shows") {
    auto bytes = test::testdata("native-libraries/1.96.0/libn.rmeta");
    const std::string_view text = as_text(bytes);
    const auto alpha = text.find("alpha");
    int changed = 0;
    for (std::size_t i = alpha - 3; i < alpha + 250; ++i) {
      for (const int bit : {1, 2, 0x80}) {
        auto damaged = bytes;
        damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ bit);
        auto image = Image::of_bytes(damaged);
        const auto libraries = read_native_libraries(View(image));
        if (libraries && libraries->size() != 10) ++changed;
      }
    }
    CHECK(changed == 0);
  }
}
