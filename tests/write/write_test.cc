// SPDX-License-Identifier: MIT OR Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "write/artifact_json.h"
#include "write/formats.h"

using namespace rartifacts;

TEST_SUITE("write") {
  TEST_CASE("every byte survives JSON: as text when it is UTF-8, else as base64 beside it") {
    std::string all;
    for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
    for (const std::string& name : {std::string("rust/libkernel.rmeta"), std::string("a\"b\\c\n\t\x01"),
                                    std::string("\u00e9\u4e2d"), all, std::string("\xff")}) {
      Json json;
      json.begin_object().path_member("path", name).end_object();
      const auto parsed = nlohmann::json::parse(json.text());
      if (is_utf8(name)) {
        CHECK(parsed["path"] == name);
        CHECK(!parsed.contains("path_base64"));
      } else {
        CHECK(parsed["path_base64"] == base64(name));
      }
    }
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foobar") == "Zm9vYmFy");
  }

  TEST_CASE("names that a copying program would misread are guarded or refused") {
    CHECK(guarded("-rf") == "./-rf");
    CHECK(guarded("#x") == "./#x");
    CHECK(guarded(";x") == "./;x");
    CHECK(guarded("rust/libcore.rmeta") == "rust/libcore.rmeta");
    const auto lines = [](std::string name) {
      const Artifact artifact{.path = std::move(name)};
      Manifest manifest;
      manifest.artifacts = {&artifact};
      return write_paths(manifest).has_value();
    };
    CHECK(lines("a b"));
    CHECK(!lines("a\nb"));
    CHECK(!lines("a\\057b"));
  }

  TEST_CASE("a name cannot speak to the terminal") {
    CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\xc2\\x9b31m");
    CHECK(printable("\u00e9") == "\u00e9");
  }
}
